# @summary The attributes of `limits_config`: what is done about the files of pam_limits as a whole.
type Standfast::Limits::Config = Struct[{
    Optional['inert']        => Enum['report', 'forbid'],
    Optional['purge']        => Array[Standfast::Path],
    Optional['purge_ignore'] => Array[String[1]],
}]
