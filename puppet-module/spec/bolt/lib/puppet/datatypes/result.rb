# frozen_string_literal: true

Puppet::DataTypes.create_type('Result') do
  interface <<~'PUPPET'
    attributes => { 'target' => Target },
    functions  => { 'ok' => Callable[[], Boolean], '[]' => Callable[[String[1]], Any] }
  PUPPET
  implementation_class StandIn::Result
end
