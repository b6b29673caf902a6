# @summary Messages of the host at another one, so that none is lost while that one, the network or the host is down.
#
# @example By RELP, which loses none
#   class { 'standfast::rsyslog':
#     forwards       => {
#       'central' => {
#         'target'   => 'loghost.example.net',
#         'protocol' => 'relp',
#       },
#     },
#     manage_package => true,
#     manage_service => true,
#   }
#
# @param forwards
#   Forwards by names of your own: the attributes of an `rsyslog_forward`.
# @param package_name
#   The package of rsyslogd.
# @param feature_packages
#   The packages for RELP and for both libraries of TLS. Those that the forwards need are managed with the package.
# @param manage_package
#   Whether the packages are managed.
# @param package_ensure
#   Their state.
# @param service_name
#   The service of rsyslogd.
# @param manage_service
#   Whether it is managed. It is then restarted when its files were changed.
# @param service_ensure
#   Its state.
# @param service_enable
#   Whether it starts with the host.
# @param mode
#   How far the class goes: `report`, `declared` or `enforce`.
class standfast::rsyslog (
  String[1]                                                   $package_name,
  Hash[Enum['relp', 'gtls', 'ossl'], String[1]]               $feature_packages,
  String[1]                                                   $service_name,
  Hash[Standfast::Rsyslog::Name, Standfast::Rsyslog::Forward] $forwards       = {},
  Boolean                                                     $manage_package = false,
  Standfast::PackageEnsure                                    $package_ensure = 'installed',
  Boolean                                                     $manage_service = false,
  Enum['running', 'stopped']                                  $service_ensure = 'running',
  Boolean                                                     $service_enable = true,
  Standfast::Mode $mode = getvar('standfast::mode', lookup('standfast::mode')),
) {
  require standfast::install

  $forwards.each |$name, $forward| {
    $error = standfast::forward_error($forward)
    if $error {
      fail("standfast::rsyslog::forwards: ${name}: ${error}")
    }
  }

  $packages = if $manage_package {
    $features = standfast::features($forwards.values).filter |$feature| { $feature in $feature_packages }
    [$package_name] + $features.map |$feature| { $feature_packages[$feature] }
  } else {
    []
  }
  $service = if $manage_service { $service_name }
  standfast::daemon { 'standfast::rsyslog':
    mode           => $mode,
    packages       => $packages,
    package_ensure => $package_ensure,
    service        => $service,
    service_ensure => $service_ensure,
    service_enable => $service_enable,
  }

  $common = standfast::relations($mode, $packages, $service)
  $forwards.each |$name, $forward| {
    $tls = $forward['tls'] ? {
      Boolean => { 'tls' => $forward['tls'] ? { true => 'on', default => 'off' } },
      default => {},
    }
    rsyslog_forward { $name:
      * => $forward + $tls + $common['declared'],
    }
  }
}
