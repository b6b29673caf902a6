# @summary A file that pam_limits reads: limits.conf or one in limits.d.
type Standfast::Limits::Target = Pattern[/\A\/etc\/security\/limits(\.conf|\.d\/[^\/.[:cntrl:]][^\/[:cntrl:]]*\.conf)\z/]
