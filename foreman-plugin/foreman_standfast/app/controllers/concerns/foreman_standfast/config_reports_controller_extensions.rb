# frozen_string_literal: true

module ForemanStandfast
  # The new host page's list of reports knows icons of Foreman's own origins only.
  module ConfigReportsControllerExtensions
    private

    def origin_image_path(report)
      return super unless report.origin == ReportScanner::ORIGIN

      { src: helpers.image_path('foreman_standfast/Standfast.png'), label: report.origin }
    end
  end
end
