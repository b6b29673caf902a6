class profile {
  $networks = ['10.9.0.7', '2001:db8:9::/64']
  limits_entry { 'kiwi/-/nproc': value => 4096 }
  limits_entry { '@kiwis/hard/memlock': ensure => present, value => '65536', noop => true, tag => ['one', 'two'], loglevel => warning }
  limits_entry { 'core dumps': domain => '*', type => 'hard', item => 'core', value => 0, bound => 'at_most', exceptions => 'allow' }
  ntp_monlist { 'main': allow => $networks }
  snmp_community { 'poller': community => Sensitive('hT7-kq9.Vx2_mB4zuu'), sources => $networks, require => Limits_entry['kiwi/-/nproc'] }
  snmp_community { 'late': community => Sensitive(Deferred('sprintf', ['%s-%s', 'a', 'b'])), sources => ['::1'] }
  snmp_community { 'nested': community => Deferred('new', [Sensitive, 'N3sted-secret']), sources => ['::1'] }
  snmp_access { 'main': purge => false, weak => 'forbid' }
  rsyslog_forward { 'central': target => 'loghost.example.net', protocol => relp, port => 2514 }
  standfast_limits { 'main':
    entries => {
      'kiwi/soft/nofile'  => 1024,
      '@kiwis/-/nofile'   => 'unlimited',
      '*/hard/rtprio'     => { 'value' => Deferred('sprintf', ['%d', 0]) },
      'gone/-/nproc'      => { 'ensure' => 'absent' },
      'odd/-/nproc'       => { 'value' => 1, 'bound' => undef },
    },
    defaults => { 'bound' => 'exact' },
    inert   => 'forbid',
    purge_ignore => ['@audio'],
  }
  file { '/etc/motd': ensure => file, content => "x\n", notify => Notify['hello'] }
  notify { 'hello': message => /a regexp/ }
  notify { 'rich': message => SemVer('1.2.3') }
  profile::def { 'one': noop => true }
}
