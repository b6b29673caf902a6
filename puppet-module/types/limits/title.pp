# @summary The title of a limit, `DOMAIN/TYPE/ITEM`, for example `thekiwi/-/nproc`.
type Standfast::Limits::Title = Pattern[
  # lint:ignore:140chars
  /\A[^[:cntrl:]]+\/(soft|hard|-)\/(as|chroot|core|cpu|data|fsize|locks|maxlogins|maxsyslogins|memlock|msgqueue|nice|nofile|nonewprivs|nproc|priority|rss|rtprio|rttime|sigpending|stack)\z/
  # lint:endignore
]
