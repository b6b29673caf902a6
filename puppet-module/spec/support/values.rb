# frozen_string_literal: true

# Of each alias values that it takes, and values that it does not take. Those of attributes are also put to the program.
VALUES_OF_ALIASES = {
  'Standfast::Mode' => [%w[report declared enforce], ['noop', '', nil]],
  'Standfast::Area' => [%w[limits ntp snmp rsyslog], ['dns', nil]],
  'Standfast::Ensure' => [%w[present absent], ['installed', true]],
  'Standfast::PackageEnsure' => [%w[installed present latest 0.1.0-1 1:4.2.8p15+dfsg~rc1], ['', 'new est', true]],
  'Standfast::Path' => [['/a', '/etc/a b', '/x..y/z'], ['', '/', 'a', '/a/', '/a/../b', "/a\nb", '/..']],
  'Standfast::PlainPath' => [['/a', '/usr/lib64/x-1.0+b_c'], ['/', 'a', '/a/', '/a b', '/a;b', '/a/../b', '/a/.', "/a\n", '/$x', '/a%b']],
  'Standfast::Network' => [
    ['192.0.2.7', '10.9.0.0/16', '2001:db8::/32', '::1', '::', '2001:db8:1:2:3:4:5:6'],
    ['', 'default', 'any', 'host', '10.9', '10.0.0.0/255.0.0.0', "10.0.0.0/8\n", 'fe80::1%eth0', '::ffff:192.0.2.1', 7],
  ],
  'Standfast::Limits::Domain' => [
    ['thekiwi', '@kiwis', '*', '%', '%kiwis', ':1013', '1000:1999', '1000:', '@:1091', '@1000:1999', '%:1091', 'UID_MIN:UID_MAX', 'DOM\\user', 'a b', 'ö'],
    ['', '@', '1013', '@1091', 'a:b', ':', '1000:x', "a\nb", '**', '@@a'],
  ],
  'Standfast::Limits::Item' => [%w[as chroot nproc nonewprivs rttime], %w[nopenfilez NPROC] + ['']],
  'Standfast::Limits::Title' => [['a/-/nproc', '*/hard/core', 'd/u/soft/as'], ['a/nproc', '/-/nproc', 'a/both/nproc', 'a/-/x', "a\n/-/as"]],
  'Standfast::Limits::Value' => [[0, -20, 4096, '4096', '-1', '+5', '-', 'unlimited', 'infinity', '/srv'], ['', '5k', '0x10', 'banana', 'a/b', '/a b', '/a#b', 1.5, true]],
  'Standfast::Limits::Target' => [
    ['/etc/security/limits.conf', '/etc/security/limits.d/90-x.conf'],
    ['/etc/limits.conf', '/etc/security/limits.d/90-x', '/etc/security/limits.d/a/b.conf', '/etc/security/limits.d/.conf', 'limits.conf'],
  ],
  'Standfast::Limits::Attributes' => [[{}, { 'value' => 1, 'bound' => 'at_most' }, { 'ensure' => 'absent' }], [{ 'value' => '5k' }, { 'x' => 1 }, 5]],
  'Standfast::Limits::Entry' => [[5, 'unlimited', { 'value' => 5 }], ['banana', { 'bound' => 'x' }, [5]]],
  'Standfast::Limits::Config' => [[{}, { 'inert' => 'forbid', 'purge' => ['/etc/security/limits.d/*.conf'], 'purge_ignore' => ['@audio'] }], [{ 'purge' => true }, { 'inert' => 'allow' }]],
  'Standfast::Ntp::Daemon' => [%w[ntp ntpsec chrony], %w[ntpd chronyd openntpd]],
  'Standfast::Ntp::Names' => [[{ 'package' => 'a', 'service' => 'b' }], [{ 'package' => 'a' }, { 'package' => '', 'service' => 'b' }]],
  'Standfast::Snmp::Name' => [['nms', 'the NMS of Köln # 1', 'x'], ['', ' nms', 'nms ', "n\nms"]],
  'Standfast::Snmp::Source' => [
    ['192.0.2.10', '10.0.0.0/8', '2001:db8::/64', '::1', '192.0.2.1/32', '::1/128'],
    ['default', '0.0.0.0/0', '::/0', 'nms.example.net', 'fe80::1%eth0', '10.0.0.0/33', '::/129', '!10.0.0.0/8', ''],
  ],
  'Standfast::Snmp::View' => [%w[systemonly a.b_c-1 _x], ['', 'a b', '-V', 'a' * 33, "a'b"]],
  'Standfast::Snmp::Community' => [
    [{}, { 'community_file' => '/etc/nms', 'sources' => ['::1'], 'access' => 'rw', 'view' => 'v', 'target' => '/etc/snmp/snmpd.conf' }],
    [{ 'community' => 'public' }, { 'sources' => [] }, { 'access' => 'write' }, { 'name' => 'x' }],
  ],
  'Standfast::Snmp::AgentAddress' => [['udp:192.0.2.1:161', 'udp6:[::1]:161', '161', '/var/agentx'], ['', 'a b', 'a,b', '"a"', 'a # b']],
  'Standfast::Snmp::Access' => [
    [{}, { 'purge' => true, 'weak' => 'report', 'weak_min_length' => 20, 'users' => 'auth_priv', 'versions' => 'v3_only', 'agent_address' => ['161'], 'modes' => 'report' }],
    [{ 'weak' => 'allow' }, { 'weak_min_length' => 7 }, { 'purge' => 'yes' }, { 'agent_address' => [] }],
  ],
  'Standfast::Rsyslog::Name' => [['central', 'a-b_c', 'x' * 32], ['', 'a b', '-a', 'x' * 33, 'a.b', 'a/b']],
  'Standfast::Rsyslog::Host' => [
    ['loghost', 'loghost.example.net', 'loghost.example.net.', '192.0.2.1', '2001:db8::1', '[2001:db8::1]', 'a_b'],
    ['', 'a b', '@loghost', 'loghost:514', '-a', 'a-', 'a..b', 'x' * 64],
  ],
  'Standfast::Rsyslog::Server' => [['a', 'a:514', '192.0.2.1:6514', '2001:db8::1', '[2001:db8::1]:514', '[::1]'], ['', 'a:0', 'a:b', 'a b', 'a:123456']],
  'Standfast::Rsyslog::Path' => [['/etc/ssl/ca.pem', '/a'], ['/', 'a', '/a b', '/a"b', '/a/../b', '/a;b', '/a#b']],
  'Standfast::Rsyslog::Peer' => [['log.example.net', '*.example.net', 'SHA1:00:11'], ['', 'a b', 'a,b']],
  'Standfast::Rsyslog::Selector' => [
    ['*.*', '*.info;mail.none', 'auth,authpriv.*', 'kern.!=debug', 'local7.=err', 'mail.!warn'],
    ['', '*', 'mial.*', '*.inof', '*.* ', '*.info; mail.none', '.info', 'mail,.info'],
  ],
  'Standfast::Rsyslog::Condition' => [["$programname == 'sshd'", '$syslogseverity <= 4 and ($msg contains "x")'], ['', ' ', "a\nb", "a # b", 'a /* b', 'a \\']],
  'Standfast::Rsyslog::Template' => [%w[RSYSLOG_ForwardFormat a.b-c], ['', 'a b', 'a"']],
  'Standfast::Rsyslog::Size' => [['1g', '500M', '2097152', 2_097_152, '4k'], ['', '1t', '-1', -1, '1.5g', '1 g']],
  'Standfast::Rsyslog::Retry' => [['endless', 0, 10], ['never', -2, '']],
  'Standfast::Rsyslog::Rate' => [['none', '1000/10'], ['', '0/1', '1/0', '10', '1/', 'a/b']],
  'Standfast::Rsyslog::Forward' => [[{}, { 'target' => 'h', 'tls' => true, 'keep_local' => false, 'purge' => true }], [{ 'protocol' => 'tls' }, { 'queue_size' => 99 }, { 'host' => 'h' }]],
  'Standfast::Check::Interval' => [%w[5m 1h 24h], %w[7m 60 5h daily]],
  'Standfast::Check::Schedule' => [[{ 'minutes' => [5], 'hours' => [0, 12] }], [{ 'minutes' => [60], 'hours' => [0] }, { 'minutes' => [], 'hours' => [0] }]],
  'Standfast::Report::Url' => [
    [
      'https://foreman.example.com', 'https://proxy.example.com:8443/standfast', 'https://[2001:db8::1]:8443/a/b', 'https://192.0.2.1/',
      'http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:8080/standfast', 'https://h:64999',
    ],
    [
      '', 'http://foreman.example.com', 'http://127.0.0.1.example.com', 'foreman.example.com', 'https://u:p@h', 'https://h?x', 'https://h#x',
      'https://', 'https:///x', 'https://h:99999', 'https://h:x', 'https://h/a b', 'ftp://h',
    ],
  ],
  'Standfast::Report::Proxy' => [
    ['http://proxy.example.com:3128', 'https://proxy', 'http://[::1]:3128/'],
    ['', 'proxy:3128', 'http://u:p@proxy', 'socks5://proxy', 'http://proxy:99999', 'http://a b'],
  ],
  'Standfast::Report::Certname' => [['web17.example.com', 'a_b-c'], ['', 'Web17', 'a b', 'x' * 256, 'a/b', 'né']],
  'Standfast::Report::User' => [['standfast', 'a.b@example.com', 'DOM\\user', 'two words', '#1', 'x'], ['', ' a', 'a ', 'a:b', "a\nb"]],
  'Standfast::Report::Duration' => [[0, 90, '0', '90', '5s', '30m', '6h', '7d', '0m'], ['', '1w', '1.5h', '-1s', '+1', '6 h', '6hh', '4000d', -1, 1.5]],
  'Standfast::Report::Timeout' => [[1, '1', '5s', '10m'], ['', 0, '0', '0s', '00m', '1w']],
  'Standfast::Report::Size' => [%w[4M 128K 1000K 1G], ['', '0', '127K', '4T', '4 M', '1.5M', '4MB', 4]],
}.freeze
