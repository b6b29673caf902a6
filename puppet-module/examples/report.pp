# Says in each report what differs from the baseline, and changes nothing: all that is declared is noop.
class { 'standfast':
  mode => 'report',
}
