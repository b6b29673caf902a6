# frozen_string_literal: true

# The version of the plugin, which is that of standfast.
module Proxy
  module Standfast
    VERSION = '0.1.0'
  end
end
