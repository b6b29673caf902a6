# @summary How far a class goes: `report` changes nothing, `declared` enforces what data declares, `enforce` also the defaults.
#
# `report`: every resource of the class is noop; drift is in the report, and nothing is changed.
# `declared`: what you declare is enforced; what the module declares by default is noop.
# `enforce`: both are enforced.
type Standfast::Mode = Enum['report', 'declared', 'enforce']
