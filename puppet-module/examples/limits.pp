# Limits of users and groups that pam_limits does not match by name: in the place of the name its number is written.
#
# A user or a group comes from LDAP or AD as `KIWIS\thekiwi` or `TheKiwi`, limits.conf says `thekiwi`, and nothing happens.
# standfast asks the host for the number and writes `:1013 - nproc 4096 # thekiwi`. A bare `1013`, which much advice
# recommends, does nothing: every pam_limits reads it as a name.
group { 'kiwis':
  ensure => present,
  gid    => 1091,
  system => false,
}

user { 'thekiwi':
  ensure => present,
  uid    => 1013,
  gid    => 'kiwis',
}

limits_entry {
  default:
    require => User['thekiwi'],
    ;
  # The soft and the hard limit; a soft limit alone is cut to the hard one.
  'thekiwi/-/nproc':
    value => 4096,
    ;
  '@kiwis/-/nofile':
    value => 8192,
    ;
  # All ordinary users of login.defs, by a range of UIDs; less is fine, too.
  'UID_MIN:UID_MAX/hard/nofile':
    value => 65536,
    bound => 'at_most',
    ;
  # Nobody leaves a core dump, with the exceptions that stand elsewhere shown.
  '*/hard/core':
    value => 0,
    bound => 'at_most',
    ;
  # What an older configuration left behind goes, wherever it stands.
  'thekiwi/soft/nofile':
    ensure => absent,
    ;
}

# Lines that do nothing are drift, and are commented out.
limits_config { 'main':
  inert => 'forbid',
}
