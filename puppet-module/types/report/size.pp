# @summary A size of `128K` at least, with `K`, `M` or `G` for powers of 1024: `4M`.
type Standfast::Report::Size = Pattern[/\A((12[89]|1[3-9]\d|[2-9]\d\d|[1-9]\d{3,8})K|[1-9]\d{0,5}[MG])\z/]
