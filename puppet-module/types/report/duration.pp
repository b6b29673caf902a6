# @summary A length of time: `0`, or a number with `s`, `m`, `h` or `d`: `5s`, `30m`, `6h`.
type Standfast::Report::Duration = Pattern[/\A(0|[1-9]\d{0,8}[smhd])\z/]
