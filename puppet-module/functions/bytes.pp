# @summary A size as a number of bytes.
#
# @api private
#
# @param size
#   A size such as `500m`; undef is the default of `queue_max_disk`.
# @return
#   Bytes.
function standfast::bytes(Optional[Standfast::Rsyslog::Size] $size) >> Integer {
  $split = String($size ? { undef => '1g', default => $size }).downcase.match(/\A(\d+)([kmg]?)\z/)
  $factor = $split[2] ? { 'k' => 1024, 'm' => 1048576, 'g' => 1073741824, default => 1 }
  # More digits are more than any disk has, and than a number of Puppet's.
  if $split[1] =~ /\A\d{10,}\z/ { 4611686018427387904 } else { Integer($split[1], 10) * $factor }
}
