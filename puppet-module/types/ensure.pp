# @summary Whether something should exist.
type Standfast::Ensure = Enum['present', 'absent']
