# @summary A limit: its value alone, or its attributes.
type Standfast::Limits::Entry = Variant[Standfast::Limits::Value, Standfast::Limits::Attributes]
