# @summary The attributes of `snmp_access`: what may be let in at all.
type Standfast::Snmp::Access = Struct[{
    Optional['purge']           => Boolean,
    Optional['weak']            => Enum['forbid', 'report'],
    Optional['weak_min_length'] => Integer[8, 64],
    Optional['write']           => Enum['forbid', 'report', 'allow'],
    Optional['any_source']      => Enum['forbid', 'report', 'allow'],
    Optional['versions']        => Enum['any', 'v3_only'],
    Optional['users']           => Enum['report', 'auth_priv'],
    Optional['agent_address']   => Array[Standfast::Snmp::AgentAddress, 1],
    Optional['modes']           => Enum['enforce', 'report'],
}]
