# frozen_string_literal: true

# Makes the one spool, rate and forwarder of the process from the settings.

require 'smart_proxy_standfast/settings'
require 'smart_proxy_standfast/spool'
require 'smart_proxy_standfast/rate'
require 'smart_proxy_standfast/connection'
require 'smart_proxy_standfast/forwarder'

module Proxy
  module Standfast
    # Where the Smart Proxy's container gets its objects from, and where the API finds them.
    module Wiring
      # Raises Proxy::Error::ConfigurationError on a setting that is no sound figure, and Spool::Unusable; the Smart
      # Proxy then logs the reason and disables the plugin.
      def self.load(container, settings)
        figures = Settings.new(settings)
        spool = Spool.open(figures)
        container.singleton_dependency(:standfast_settings, -> { figures })
        container.singleton_dependency(:standfast_spool, -> { spool })
        container.singleton_dependency(:standfast_rate, -> { Rate.new(figures) })
        container.singleton_dependency(:standfast_forwarder,
                                       -> { Forwarder.new(spool, Connection.new(figures), figures) })
      end

      # Gives a class that extends it `inject_attr`.
      module Injection
        include ::Proxy::DependencyInjection::Accessors

        def container_instance
          @container_instance ||= ::Proxy::Plugins.instance.find { |p| p[:name] == :standfast }[:di_container]
        end
      end
    end
  end
end
