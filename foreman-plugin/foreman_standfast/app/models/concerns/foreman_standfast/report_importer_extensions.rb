# frozen_string_literal: true

module ForemanStandfast
  # Takes drift out of each ConfigReport that is about standfast, once Foreman has stored it. A report that is not, or that
  # cannot be read, is Foreman's as before.
  module ReportImporterExtensions
    private

    # Foreman asks this after the report and its logs are stored, and refreshes what it is told.
    def statuses_for_refresh
      standfast_recorded? ? super + [DriftStatus] : super
    end

    def standfast_recorded?
      report_data = raw.respond_to?(:to_unsafe_h) ? raw.to_unsafe_h : raw
      payload = PuppetReport.payload(report_data)
      return false unless payload

      recorded = Recorder.record(host, payload, source: PuppetReport.source(report_data))
      host.association(:standfast_facet).reset
      recorded.stored
    rescue StandardError => e
      # The report is stored; that its drift is not must not make Foreman say that nothing is.
      Foreman::Logging.exception('Drift of a configuration report was not recorded', e)
      false
    end
  end
end
