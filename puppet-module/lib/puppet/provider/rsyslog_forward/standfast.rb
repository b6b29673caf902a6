# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.

Puppet::Type.type(:rsyslog_forward).provide(:standfast) do
  desc 'Asks the program standfast, which must be on the node.'
  include PuppetX::Standfast::Provider
end
