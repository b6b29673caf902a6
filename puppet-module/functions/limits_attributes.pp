# @summary The attributes of a limit: the value alone stands for itself.
#
# @api private
#
# @param entry
#   A value, or attributes.
# @return
#   The attributes.
function standfast::limits_attributes(Standfast::Limits::Entry $entry) >> Standfast::Limits::Attributes {
  $entry ? {
    Hash    => $entry,
    default => { 'value' => $entry },
  }
}
