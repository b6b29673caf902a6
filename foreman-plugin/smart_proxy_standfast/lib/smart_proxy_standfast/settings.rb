# frozen_string_literal: true

# The figures of settings.d/standfast.yml, checked once at the start.

module Proxy
  module Standfast
    # Times are in seconds, sizes in bytes.
    class Settings
      FIGURES = %i[spool_count spool_bytes dead_count dead_bytes max_body_bytes host_burst host_reports_per_hour
                   connect_timeout timeout retry_min retry_max slow_retry unknown_host_tries unknown_host_age].freeze

      attr_reader :spool_dir, *FIGURES

      # Raises Proxy::Error::ConfigurationError that names the setting.
      def initialize(given)
        @spool_dir = given[:spool_dir].to_s
        wrong(:spool_dir, 'an absolute path') unless @spool_dir.start_with?('/')
        FIGURES.each do |name|
          value = given[name]
          wrong(name, 'a number above 0') unless value.is_a?(Numeric) && value.positive?
          instance_variable_set("@#{name}", value)
        end
        wrong(:retry_max, 'at least retry_min') if retry_max < retry_min
      end

      private

      def wrong(name, expected)
        raise ::Proxy::Error::ConfigurationError, "setting #{name} of standfast.yml must be #{expected}"
      end
    end
  end
end
