# @summary The packages and the service of a daemon, where a class manages them.
#
# @api private
#
# @param mode
#   How far the class goes; in `report` both are noop.
# @param packages
#   The packages that are managed.
# @param package_ensure
#   Their state.
# @param service
#   The service that is managed.
# @param service_ensure
#   Its state.
# @param service_enable
#   Whether it starts with the host.
define standfast::daemon (
  Standfast::Mode            $mode,
  Array[String[1]]           $packages       = [],
  Standfast::PackageEnsure   $package_ensure = 'installed',
  Optional[String[1]]        $service        = undef,
  Enum['running', 'stopped'] $service_ensure = 'running',
  Boolean                    $service_enable = true,
) {
  $noop = $mode ? {
    'report' => { 'noop' => true },
    default  => {},
  }

  # Puppet looks for all its package managers as soon as there is a package, though it have no title.
  unless $packages.empty {
    package { $packages:
      ensure => $package_ensure,
      *      => $noop,
    }
  }

  if $service {
    service { $service:
      ensure => $service_ensure,
      enable => $service_enable,
      *      => $noop,
    }
  }
}
