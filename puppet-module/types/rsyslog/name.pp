# @summary The name of a forward, of its file, its action and its queue: up to 32 letters, digits, `_` and `-`.
type Standfast::Rsyslog::Name = Pattern[/\A[A-Za-z0-9_][A-Za-z0-9_-]{0,31}\z/]
