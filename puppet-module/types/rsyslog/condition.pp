# @summary Which messages, as a RainerScript condition on one line: `$programname == 'sshd'`.
#
# `#`, `/*` and a backslash at the end are refused: they could begin a comment or join lines.
type Standfast::Rsyslog::Condition = Pattern[/\A(?!.*(#|\/\*))(?=.*\S)[^[:cntrl:]]*[^[:cntrl:]\\]\z/]
