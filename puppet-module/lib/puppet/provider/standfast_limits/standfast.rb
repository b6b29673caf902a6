# frozen_string_literal: true

Puppet::Type.type(:standfast_limits).provide(:standfast) do
  desc 'Asks the program standfast, which must be on the node.'
  include PuppetX::Standfast::Provider
end
