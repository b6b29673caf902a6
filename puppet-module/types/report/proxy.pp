# @summary An HTTP proxy: http or https, a host, and a port. It takes no user, for the file that names it is no place for secrets.
type Standfast::Report::Proxy = Pattern[
  /\Ahttps?:\/\/([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,4}|:[1-5]\d{4}|:6[0-4]\d{3})?\/?\z/
]
