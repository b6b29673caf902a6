# frozen_string_literal: true

# What Foreman has refused for good: the dead letters, and what each host is told about its last report.

require 'json'
require 'time'
require 'smart_proxy_standfast/spool_files'

module Proxy
  module Standfast
    # `outcome` is unknown_host or refused; `status` Foreman's, if it was Foreman; `message` one safe line.
    Verdict = Struct.new(:outcome, :status, :message)

    # Thread-safe. Both folders hold one file a host. The dead letters are bounded by dead_count and dead_bytes, what
    # hosts are told by spool_count; the oldest go first.
    class Verdicts
      def initialize(files, settings)
        @files = files
        @settings = settings
        @lock = Mutex.new
        @last = {} # file name to what is told, the oldest first
        @dead = {} # file name to size, the oldest first
        load
      end

      # Keeps a report with the reason, and tells the host.
      def bury(host, body, verdict)
        letter = JSON.generate(host: host, at: Time.now.utc.iso8601, outcome: verdict.outcome, status: verdict.status,
                               message: verdict.message, report: text(body))
        @lock.synchronize do
          @files.store(:dead, host, letter)
          name = SpoolFiles.name(host)
          @dead.delete(name)
          @dead[name] = letter.bytesize
          prune
        end
        note(host, verdict)
      end

      # Remembers what the host is told at its next report. True when that is news.
      def note(host, verdict)
        @lock.synchronize do
          name = SpoolFiles.name(host)
          old = @last[name]
          told = { 'outcome' => verdict.outcome, 'message' => verdict.message, 'at' => Time.now.utc.iso8601 }
          next false if old && old.values_at('outcome', 'message') == told.values_at('outcome', 'message')

          @files.store(:last, host, JSON.generate(told))
          @last.delete(name)
          @last[name] = told
          @files.remove_named(:last, @last.shift.first) while @last.size > @settings.spool_count
          true
        end
      end

      # A report of the host has arrived: nothing bad is told any more.
      def clear(host)
        @lock.synchronize { @files.remove(:last, host) if @last.delete(SpoolFiles.name(host)) }
      end

      # What the host is told: outcome, message and at; nil when all is well.
      def last(host)
        @lock.synchronize { @last[SpoolFiles.name(host)] }
      end

      # Dead letters, their bytes, and how many hosts have had their last report refused.
      def figures
        @lock.synchronize { { dead: @dead.size, dead_bytes: @dead.values.sum, refused_hosts: @last.size } }
      end

      private

      def load
        @files.sizes(:dead).each { |name, size, _| @dead[name] = size }
        @files.each(:last) do |name, bytes, _|
          told = bytes.is_a?(String) && JSON.parse(bytes)
          @last[name] = told if told.is_a?(Hash)
        rescue JSON::ParserError
          @files.remove_named(:last, name)
        end
      end

      def prune
        bytes = @dead.values.sum
        while @dead.size > @settings.dead_count || bytes > @settings.dead_bytes
          name, size = @dead.shift
          bytes -= size
          @files.remove_named(:dead, name)
        end
      end

      # JSON cannot hold all bytes; a report that is no text is kept in what it can.
      def text(body)
        body.dup.force_encoding(Encoding::UTF_8).scrub('?')
      end
    end
  end
end
