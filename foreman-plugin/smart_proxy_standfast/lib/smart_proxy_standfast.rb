# frozen_string_literal: true

# What the Smart Proxy loads first: the name and settings of the plugin; the rest comes when it is enabled.

require 'smart_proxy_standfast/version'
require 'smart_proxy_standfast/plugin'
