# @summary Access to snmpd: the communities that you declare, and none that strangers know.
#
# Communities come as Sensitive and show nowhere. Keep them apart from the rest, in `secrets`, where Hiera makes them
# Sensitive, or give them as Sensitive or Deferred in `communities`.
#
# @example From Hiera, with the community encrypted by eyaml
#   standfast::snmp::communities:
#     nms:
#       sources: ['192.0.2.10', '2001:db8::/64']
#   standfast::snmp::secrets:
#     nms: ENC[PKCS7,…]
#
# @example From a file of root's on the host
#   class { 'standfast::snmp':
#     communities => {
#       'poller' => {
#         'community_file' => '/etc/standfast/poller',
#         'sources'        => ['10.9.0.7'],
#         'view'           => 'systemonly',
#       },
#     },
#     access      => { 'purge' => true },
#   }
#
# @param communities
#   Communities by names of your own: the attributes of an `snmp_community`.
# @param secrets
#   The communities themselves by the same names. Hiera makes them Sensitive.
# @param access
#   The attributes of `snmp_access`: what may be let in at all.
# @param baseline_access
#   The attributes of `snmp_access` where `access` is empty; noop unless `mode` is `enforce`.
# @param package_name
#   The package of snmpd.
# @param manage_package
#   Whether it is managed.
# @param package_ensure
#   Its state.
# @param service_name
#   The service of snmpd.
# @param manage_service
#   Whether it is managed. It is then restarted when its files were changed.
# @param service_ensure
#   Its state.
# @param service_enable
#   Whether it starts with the host.
# @param mode
#   How far the class goes: `report`, `declared` or `enforce`.
class standfast::snmp (
  String[1]                                               $package_name,
  String[1]                                               $service_name,
  Hash[Standfast::Snmp::Name, Standfast::Snmp::Community] $communities     = {},
  Sensitive[Hash[Standfast::Snmp::Name, String[1]]]       $secrets         = Sensitive({}),
  Standfast::Snmp::Access                                 $access          = {},
  Standfast::Snmp::Access                                 $baseline_access = {},
  Boolean                                                 $manage_package  = false,
  Standfast::PackageEnsure                                $package_ensure  = 'installed',
  Boolean                                                 $manage_service  = false,
  Enum['running', 'stopped']                              $service_ensure  = 'running',
  Boolean                                                 $service_enable  = true,
  Standfast::Mode $mode = getvar('standfast::mode', lookup('standfast::mode')),
) {
  require standfast::install

  $communities.each |$name, $attributes| {
    $errors = standfast::network_errors($attributes['sources'] ? { undef => [], default => $attributes['sources'] })
    unless $errors.empty {
      fail("standfast::snmp::communities: ${name}: sources: ${errors[0]}")
    }
  }

  $packages = if $manage_package { [$package_name] } else { [] }
  $service = if $manage_service { $service_name }
  standfast::daemon { 'standfast::snmp':
    mode           => $mode,
    packages       => $packages,
    package_ensure => $package_ensure,
    service        => $service,
    service_ensure => $service_ensure,
    service_enable => $service_enable,
  }

  $common = standfast::relations($mode, $packages, $service)

  standfast::communities($communities, $secrets).each |$name, $attributes| {
    snmp_community { $name:
      * => $attributes + $common['declared'],
    }
  }

  if !$access.empty {
    snmp_access { 'main':
      * => $access + $common['declared'],
    }
  } elsif !$baseline_access.empty {
    snmp_access { 'main':
      * => $baseline_access + $common['baseline'],
    }
  }
}
