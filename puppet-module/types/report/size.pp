# @summary A number of bytes, with `k`, `M` or `G` for powers of 1024: `4M`.
type Standfast::Report::Size = Pattern[/\A[1-9]\d{0,11}[kMG]?\z/]
