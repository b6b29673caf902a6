# All messages to the log host by RELP, which acknowledges each. While the log host is away they wait on disk, also over a
# restart; a copy stays on this host.
class { 'standfast::rsyslog':
  forwards       => {
    'central' => {
      'target'         => 'loghost.example.net',
      'protocol'       => 'relp',
      'queue'          => 'disk',
      'queue_max_disk' => '500m',
    },
  },
  manage_package => true,
  manage_service => true,
}
