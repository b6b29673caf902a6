# Daemons of time that tell strangers nothing but the time. monlist makes 44,000 bytes of 8, and the sender is whoever it says
# it is. The operators' network may go on asking, as far as it can now.
#
# No daemon of time reads its restrictions again, so the service is restarted when they have changed.
class { 'standfast::ntp':
  monlist        => 'disabled',
  allow          => ['10.9.0.0/16', '2001:db8:9::/48'],
  manage_service => true,
}
