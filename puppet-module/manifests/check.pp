# @summary Looks for drift between the runs of the agent, and keeps the result for monitoring.
#
# The check changes nothing. Each host has a minute of its own, so that a fleet does not start at once. The result goes to
# the journal, or with cron to nobody, and into `result_file`, where a monitoring agent without rights reads it:
#
#     /usr/local/lib/standfast/last-check /run/standfast/check 7500
#
# prints it with the exit code of a monitoring plugin (0 OK, 1 findings, 2 drift, 3 unknown, also where it is too old).
#
# @example Every quarter of an hour, asking the daemons, too
#   class { 'standfast::check':
#     interval => '15m',
#     probe    => true,
#   }
#
# @param ensure
#   Whether drift is looked for. `absent` takes away what this class made.
# @param interval
#   How often: `5m`, `10m`, `15m`, `20m`, `30m`, `1h`, `2h`, `3h`, `4h`, `6h`, `8h`, `12h` or `24h`.
# @param scheduler
#   `systemd`: a timer. `cron`: a file in /etc/cron.d. Before you change from the timer to cron, let a run with `ensure`
#   absent take the timer away.
# @param probe
#   Whether the daemons are asked as a stranger would ask them.
# @param policy
#   A policy file. Without it the first that is there: /etc/standfast/policy.ini, what Puppet last declared on the host, the
#   program's default policy.
# @param result_file
#   The file that holds the last result.
# @param directory
#   The directory of both scripts.
class standfast::check (
  Standfast::Ensure          $ensure      = 'present',
  Standfast::Check::Interval $interval    = '1h',
  Enum['systemd', 'cron']    $scheduler   = 'systemd',
  Boolean                    $probe       = false,
  Optional[Standfast::PlainPath] $policy      = undef,
  Standfast::PlainPath       $result_file = '/run/standfast/check',
  Standfast::PlainPath       $directory   = '/usr/local/lib/standfast',
) {
  require standfast::install

  $times = standfast::schedule($interval, 'standfast::check')
  $options = [
    if $probe { '--probe' },
    if $policy { "--policy=${policy}" },
  ].filter |$option| { $option =~ NotUndef }
  $command = (["${directory}/run-check", $result_file] + $options).join(' ')
  $file = $ensure ? {
    'present' => 'file',
    default   => 'absent',
  }
  $common = {
    'owner' => 'root',
    'group' => 'root',
  }

  if $ensure == 'present' {
    file { $directory:
      ensure => directory,
      mode   => '0755',
      *      => $common,
    }
  } else {
    file { $result_file:
      ensure => absent,
    }
  }
  file {
    default:
      ensure => $file,
      mode   => '0755',
      *      => $common,
      ;
    "${directory}/run-check":
      content => "#!/bin/sh\n${file('standfast/find.sh')}${file('standfast/run-check.sh')}",
      ;
    "${directory}/last-check":
      content => file('standfast/last-check.sh'),
      ;
  }

  standfast::check::job { 'standfast-check':
    ensure    => $ensure,
    scheduler => $scheduler,
    times     => $times,
    command   => $command,
  }
}
