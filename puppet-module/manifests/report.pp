# @summary Reports drift to Foreman: what `standfast check` finds between the runs of the agent.
#
# What the agent itself finds is in Puppet's own reports, and needs none of this. The check of `standfast::check` then reports,
# too, at the times and with the scheduler of that class; the settings are in /etc/standfast/standfast.conf.
#
# That file is wholly this class's, and that of `standfast::install`, once either manages it: lines and sections that were
# written by hand go.
#
# @example By a Smart Proxy, with the certificate of the agent; from Hiera, with `include standfast`
#   standfast::report::url: https://proxy.example.com:8443/standfast
#
# @example To Foreman itself, with a personal access token that eyaml encrypts
#   standfast::report::url: https://foreman.example.com
#   standfast::report::user: standfast
#   standfast::report::password: ENC[PKCS7,…]
#
# @example With a token that the agent fetches, so that it is in no catalog
#   class { 'standfast::report':
#     url      => 'https://foreman.example.com',
#     user     => 'standfast',
#     password => Deferred('vault_lookup::lookup', ['secret/standfast']),
#   }
#
# @param ensure
#   Whether drift is reported. `absent` takes away the settings, the password and what waits to be sent, and the check, unless
#   `standfast::check` is declared.
# @param url
#   Where to: Foreman, or `https://HOST:8443/standfast` of a Smart Proxy. Without it nothing is reported.
# @param certname
#   The name of the host there. Without it that of the agent.
# @param ca_file
#   The certificates that are trusted. Without it the CA of the agent.
# @param certificate_file
#   The certificate of the host. Without it that of the agent.
# @param key_file
#   Its key. Without it that of the agent.
# @param user
#   A user of Foreman, in the place of a certificate.
# @param password
#   The password or personal access token of the user. It is kept in /etc/standfast/report.password.
# @param password_file
#   A file of yours that holds it, in the place of `password`: root's, with mode 0600.
# @param stock_foreman
#   Whether a Foreman without the plugin gets a report as it gets one of a configuration manager. That takes the place of what
#   Foreman shows of Puppet.
# @param http_proxy
#   An HTTP proxy on the way. Without it there is none, whatever the environment says.
# @param heartbeat
#   How long at most nothing is sent while nothing changes; `0` sends each time.
# @param splay
#   Over so much time the heartbeats of different hosts are spread.
# @param connect_timeout
#   How long a connection may take.
# @param timeout
#   How long it all may take.
# @param spool_count
#   How many reports wait at most while Foreman is away; so for what was refused.
# @param spool_size
#   How many bytes of them.
# @param spool_age
#   How old they become.
class standfast::report (
  Standfast::Ensure                        $ensure           = 'present',
  Optional[Standfast::Report::Url]         $url              = undef,
  Optional[Standfast::Report::Certname]    $certname         = undef,
  Optional[Standfast::PlainPath]           $ca_file          = undef,
  Optional[Standfast::PlainPath]           $certificate_file = undef,
  Optional[Standfast::PlainPath]           $key_file         = undef,
  Optional[Standfast::Report::User]        $user             = undef,
  Optional[Standfast::Report::Secret]      $password         = undef,
  Optional[Standfast::PlainPath]           $password_file    = undef,
  Optional[Boolean]                        $stock_foreman    = undef,
  Optional[Standfast::Report::Proxy]       $http_proxy       = undef,
  Optional[Standfast::Report::Duration]    $heartbeat        = undef,
  Optional[Standfast::Report::Duration]    $splay            = undef,
  Optional[Standfast::Report::Timeout]     $connect_timeout  = undef,
  Optional[Standfast::Report::Timeout]     $timeout          = undef,
  Optional[Integer[1, 1000000]]            $spool_count      = undef,
  Optional[Standfast::Report::Size]        $spool_size       = undef,
  Optional[Standfast::Report::Timeout]     $spool_age        = undef,
) {
  require standfast::install

  $own_password_file = '/etc/standfast/report.password'
  $is_on = $ensure == 'present' and $url =~ NotUndef

  if $is_on {
    if $user =~ NotUndef and $password =~ Undef and $password_file =~ Undef {
      fail("standfast::report: password is missing: user ${user} takes password or password_file")
    }
    if $user =~ Undef and ($password =~ NotUndef or $password_file =~ NotUndef) {
      fail('standfast::report: user is missing: a password is that of a user')
    }
    if $password =~ NotUndef and $password_file =~ NotUndef {
      fail('standfast::report: the password is given twice; one of password and password_file is enough')
    }
    if ($certificate_file =~ Undef) != ($key_file =~ Undef) {
      fail('standfast::report: certificate_file and key_file go together')
    }
  }

  $secret_file = $password ? {
    undef   => $password_file,
    default => $own_password_file,
  }
  $settings = {
    'url'              => $url,
    'certname'         => $certname,
    'ca_file'          => $ca_file,
    'certificate_file' => $certificate_file,
    'key_file'         => $key_file,
    'user'             => $user,
    'password_file'    => $secret_file,
    'stock_foreman'    => $stock_foreman,
    'http_proxy'       => $http_proxy,
    'heartbeat'        => $heartbeat,
    'splay'            => $splay,
    'connect_timeout'  => $connect_timeout,
    'timeout'          => $timeout,
    'spool_count'      => $spool_count,
    'spool_size'       => $spool_size,
    'spool_age'        => $spool_age,
  }.filter |$name, $value| { $value =~ NotUndef }

  $names_secrets = $secret_file =~ NotUndef or $key_file =~ NotUndef
  $mode = if $names_secrets { '0600' } else { '0644' }
  $common = {
    'owner' => 'root',
    'group' => 'root',
  }

  if $is_on {
    if $standfast::install::settings.empty {
      file { '/etc/standfast':
        ensure => directory,
        mode   => '0755',
        *      => $common,
      }
      file { '/etc/standfast/standfast.conf':
        ensure  => file,
        mode    => $mode,
        content => standfast::configuration({}, $settings),
        *       => $common,
      }
    } else {
      # One file, whichever of both classes is declared, and one of them has declared it already.
      File <| title == '/etc/standfast/standfast.conf' |> {
        mode    => $mode,
        content => standfast::configuration($standfast::install::settings, $settings),
      }
    }
  } elsif $ensure == 'absent' {
    if $standfast::install::settings.empty {
      file { '/etc/standfast/standfast.conf':
        ensure => absent,
      }
    }
    file { '/var/lib/standfast/report':
      ensure => absent,
      force  => true,
      backup => false,
    }
  }

  if $is_on and $password =~ NotUndef {
    # What a Deferred alone brings would not be Sensitive.
    $secret = $password ? {
      Deferred => Sensitive($password),
      default  => $password,
    }
    # No backup: it would keep the old one.
    file { $own_password_file:
      ensure    => file,
      mode      => '0600',
      content   => $secret,
      show_diff => false,
      backup    => false,
      *         => $common,
    }
  } elsif ($is_on and $password_file != $own_password_file) or $ensure == 'absent' {
    file { $own_password_file:
      ensure => absent,
      backup => false,
    }
  }

  if $is_on or $ensure == 'absent' {
    standfast::report::check { 'standfast':
      ensure => $ensure,
    }
  }
}
