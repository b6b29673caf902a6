# @summary Which messages, as a selector without blanks: `*.*`, `*.info;mail.none`, `auth,authpriv.*`.
type Standfast::Rsyslog::Selector = Pattern[
  # lint:ignore:140chars
  /\A(?<part>(?<facility>\*|auth|authpriv|cron|daemon|ftp|kern|local[0-7]|lpr|mail|mark|news|ntp|security|syslog|user|uucp)(,\g<facility>)*\.!?=?(\*|none|emerg|panic|alert|crit|err|error|warning|warn|notice|info|debug))(;\g<part>)*\z/
  # lint:endignore
]
