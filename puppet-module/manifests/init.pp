# @summary Keeps hardening in force: limits, NTP, SNMP and rsyslog forwarding.
#
# `include standfast` alone changes nothing of your configuration. It declares the baseline that `standfast check` knows,
# all of it noop, so that each report says what differs. What you declare in data is enforced.
#
# @example Report only
#   include standfast
#
# @example All areas from Hiera
#   # site.pp
#   include standfast
#   # data
#   standfast::limits::entries:
#     'thekiwi/-/nproc': 4096
#   standfast::ntp::monlist: disabled
#
# @example Only limits and NTP, with the baseline enforced, and an hourly check of drift
#   class { 'standfast':
#     areas => ['limits', 'ntp'],
#     mode  => 'enforce',
#     check => true,
#   }
#
# @param mode
#   How far the classes of the areas go, where they do not say it themselves. `report`: everything is noop. `declared`: what
#   you declare is enforced, the baseline is noop. `enforce`: both are enforced. No mode overrides `--noop` of the agent.
# @param areas
#   The areas to look after; the class of each is included.
# @param check
#   Whether drift is also looked for between the runs of the agent, by `standfast::check`.
# @param report
#   Whether that is reported to Foreman, by `standfast::report`. Without it that is so where `standfast::report::url` is in data.
class standfast (
  Standfast::Mode        $mode   = 'declared',
  Array[Standfast::Area] $areas  = ['limits', 'ntp', 'snmp', 'rsyslog'],
  Boolean                $check  = false,
  Boolean                $report = lookup('standfast::report::url', { 'default_value' => undef }) =~ NotUndef,
) {
  contain standfast::install

  $areas.each |$area| {
    contain "standfast::${area}"
  }

  if $check {
    contain standfast::check
  }

  if $report {
    contain standfast::report
  }
}
