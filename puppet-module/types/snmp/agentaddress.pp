# @summary Where snmpd listens, `[TRANSPORT:]ADDRESS[:PORT]`: `udp:192.0.2.1:161`, `udp6:[2001:db8::1]:161`.
type Standfast::Snmp::AgentAddress = Pattern[/\A[^[:space:][:cntrl:],"'#]+\z/]
