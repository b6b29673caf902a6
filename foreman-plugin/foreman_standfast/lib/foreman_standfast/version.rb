# frozen_string_literal: true

# The version of the plugin, which follows that of standfast.
module ForemanStandfast
  VERSION = '0.1.0'
end
