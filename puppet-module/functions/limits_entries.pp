# @summary Limits in the form that `standfast_limits` takes: attributes for each, checked as far as a server can.
#
# The value alone becomes `{ 'value' => … }`. A value that its item does not take fails the compilation.
#
# @param parameter
#   The parameter that they come from, for errors.
# @param entries
#   Limits by their titles.
# @param defaults
#   Attributes of those that do not have them.
# @return
#   The attributes of each limit by its title.
function standfast::limits_entries(
  String[1] $parameter,
  Hash[Standfast::Limits::Title, Standfast::Limits::Entry] $entries,
  Standfast::Limits::Attributes $defaults = {},
) >> Hash[Standfast::Limits::Title, Standfast::Limits::Attributes] {
  Hash($entries.map |$title, $entry| {
      $attributes = $defaults + ($entry ? {
          Hash    => $entry,
          default => { 'value' => $entry },
      })
      $error = standfast::limits_error($title, $attributes)
      if $error {
        fail("${parameter}: ${title}: ${error}")
      }
      [$title, $attributes]
  })
}
