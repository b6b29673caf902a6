# One community for the monitoring, from its own addresses, to what it needs; and none that strangers know.
#
# The community comes from Hiera in practice, encrypted by eyaml; here it is a Sensitive. It shows in no log, diff or report.
snmp_community { 'nms':
  community => Sensitive('Qm7dK2xW9tRz4VbN8sLc'),
  sources   => ['192.0.2.10', '2001:db8:9::/64'],
  notify    => Service['snmpd'],
}

# What no snmp_community declares goes, wherever it stands: rocommunity and its kin, com2sec, authcommunity. Debian's own
# file has snmpd listen on the loopback alone, where no monitoring comes by.
snmp_access { 'main':
  purge         => true,
  weak          => 'forbid',
  agent_address => ['0.0.0.0', '[::]'],
  notify        => Service['snmpd'],
}

service { 'snmpd':
  ensure => running,
  enable => true,
}
