# frozen_string_literal: true

# What every test needs: the plugin on the load path, temporary folders, the logger.

$LOAD_PATH.unshift(File.expand_path('../lib', __dir__), File.expand_path('support', __dir__))
ENV['RACK_ENV'] = 'production'

require 'minitest/autorun'
require 'stringio'
require 'tmpdir'
require 'smart_proxy'
require 'reports'
require 'certificates'
Proxy::Log.sink = Logger.new(IO::NULL)
require 'smart_proxy_standfast'
require 'smart_proxy_standfast/wiring'

# Figures of the plugin's settings, some of them changed.
def settings(dir, **change)
  Proxy::Standfast::Settings.new(Proxy::Standfast::Plugin.defaults.merge(spool_dir: dir, **change))
end
