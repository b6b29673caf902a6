# @summary What the package and the service of a daemon of time are called.
type Standfast::Ntp::Names = Struct[{ 'package' => String[1], 'service' => String[1] }]
