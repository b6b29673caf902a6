# frozen_string_literal: true

Puppet::DataTypes.create_type('ResultSet') do
  interface <<~'PUPPET'
    attributes => { 'results' => Array[Result] },
    functions  => {
      'ok_set'    => Callable[[], ResultSet],
      'error_set' => Callable[[], ResultSet],
      'names'     => Callable[[], Array[String[1]]],
      'targets'   => Callable[[], Array[Target]],
    }
  PUPPET
  implementation_class StandIn::ResultSet
end
