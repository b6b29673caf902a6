# @summary Where reports go: https, a host, perhaps a port and a path; no user, no query.
type Standfast::Report::Url = Pattern[/\Ahttps:\/\/([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9]\d{0,4})?(\/[A-Za-z0-9_.~\/-]*)?\z/]
