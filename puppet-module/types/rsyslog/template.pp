# @summary The name of a template, for example `RSYSLOG_ForwardFormat`.
type Standfast::Rsyslog::Template = Pattern[/\A[A-Za-z0-9_.-]+\z/]
