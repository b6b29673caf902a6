# frozen_string_literal: true

Puppet::DataTypes.create_type('Target') do
  interface "attributes => { 'name' => String[1] }"
  implementation_class StandIn::Target
end
