# frozen_string_literal: true

module ForemanStandfast
  # The plugin's settings in the units that the code uses. What makes no sense is refused where it is set, and does no harm here:
  # nothing is stale at once, or removed at once.
  module Settings
    # @return [Integer, nil] seconds after which a report is stale; nil: never
    def self.interval
      Setting[:standfast_out_of_sync_disabled] ? nil : [Setting[:standfast_interval].to_i, 1].max * 60
    end

    # @return [Integer] days for which history is kept
    def self.retention_days
      [Setting[:standfast_retention_days].to_i, 1].max
    end
  end
end
