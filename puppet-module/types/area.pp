# @summary An area that standfast looks after; each has a class of its own.
type Standfast::Area = Enum['limits', 'ntp', 'snmp', 'rsyslog']
