# @summary The value of a limit: a number in the item's unit, `unlimited`, or for chroot an absolute directory.
type Standfast::Limits::Value = Variant[Integer, Pattern[/\A[-+]?\d+\z/, /\A(unlimited|infinity|-)\z/, /\A\/[^[:space:]#]*\z/]]
