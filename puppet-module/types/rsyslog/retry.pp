# @summary How often a message is tried again: `endless`, or a number of times after which it is dropped.
type Standfast::Rsyslog::Retry = Variant[Enum['endless'], Integer[0, 4294967295]]
