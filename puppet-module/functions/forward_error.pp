# @summary Says which attributes of a forward do not go together, and what they would do.
#
# @api private
#
# @param forward
#   Its attributes.
# @return
#   A sentence, or undef.
function standfast::forward_error(Standfast::Rsyslog::Forward $forward) >> Optional[String] {
  $tls = $forward['tls'] in [true, 'on']
  $protocol = $forward['protocol'] ? { undef => 'tcp', default => $forward['protocol'] }
  $auth_mode = $forward['auth_mode'] ? { undef => 'name', default => $forward['auth_mode'] }
  $legacy = $forward['format'] == 'legacy'
  $for_tls = ['ca_file', 'cert_file', 'key_file', 'permitted_peers', 'tls_driver'].filter |$name| { $name in $forward }
  $servers = (['target'].filter |$name| { $name in $forward }.map |$name| { $forward[$name] }) + ($forward['failover'] ? { undef => [], default => $forward['failover'] })
  $default_port = [$protocol, $tls] ? {
    ['relp', Boolean] => 20514,
    ['tcp', true]     => 6514,
    default           => 514,
  }
  $port = $forward['port'] ? { undef => $default_port, default => $forward['port'] }
  $named = $servers.map |$server| {
    $server ? {
      /\A([^:]+|\[.*\]):\d+\z/ => regsubst($server, '[\[\]]', '', 'G'),
      default                  => "${regsubst($server, '[\[\]]', '', 'G')}:${port}",
    }
  }
  $is_limited = $forward['rate_limit'] =~ NotUndef and $forward['rate_limit'] != 'none'
  $in_memory = $forward['queue'] == 'memory'

  $rules = [
    [$forward['target'] =~ Undef, 'target is missing: the host that gets the messages'],
    ['failover' in $forward and $protocol == 'udp', 'failover needs protocol tcp or relp: UDP does not notice that a server is away'],
    ['failover' in $forward and $legacy, 'failover cannot be had with format legacy; it takes auto or rainerscript'],
    [$named.unique != $named, 'a server is named twice in target and failover'],
    [!$tls and $for_tls =~ Array[String, 1], "${for_tls[0]} is given and tls is off: everything would be sent in plain text; write tls => on"],
    [$tls and $protocol == 'udp', 'tls needs protocol tcp or relp: rsyslogd does not encrypt UDP'],
    [$tls and $protocol == 'relp' and 'tls_driver' in $forward, 'tls_driver is for protocol tcp: RELP has its own TLS'],
    [$tls and $protocol == 'relp' and $legacy, 'tls with protocol relp cannot be had with format legacy; it takes auto or rainerscript'],
    [$tls and $auth_mode != 'anon' and !('ca_file' in $forward), 'tls needs ca_file, without which no server is trusted'],
    [$tls and ('cert_file' in $forward) != ('key_file' in $forward), 'cert_file and key_file go together'],
    [$tls and $auth_mode != 'name' and 'permitted_peers' in $forward, "permitted_peers needs auth_mode name: ${auth_mode} looks at no name"],
    [
      # lint:ignore:140chars
      $tls and $auth_mode == 'name' and !('permitted_peers' in $forward) and $servers.any |$server| { $server =~ /:\h*:|\A\[?[\d.]+(:\d+)?\z/ },
      # lint:endignore
      'permitted_peers is missing: certificates name hosts, and a server is given by its address',
    ],
    ['selector' in $forward and 'filter' in $forward, 'selector and filter are both given; one says which messages'],
    ['filter' in $forward and $legacy, 'filter cannot be had with format legacy; it takes selector'],
    [$is_limited and $protocol == 'relp', 'rate_limit needs protocol tcp or udp: RELP has no limit, and waits without loss'],
    [$is_limited and $legacy, 'rate_limit cannot be had with format legacy; it takes auto or rainerscript'],
    [$in_memory and 'spool_dir' in $forward, 'spool_dir is for a queue on disk, and queue is memory'],
    [!$in_memory and standfast::bytes($forward['queue_max_disk']) < 2097152, 'queue_max_disk takes 2m or more'],
  ]
  $broken = $rules.filter |$rule| { $rule[0] }
  if $forward['ensure'] != 'absent' and $broken =~ Array[Tuple, 1] { $broken[0][1] }
}
