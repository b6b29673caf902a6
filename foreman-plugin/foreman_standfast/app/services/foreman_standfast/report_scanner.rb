# frozen_string_literal: true

module ForemanStandfast
  # Tells Foreman which ConfigReports are standfast's own: those that it sends to a Foreman that has not always had the plugin.
  class ReportScanner
    ORIGIN = 'Standfast'
    REPORTER = 'standfast'

    class << self
      # @param raw [Hash] the report as it was uploaded
      # @return [String, nil] the origin, or nil for the reports of others, Puppet's among them
      def identify_origin(raw)
        ORIGIN if raw['reporter'] == REPORTER
      end

      # The drift is recorded once the report is stored, by ReportImporterExtensions: here it has no number yet.
      def add_reporter_data(_report, _raw); end
    end
  end
end
