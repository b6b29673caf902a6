# @summary Where reports go: https, a host, perhaps a port and a path; no user, no query. On this host http will do.
type Standfast::Report::Url = Pattern[
  /\Ahttps:\/\/([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,4}|:[1-5]\d{4}|:6[0-4]\d{3})?(\/[A-Za-z0-9_.~\/-]*)?\z/,
  /\Ahttp:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,4}|:[1-5]\d{4}|:6[0-4]\d{3})?(\/[A-Za-z0-9_.~\/-]*)?\z/
]
