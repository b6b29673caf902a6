# @summary A length of time that is not zero.
type Standfast::Report::Timeout = Variant[Integer[1, 99999999], Pattern[/\A(?!0+[smhd]?\z)(\d{1,8}s?|\d{1,6}m|\d{1,4}h|\d{1,3}d)\z/]]
