# @summary The check that reports: one run of it does both.
#
# A define is evaluated when all classes are, so that it matters nowhere which is declared first.
#
# @api private
#
# @param ensure
#   Whether drift is reported.
define standfast::report::check (
  Standfast::Ensure $ensure,
) {
  if $ensure == 'present' {
    include standfast::check
  } elsif !defined(Class['standfast::check']) {
    # It was there for the reports alone.
    class { 'standfast::check':
      ensure => absent,
    }
  }
}
