# @summary A community: Sensitive, or a Deferred that the agent resolves.
type Standfast::Snmp::Secret = Variant[Sensitive[String[1]], Deferred]
