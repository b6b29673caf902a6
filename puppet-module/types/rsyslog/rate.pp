# @summary How many messages are sent in how many seconds: `none`, or for example `1000/10`.
type Standfast::Rsyslog::Rate = Pattern[/\A(none|0*[1-9]\d{0,9}\/0*[1-9]\d{0,9})\z/]
