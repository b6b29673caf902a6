# @summary A server that takes over, as `host`, `host:port` or `[address of IPv6]:port`.
type Standfast::Rsyslog::Server = Pattern[
  /\A[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?(:[1-9]\d{0,4})?\z/,
  /\A\h{0,4}(:\h{0,4}){2,7}\z/,
  /\A\[\h{0,4}(:\h{0,4}){2,7}\](:[1-9]\d{0,4})?\z/
]
