# @summary Minutes of an hour and hours of a day.
type Standfast::Check::Schedule = Struct[{
    'minutes' => Array[Integer[0, 59], 1],
    'hours'   => Array[Integer[0, 23], 1],
}]
