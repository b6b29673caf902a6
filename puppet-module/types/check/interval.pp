# @summary How often drift is looked for; each divides an hour or a day.
type Standfast::Check::Interval = Enum['5m', '10m', '15m', '20m', '30m', '1h', '2h', '3h', '4h', '6h', '8h', '12h', '24h']
