# @summary From where a community may ask: an address or a network of IPv4 or IPv6, `192.0.2.7`, `10.9.0.0/16`, `2001:db8::/32`.
#
# Everyone (`default`, `0.0.0.0/0`, `::/0`) and host names are refused: snmpd looks a name up once, when it loads its files.
type Standfast::Snmp::Source = Pattern[
  /\A\d{1,3}(\.\d{1,3}){3}(\/([1-9]|[12]\d|3[0-2]))?\z/,
  /\A\h{0,4}(:\h{0,4}){2,7}(\/([1-9]|[1-9]\d|1[01]\d|12[0-8]))?\z/
]
