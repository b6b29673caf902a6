# Reports drift to Foreman itself, with the personal access token of a user that may do nothing else.
#
# The token comes from Hiera in practice, encrypted by eyaml, or as a Deferred; here it is a Sensitive. It shows in no log, diff
# or report.
class { 'standfast::report':
  url      => 'https://foreman.example.com',
  user     => 'standfast',
  password => Sensitive('x4Tq9ZrW2mLk7VbY0sNd'),
}

class { 'standfast::check':
  interval  => '15m',
  scheduler => 'cron',
}
