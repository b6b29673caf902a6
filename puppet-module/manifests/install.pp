# @summary Says how the program `standfast` comes to the host.
#
# Of all that are there the newest that works is used: the configured path, /usr/bin/standfast, and what pluginsync brought.
#
# @example From the distribution's repositories
#   class { 'standfast::install':
#     method => 'package',
#   }
#
# @example A place of your own
#   class { 'standfast::install':
#     method => 'path',
#     binary => '/opt/standfast/bin/standfast',
#   }
#
# @param method
#   `pluginsync`: it is in the module and comes with its facts; nothing is managed. `package`: it is a package.
#   `path`: it is at `binary`, put there by something else.
# @param package_name
#   The name of the package.
# @param package_ensure
#   Its state: `installed`, `latest` or a version.
# @param binary
#   The absolute path of the program. It is written into /etc/standfast/standfast.conf.
# @param timeout
#   How many seconds the agent waits for an answer of the program; it is written there, too. Without it 300.
class standfast::install (
  Enum['pluginsync', 'package', 'path'] $method         = 'pluginsync',
  String[1]                             $package_name   = 'standfast',
  Standfast::PackageEnsure              $package_ensure = 'installed',
  Optional[Standfast::PlainPath]        $binary         = undef,
  Optional[Integer[1]]                  $timeout        = undef,
) {
  if $method == 'package' {
    package { $package_name:
      ensure => $package_ensure,
    }
  }
  if $method == 'path' and $binary =~ Undef {
    fail('standfast::install: binary is missing: method path takes the absolute path of the program')
  }
  if $method != 'path' and $binary =~ NotUndef {
    fail("standfast::install: binary is given and method is ${method}: it takes path")
  }

  $settings = {
    'binary'  => $binary,
    'timeout' => $timeout,
  }.filter |$name, $value| { $value =~ NotUndef }

  # Without settings the file is left alone: somebody may have written it by hand.
  unless $settings.empty {
    file { '/etc/standfast':
      ensure => directory,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
    }
    file { '/etc/standfast/standfast.conf':
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => standfast::configuration($settings),
    }
  }
}
