# @summary A number of bytes, with `k`, `m` or `g` for powers of 1024: `500m`, `1g`.
type Standfast::Rsyslog::Size = Variant[Integer[0], Pattern[/\A\d{1,15}[kmgKMG]?\z/]]
