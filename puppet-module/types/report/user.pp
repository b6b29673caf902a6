# @summary The login of a user of Foreman; no colon, which HTTP cannot send.
type Standfast::Report::User = Pattern[/\A[^[:cntrl:][:space:]:]([^[:cntrl:]:]{0,253}[^[:cntrl:][:space:]:])?\z/]
