# @summary An item of limits.conf(5): what is limited.
type Standfast::Limits::Item = Enum[
  'as', 'chroot', 'core', 'cpu', 'data', 'fsize', 'locks', 'maxlogins', 'maxsyslogins', 'memlock', 'msgqueue', 'nice',
  'nofile', 'nonewprivs', 'nproc', 'priority', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'
]
