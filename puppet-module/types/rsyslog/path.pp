# @summary An absolute path without blanks, quotes and backslashes, which needs no quoting in rsyslog.conf.
type Standfast::Rsyslog::Path = Pattern[/\A(?!.*\/\.\.(\/|\z))\/[^[:space:][:cntrl:]"'\\#`;]+\z/]
