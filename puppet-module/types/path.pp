# @summary An absolute path without `..` and control characters.
type Standfast::Path = Pattern[/\A(?!.*\/\.\.(\/|\z))\/[^[:cntrl:]]*[^\/[:cntrl:]]\z/]
