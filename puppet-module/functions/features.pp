# @summary What rsyslogd needs for forwards beside its own package.
#
# @api private
#
# @param forwards
#   The attributes of each.
# @return
#   `relp`, `gtls` and `ossl`, as far as they are needed.
function standfast::features(Array[Standfast::Rsyslog::Forward] $forwards) >> Array[Enum['relp', 'gtls', 'ossl']] {
  $needed = $forwards.filter |$forward| { $forward['ensure'] != 'absent' }
  $needed.map |$forward| {
    if $forward['protocol'] == 'relp' {
      'relp'
    } elsif $forward['tls'] in [true, 'on'] {
      $forward['tls_driver'] ? { undef => 'gtls', default => $forward['tls_driver'] }
    }
  }.filter |$feature| { $feature =~ NotUndef }.unique
}
