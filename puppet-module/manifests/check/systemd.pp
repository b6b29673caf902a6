# @summary The check as a timer of systemd.
#
# @api private
#
# @param ensure
#   Whether it is there.
# @param times
#   The minutes and hours at which it runs.
# @param command
#   What runs.
class standfast::check::systemd (
  Standfast::Ensure          $ensure,
  Standfast::Check::Schedule $times,
  String[1]                  $command,
) {
  $minutes = $times['minutes'].map |$minute| { sprintf('%02d', $minute) }.join(',')
  $hours = $times['hours'].length ? {
    24      => '*',
    default => $times['hours'].map |$hour| { sprintf('%02d', $hour) }.join(','),
  }
  $units = {
    'standfast-check.service' => epp('standfast/check.service.epp', { 'command' => $command }),
    'standfast-check.timer'   => epp('standfast/check.timer.epp', { 'calendar' => "*-*-* ${hours}:${minutes}:00" }),
  }

  $is_present = $ensure == 'present'
  $state = $is_present ? {
    true    => ['file', 'running'],
    default => ['absent', 'stopped'],
  }

  $units.each |$unit, $content| {
    file { "/etc/systemd/system/${unit}":
      ensure  => $state[0],
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => $content,
    }
  }

  # The provider lets systemd read its units again where they have changed.
  service { 'standfast-check.timer':
    ensure   => $state[1],
    enable   => $is_present,
    provider => 'systemd',
  }

  $files = $units.keys.map |$unit| { "/etc/systemd/system/${unit}" }
  if $is_present {
    File[$files] ~> Service['standfast-check.timer']
  } else {
    Service['standfast-check.timer'] -> File[$files]
  }
}
