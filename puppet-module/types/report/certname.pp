# @summary The name of a host as Puppet and Foreman know it: lower case, digits, `.`, `_` and `-`.
type Standfast::Report::Certname = Pattern[/\A[a-z0-9._-]{1,255}\z/]
