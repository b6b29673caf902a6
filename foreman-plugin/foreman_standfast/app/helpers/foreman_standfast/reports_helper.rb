# frozen_string_literal: true

module ForemanStandfast
  # Foreman's list of reports asks for the icon of an origin by this name.
  module ReportsHelper
    def standfast_report_origin_icon
      'foreman_standfast/Standfast.png'
    end
  end
end
