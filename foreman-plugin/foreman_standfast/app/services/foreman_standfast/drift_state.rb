# frozen_string_literal: true

module ForemanStandfast
  # What is known of a host's drift at a moment, as a pure function: the newest report's counts and its age.
  module DriftState
    # The states, with the number that stands for each in Foreman's table host_status.
    CODES = { 'in_sync' => 0, 'drifted' => 1, 'stale' => 2, 'failed' => 3, 'never' => 4 }.freeze
    NAMES = CODES.keys.freeze

    # @param checked_at [Time, nil] when the host was last checked; nil: never
    # @param failed [Integer] resources that could not be checked or enforced
    # @param drifted [Integer] resources that differ from what is desired
    # @param now [Time]
    # @param interval [Numeric, nil] seconds after which a report says nothing of the present; nil: never
    # @return [String] one of NAMES
    def self.of(checked_at:, failed:, drifted:, now:, interval:)
      return 'never' if checked_at.nil?
      return 'stale' if interval && checked_at < now - interval

      told(failed: failed, drifted: drifted)
    end

    # What a report says, whatever its age: a failure outweighs drift.
    def self.told(failed:, drifted:)
      return 'failed' if failed.to_i.positive?

      drifted.to_i.positive? ? 'drifted' : 'in_sync'
    end

    # Since when the state holds: what is stale has been so since the interval was over.
    def self.since(state:, since:, checked_at:, interval:)
      state == 'stale' ? checked_at + interval : since
    end

    def self.code(name)
      CODES.fetch(name)
    end

    def self.name(code)
      CODES.key(code)
    end
  end
end
