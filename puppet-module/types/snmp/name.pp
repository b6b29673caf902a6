# @summary What a community is called; the community itself never shows.
type Standfast::Snmp::Name = Pattern[/\A[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?\z/]
