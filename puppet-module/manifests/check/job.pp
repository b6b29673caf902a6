# @summary The check by one of the schedulers; it reports, too, where `standfast::report` is on.
#
# A define is evaluated when all classes are, so that it matters nowhere which is declared first.
#
# @api private
#
# @param ensure
#   Whether it is there.
# @param scheduler
#   What starts it.
# @param times
#   The minutes and hours at which it runs.
# @param command
#   What runs.
define standfast::check::job (
  Standfast::Ensure          $ensure,
  Enum['systemd', 'cron']    $scheduler,
  Standfast::Check::Schedule $times,
  String[1]                  $command,
) {
  $whole_command = getvar('standfast::report::is_on') ? {
    true    => "${command} --report",
    default => $command,
  }
  $cron = $scheduler ? {
    'cron'  => $ensure,
    default => 'absent',
  }
  # A cron file without cron does nothing, so that it may go; a timer cannot be asked about where systemd is not.
  class { 'standfast::check::cron':
    ensure  => $cron,
    times   => $times,
    command => $whole_command,
  }
  contain standfast::check::cron
  if $scheduler == 'systemd' {
    class { 'standfast::check::systemd':
      ensure  => $ensure,
      times   => $times,
      command => $whole_command,
    }
    contain standfast::check::systemd
  }
}
