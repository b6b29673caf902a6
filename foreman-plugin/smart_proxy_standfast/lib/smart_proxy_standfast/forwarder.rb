# frozen_string_literal: true

# The thread that brings what waits to Foreman, the oldest first, one at a time.

require 'time'
require 'json'
require 'smart_proxy_standfast/pace'
require 'smart_proxy_standfast/verdicts'

module Proxy
  module Standfast
    # One request at a time keeps the order of each host. A report leaves the spool only after Foreman's answer, so a
    # kill at any instant repeats at most one, which Foreman knows again by host and time.
    class Forwarder
      include ::Proxy::Log

      def initialize(spool, connection, settings)
        @spool = spool
        @connection = connection
        @settings = settings
        @pace = Pace.new(settings.retry_min, settings.retry_max)
        @lock = Mutex.new
        @wake = ConditionVariable.new
        @figures = { forwarded: 0, refused: 0, state: 'forwarding', since: now, last_success: nil, next_try: nil }
        @stopping = false
        @thread = nil
      end

      # Starts the thread; called again, it only sees to it that the thread lives.
      def start
        @lock.synchronize do
          next if @thread&.alive?

          @thread = Thread.new { run }
          @thread.name = 'standfast-forwarder'
        end
      end

      # Ends the thread after the request that is under way. Seconds: how long to wait for it.
      def stop(patience = 5)
        @lock.synchronize do
          @stopping = true
          @wake.broadcast
        end
        @spool.wake
        @thread&.join(patience)
      end

      def figures
        @lock.synchronize { @figures.dup }
      end

      # Takes the first of the line, waiting at most `patience` seconds for one, and forwards it; returns after how many
      # seconds the next may follow.
      def step(patience = 1)
        entry, body = @spool.take(patience)
        return 0 unless entry

        settle(@connection.post(body), entry, body)
      end

      private

      def run
        rest(guarded_step) until @stopping
        @connection.close
      end

      # An error that nobody thought of (a full disk, a bug) must not end forwarding, nor fill the log.
      def guarded_step
        step
      rescue StandardError => e
        trouble("cannot forward: #{e.class} at #{e.backtrace&.first}")
        @pace.failed
      end

      def rest(seconds)
        return if seconds <= 0

        @lock.synchronize { @wake.wait(@lock, seconds) unless @stopping }
      end

      def settle(answer, entry, body)
        case answer.kind
        when :done then delivered(entry)
        when :unknown_host then unknown(answer, entry, body)
        when :refused then refused(answer, entry, body)
        else undecided(answer, entry)
        end
      end

      def delivered(entry)
        @spool.done(entry)
        @spool.verdicts.clear(entry.host)
        logger.debug("standfast: forwarded the report of #{entry.host}")
        works { @figures.merge!(forwarded: @figures[:forwarded] + 1, last_success: now) }
      end

      def unknown(answer, entry, body)
        verdict = Verdict.new('unknown_host', answer.status, answer.message)
        news = @spool.verdicts.note(entry.host, verdict)
        logger.warn("standfast: Foreman does not know host #{entry.host}") if news
        if entry.tries + 1 >= @settings.unknown_host_tries || old?(entry)
          @spool.bury(entry, body, verdict)
        else
          @spool.postpone(entry, @pace.jitter(@settings.slow_retry))
        end
        works
      end

      def refused(answer, entry, body)
        news = @spool.verdicts.note(entry.host, verdict = Verdict.new('refused', answer.status, answer.message))
        @spool.bury(entry, body, verdict)
        logger.error("standfast: Foreman refuses the report of #{entry.host}: #{answer.detail}; see dead") if news
        works { @figures[:refused] += 1 }
      end

      # Nothing was decided about the report. What may be this report's own fault puts its host back in the line.
      def undecided(answer, entry)
        wait = if answer.kind == :misconfigured
                 @pace.jitter(@settings.slow_retry)
               else
                 @pace.failed(answer.retry_after)
               end
        @spool.postpone(entry, @pace.wait(entry.tries + 1)) if answer.kind == :failed
        @connection.close if wait > 60 # Foreman need not hold it
        hint = answer.kind == :misconfigured ? '; an admin must change that' : ''
        trouble("Foreman #{answer.detail}#{hint}", wait)
        wait
      end

      def works
        recovered = @lock.synchronize do
          yield if block_given?
          was = @figures[:state]
          since = @figures[:since]
          next if was == 'forwarding'

          @figures.merge!(state: 'forwarding', since: now, next_try: nil)
          [was, since]
        end
        @pace.ok
        was, since = recovered
        logger.info("standfast: Foreman takes reports again; since #{since} it was: #{was}") if was
        0
      end

      # Logged once as long as it stays the same.
      def trouble(state, wait = nil)
        news = @lock.synchronize do
          @figures[:next_try] = wait && (Time.now + wait).utc.iso8601
          next false if @figures[:state] == state

          @figures.merge!(state: state, since: now)
          true
        end
        logger.error("standfast: #{state}; #{@spool.size} reports wait") if news
      end

      def old?(entry)
        Time.now - Time.iso8601(entry.reported_at) > @settings.unknown_host_age
      rescue ArgumentError
        true
      end

      def now
        Time.now.utc.iso8601
      end
    end
  end
end
