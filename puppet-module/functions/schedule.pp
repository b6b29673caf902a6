# @summary When a host's turn comes: each host has a minute of its own, which stays the same.
#
# @api private
#
# @param interval
#   How often.
# @param seed
#   Tells this schedule of a host from its others.
# @return
#   The minutes of an hour and the hours of a day, both as lists.
function standfast::schedule(
  Standfast::Check::Interval $interval,
  String[1] $seed,
) >> Standfast::Check::Schedule {
  $split = $interval.match(/\A(\d+)([mh])\z/)
  $length = Integer($split[1], 10) * ($split[2] ? { 'h' => 60, default => 1 })
  $offset = Integer(fqdn_rand($length, $seed), 10)
  if $length < 60 {
    { 'minutes' => Array(Integer[$offset, 59].step($length)), 'hours' => Array(Integer[0, 23]) }
  } else {
    { 'minutes' => [$offset % 60], 'hours' => Array(Integer[$offset / 60, 23].step($length / 60)) }
  }
}
