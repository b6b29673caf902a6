# frozen_string_literal: true

require_relative '../../../puppet_x/standfast/provider'

Puppet::Type.type(:standfast_limits).provide(:standfast) do
  desc 'Asks the program standfast, which must be on the node.'
  include PuppetX::Standfast::Provider
end
