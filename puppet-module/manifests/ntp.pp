# @summary Daemons of time that tell strangers nothing but the time: no monlist, no mrulist, no readvar.
#
# @example Closed but for the networks of the operators
#   class { 'standfast::ntp':
#     monlist        => 'disabled',
#     allow          => ['10.9.0.0/16', '2001:db8::/32'],
#     manage_service => true,
#   }
#
# @param monlist
#   `disabled`: nobody but this host and `allow` gets an answer. `absent`: the lines that standfast added are taken away.
#   Without it the host is judged as with `disabled`, and noop unless `mode` is `enforce` or `allow` or `target` is given.
# @param allow
#   Networks that may query, of IPv4 and IPv6.
# @param target
#   The file that gets the lines; without it standfast chooses one that the daemon reads.
# @param daemon
#   The daemon whose package and service are managed. All daemons that are installed are judged, whatever is said here.
# @param names
#   What package and service of each daemon are called on this OS.
# @param manage_package
#   Whether the package of `daemon` is managed.
# @param package_ensure
#   Its state.
# @param manage_service
#   Whether the service of `daemon` is managed. It is then restarted when its files were changed, for no daemon of time
#   reads its restrictions again.
# @param service_ensure
#   Its state.
# @param service_enable
#   Whether it starts with the host.
# @param mode
#   How far the class goes: `report`, `declared` or `enforce`.
class standfast::ntp (
  Hash[Standfast::Ntp::Daemon, Standfast::Ntp::Names] $names,
  Standfast::Ntp::Daemon                              $daemon,
  Optional[Enum['disabled', 'absent']]                $monlist        = undef,
  Array[Standfast::Network]                           $allow          = [],
  Optional[Standfast::Path]                           $target         = undef,
  Boolean                                             $manage_package = false,
  Standfast::PackageEnsure                            $package_ensure = 'installed',
  Boolean                                             $manage_service = false,
  Enum['running', 'stopped']                          $service_ensure = 'running',
  Boolean                                             $service_enable = true,
  Standfast::Mode $mode = getvar('standfast::mode', lookup('standfast::mode')),
) {
  require standfast::install

  $errors = standfast::network_errors($allow)
  unless $errors.empty {
    fail("standfast::ntp::allow: ${errors[0]}")
  }
  unless $daemon in $names {
    fail("standfast::ntp::names: has no names for the daemon ${daemon}")
  }

  $packages = if $manage_package { [$names[$daemon]['package']] } else { [] }
  $service = if $manage_service { $names[$daemon]['service'] }
  standfast::daemon { 'standfast::ntp':
    mode           => $mode,
    packages       => $packages,
    package_ensure => $package_ensure,
    service        => $service,
    service_ensure => $service_ensure,
    service_enable => $service_enable,
  }

  $given = {
    'ensure' => $monlist,
    'allow'  => $allow ? { [] => undef, default => $allow },
    'target' => $target,
  }.filter |$name, $value| { $value =~ NotUndef }
  $common = standfast::relations($mode, $packages, $service)
  $relations = if $given.empty { $common['baseline'] } else { $common['declared'] }

  ntp_monlist { 'main':
    * => { 'ensure' => 'disabled' } + $given + $relations,
  }
}
