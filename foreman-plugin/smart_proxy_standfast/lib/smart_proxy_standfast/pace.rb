# frozen_string_literal: true

# How long to wait before the next try.

module Proxy
  module Standfast
    # Exponential back-off with jitter, between `min` and `max` seconds: proxies that lost Foreman together do not
    # come back together.
    class Pace
      def initialize(min, max, random = Random.new)
        @min = min.to_f
        @max = max.to_f
        @random = random
        @failures = 0
      end

      attr_reader :failures

      def ok
        @failures = 0
      end

      # Seconds to wait after one failure more. Where the other side has said how long, not less than that.
      def failed(asked = nil)
        @failures += 1
        [wait(@failures), asked ? asked + (@random.rand * @min) : 0].max
      end

      # Seconds to wait after the n-th failure in a row.
      def wait(failures)
        jitter([@max, @min * (2.0**[failures - 1, 30].min)].min)
      end

      # Between half of it and the whole.
      def jitter(seconds)
        seconds * (0.5 + (@random.rand / 2))
      end
    end
  end
end
