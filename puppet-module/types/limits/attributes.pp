# @summary The attributes of a limit, as in a `limits_entry`.
type Standfast::Limits::Attributes = Struct[{
    Optional['ensure']     => Enum['present', 'absent'],
    Optional['value']      => Standfast::Limits::Value,
    Optional['bound']      => Enum['exact', 'at_most'],
    Optional['match_by']   => Enum['id', 'name', 'verbatim'],
    Optional['target']     => Standfast::Limits::Target,
    Optional['exceptions'] => Enum['allow', 'forbid'],
}]
