# @summary The state of a package: `installed`, `latest`, a version, or `absent`.
type Standfast::PackageEnsure = Pattern[/\A(present|installed|latest|held|absent|purged|[0-9][-+.:~_A-Za-z0-9]*)\z/]
