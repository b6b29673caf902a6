# @summary The name of a view: at most 32 letters, digits, `_`, `.` and `-`.
type Standfast::Snmp::View = Pattern[/\A[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}\z/]
