# @summary An absolute path of letters, digits, `_`, `.`, `+` and `-`, which no language needs to quote.
type Standfast::PlainPath = Pattern[/\A(\/(?!\.\.?(\/|\z))[A-Za-z0-9_.+-]+)+\z/]
