# @summary A password or a personal access token: Sensitive, or a Deferred that the agent resolves.
type Standfast::Report::Secret = Variant[Sensitive[String[1]], Deferred]
