# @summary Whom a limit is for: a user, `@group`, `*`, `:UID`, `UID:UID`, `@:GID`, `UID_MIN:UID_MAX`, for maxlogins also `%group` and `%`.
#
# A bare number such as `1013` or `@1091` is refused: every pam_limits reads it as a name. The number is `:1013`, `@:1091`.
type Standfast::Limits::Domain = Pattern[
  /\A(\*|%|UID_MIN:UID_MAX)\z/,
  /\A[@%]?(:\d+|\d+:\d*)\z/,
  /\A[@%]?(?!\d+\z)[^@%*:[:cntrl:]][^:[:cntrl:]]*\z/
]
