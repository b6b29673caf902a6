# @summary An HTTP proxy: http or https, a host, and a port. It takes no user, for the file that names it is no place for secrets.
type Standfast::Report::Proxy = Pattern[/\Ahttps?:\/\/([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9]\d{0,4})?\/?\z/]
