# @summary An address, or a network as `ADDRESS/BITS`, of IPv4 or IPv6: `192.0.2.7`, `10.9.0.0/16`, `2001:db8::/32`.
#
# That no bits are set behind the prefix is checked by `standfast::check_networks`.
type Standfast::Network = Pattern[
  /\A\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?\z/,
  /\A\h{0,4}(:\h{0,4}){2,7}(\/\d{1,3})?\z/
]
