# @summary A name as certificates have it, for example `log.example.net` or `*.example.net`.
type Standfast::Rsyslog::Peer = Pattern[/\A[A-Za-z0-9._*:@-]+\z/]
