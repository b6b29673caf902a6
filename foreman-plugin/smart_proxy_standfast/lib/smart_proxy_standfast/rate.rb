# frozen_string_literal: true

# How many reports a host may send: a bucket of tokens for each.

module Proxy
  module Standfast
    # Thread-safe. Forgets hosts whose buckets are full again, so it holds those of the last while only.
    class Rate
      SWEEP = 1000 # takes between two sweeps

      def initialize(settings, clock = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) })
        @burst = settings.host_burst.to_f
        @per_second = settings.host_reports_per_hour / 3600.0
        @clock = clock
        @buckets = {}
        @takes = 0
        @lock = Mutex.new
      end

      # nil when `host` may send now, else in how many whole seconds it may.
      def take(host)
        @lock.synchronize do
          now = @clock.call
          sweep(now) if ((@takes += 1) % SWEEP).zero?
          tokens = tokens_at(host, now)
          granted = tokens >= 1
          @buckets[host] = [granted ? tokens - 1 : tokens, now]
          granted ? nil : ((1 - tokens) / @per_second).ceil
        end
      end

      # How many hosts are remembered.
      def size
        @lock.synchronize { @buckets.size }
      end

      private

      def tokens_at(host, now)
        tokens, at = @buckets[host]
        tokens ? [@burst, tokens + ((now - at) * @per_second)].min : @burst
      end

      def sweep(now)
        @buckets.delete_if { |host, _| tokens_at(host, now) >= @burst }
      end
    end
  end
end
