# frozen_string_literal: true

# The reports that wait for Foreman: one a host, the newest, each durable on disk before it is acknowledged.

require 'json'
require 'smart_proxy_standfast/report'
require 'smart_proxy_standfast/spool_files'
require 'smart_proxy_standfast/verdicts'

module Proxy
  module Standfast
    # Thread-safe: many threads put, one forwards. A host keeps its place in the line when a newer report replaces the
    # one that waits, so that hosts that report often are not put off for ever.
    class Spool
      include ::Proxy::Log

      # No room for one host's report more.
      class Full < StandardError; end

      # The folder cannot be used.
      class Unusable < StandardError; end

      # A host's place in the line. `queued_at` is wall time (kept on disk as the file's), `due` monotonic seconds.
      Entry = Struct.new(:host, :reported_at, :size, :queued_at, :generation, :tries, :due)

      attr_reader :verdicts

      # Opens the folder that the settings name, with what is in it. Raises Unusable.
      def self.open(settings)
        new(SpoolFiles.new(settings.spool_dir), settings)
      rescue SystemCallError => e
        raise Unusable, "cannot use the spool: #{e.message}"
      end

      def initialize(files, settings, clock = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) })
        @files = files
        @settings = settings
        @clock = clock
        @ready = {}   # host to entry, in the order of the line
        @waiting = {} # host to entry, whose `due` is to come
        @next_due = nil
        @bytes = 0
        @generation = 0
        @lock = Mutex.new
        @changed = ConditionVariable.new
        @verdicts = Verdicts.new(files, settings)
        load
      end

      # Takes a report; when this returns it survives a crash. One that is as old as, or older than, what waits of its
      # host changes nothing. Raises Full, or SystemCallError when the disk does not take it.
      def put(report)
        @lock.synchronize { fits?(report) } or raise Full
        temp = @files.write(report.body)
        @lock.synchronize { admit(report, temp) }
        @files.sync(:todo)
      ensure
        @files.discard(temp) if temp
      end

      # The first of the line and its body; nil when nobody's turn has come within `patience` seconds.
      def take(patience)
        @lock.synchronize do
          promote
          if @ready.empty?
            wait = @next_due ? [@next_due - @clock.call, 0.01].max : patience
            @changed.wait(@lock, [wait, patience].min)
            promote
          end
          first
        end
      end

      # Lets `take` return at once.
      def wake
        @lock.synchronize { @changed.broadcast }
      end

      # Removes what was taken, unless a newer report has come meanwhile.
      def done(entry)
        @lock.synchronize do
          current = @ready[entry.host] || @waiting[entry.host]
          next unless current && current.generation == entry.generation

          @files.remove(:todo, entry.host)
          forget(current)
        end
      end

      # The host's turn comes again in so many seconds.
      def postpone(entry, seconds)
        @lock.synchronize do
          current = @ready.delete(entry.host) || @waiting[entry.host]
          next unless current

          current.tries += 1
          current.due = @clock.call + seconds
          @waiting[entry.host] = current
          @next_due = [@next_due, current.due].compact.min
        end
      end

      # Moves what was taken to the dead letters.
      def bury(entry, body, verdict)
        @verdicts.bury(entry.host, body, verdict)
        done(entry)
      end

      # Figures for people: reports, bytes, how many are postponed, and the age of the oldest in seconds.
      def figures
        @lock.synchronize do
          oldest = [@ready.first&.last, *@waiting.values].compact.map(&:queued_at).min
          { reports: @ready.size + @waiting.size, bytes: @bytes, postponed: @waiting.size,
            oldest_seconds: oldest ? [(Time.now - oldest).to_i, 0].max : nil }
        end
      end

      def size
        @lock.synchronize { @ready.size + @waiting.size }
      end

      private

      # What a killed process has left is as good as what was never interrupted. What is no report is put aside, what
      # cannot be read is left to whoever made it so.
      def load
        @files.each(:todo) do |name, body, time|
          if body.is_a?(SystemCallError)
            logger.error("standfast: cannot read #{name.inspect} in todo: #{body.class}")
            next
          end
          report = sound(name, body)
          enqueue(report.host, report.reported_at, body.bytesize, time)
        rescue Report::Refused => e
          reason = Verdict.new('refused', nil, "unreadable in the spool: #{e.message}")
          @verdicts.bury(name.delete_suffix('.json'), body, reason)
          @files.remove_named(:todo, name)
        end
      end

      def sound(name, body)
        report = Report.parse(body)
        named = report.host.is_a?(String) && SpoolFiles.name(report.host) == name
        return report if named && report.reported_at.is_a?(String)

        raise Report::Refused.new(400, 'host', 'is not that of the file')
      end

      def fits?(report)
        current = @ready[report.host] || @waiting[report.host]
        count = @ready.size + @waiting.size + (current ? 0 : 1)
        count <= @settings.spool_count &&
          @bytes + report.body.bytesize - (current ? current.size : 0) <= @settings.spool_bytes
      end

      def admit(report, temp)
        current = @ready[report.host] || @waiting[report.host]
        return if current && current.reported_at >= report.reported_at

        raise Full unless fits?(report)

        @files.place(temp, :todo, report.host, current ? current.queued_at : Time.now)
        if current
          replace(current, report)
        else
          enqueue(report.host, report.reported_at, report.body.bytesize, Time.now)
        end
        @changed.signal
      end

      def replace(entry, report)
        @bytes += report.body.bytesize - entry.size
        entry.size = report.body.bytesize
        entry.reported_at = report.reported_at
        entry.generation = (@generation += 1)
      end

      def enqueue(host, reported_at, size, time)
        @bytes += size
        @ready[host] = Entry.new(host, reported_at, size, time, @generation += 1, 0, nil)
      end

      def first
        while (entry = @ready.first&.last)
          body = @files.read(:todo, entry.host)
          return [entry.dup.freeze, body] if body

          forget(entry) # somebody has removed the file
        end
      rescue SystemCallError => e
        logger.error("standfast: cannot read the report of #{entry.host}: #{e.class}")
        forget(entry)
        retry
      end

      def forget(entry)
        @ready.delete(entry.host)
        @waiting.delete(entry.host)
        @bytes -= entry.size
      end

      def promote
        now = @clock.call
        return unless @next_due && @next_due <= now

        due = @waiting.values.select { |entry| entry.due <= now }.sort_by(&:due)
        due.each { |entry| @ready[entry.host] = @waiting.delete(entry.host) }
        @next_due = @waiting.values.map(&:due).min
      end
    end
  end
end
