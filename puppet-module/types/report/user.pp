# @summary The login of a user of Foreman.
type Standfast::Report::User = Pattern[/\A[A-Za-z0-9_.@+-]{1,100}\z/]
