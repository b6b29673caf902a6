# frozen_string_literal: true

# The plugin as the Smart Proxy sees it: its name (the feature Standfast), settings and services.

module Proxy
  module Standfast
    # Registers the plugin. With `enabled: true` it is on plain HTTP too, where it answers 403 and says why: a 404 would
    # be taken for a proxy without the plugin.
    class Plugin < ::Proxy::Plugin
      rackup_path File.expand_path('http_config.ru', __dir__)

      default_settings spool_dir: '/var/lib/foreman-proxy/standfast',
                       spool_count: 20_000, spool_bytes: 256 * 1024 * 1024,
                       dead_count: 1000, dead_bytes: 32 * 1024 * 1024,
                       max_body_bytes: 256 * 1024,
                       host_burst: 20, host_reports_per_hour: 60,
                       connect_timeout: 5, timeout: 60,
                       retry_min: 5, retry_max: 900, slow_retry: 900,
                       unknown_host_tries: 12, unknown_host_age: 7 * 86_400

      requires :foreman_proxy, '>= 3.0'
      load_classes { require 'smart_proxy_standfast/wiring' }
      load_dependency_injection_wirings do |container, settings|
        ::Proxy::Standfast::Wiring.load(container, settings)
      end
      start_services :standfast_forwarder

      plugin :standfast, ::Proxy::Standfast::VERSION
    end
  end
end
