# @summary A host: a name, or an address of IPv4 or IPv6. The port is an attribute of its own.
type Standfast::Rsyslog::Host = Pattern[
  /\A(?=.{1,253}\z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?\z/,
  /\A\h{0,4}(:\h{0,4}){2,7}\z/,
  /\A\[\h{0,4}(:\h{0,4}){2,7}\]\z/
]
