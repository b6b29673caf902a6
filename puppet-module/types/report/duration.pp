# @summary A length of time: seconds, or a number with `s`, `m`, `h` or `d`: `90`, `30m`, `6h`.
type Standfast::Report::Duration = Variant[Integer[0, 99999999], Pattern[/\A(\d{1,8}s?|\d{1,6}m|\d{1,4}h|\d{1,3}d)\z/]]
