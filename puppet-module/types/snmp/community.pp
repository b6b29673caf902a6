# @summary The attributes of a community, as in an `snmp_community`.
type Standfast::Snmp::Community = Struct[{
    Optional['ensure']         => Standfast::Ensure,
    Optional['community']      => Standfast::Snmp::Secret,
    Optional['community_file'] => Standfast::Path,
    Optional['access']         => Enum['ro', 'rw'],
    Optional['sources']        => Array[Standfast::Snmp::Source, 1],
    Optional['view']           => Standfast::Snmp::View,
    Optional['target']         => Standfast::Path,
}]
