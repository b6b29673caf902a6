# @summary The check as a file of cron.
#
# @api private
#
# @param ensure
#   Whether it is there.
# @param times
#   The minutes and hours at which it runs.
# @param command
#   What runs.
class standfast::check::cron (
  Standfast::Ensure          $ensure,
  Standfast::Check::Schedule $times,
  String[1]                  $command,
) {
  $minutes = $times['minutes'].join(',')
  $hours = $times['hours'].length ? {
    24      => '*',
    default => $times['hours'].join(','),
  }
  # cron would mail each result; the file has it. `%` ends a command of cron.
  $line = "${minutes} ${hours} * * * root ${regsubst($command, '%', '\\%', 'G')} >/dev/null 2>&1"

  $file = $ensure ? {
    'present' => 'file',
    default   => 'absent',
  }
  file { '/etc/cron.d/standfast-check':
    ensure  => $file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => "# Looks for drift; see standfast::check of Puppet.\n${line}\n",
  }
}
