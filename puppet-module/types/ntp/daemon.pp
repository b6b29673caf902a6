# @summary A daemon of time: `ntp` of ntp.org, `ntpsec`, or `chrony`.
type Standfast::Ntp::Daemon = Enum['ntp', 'ntpsec', 'chrony']
