# @summary Fails the compilation where a limit is wrong, as far as a server can tell.
#
# The types of the values are those of the class that calls: ten thousand entries are not to be looked at twice.
#
# @api private
#
# @param parameter
#   The parameter that they come from, for the error.
# @param entries
#   Limits by their titles.
# @param defaults
#   Attributes of those that do not have them.
# @return
#   Nothing.
function standfast::check_limits(
  String[1] $parameter,
  Hash $entries,
  Standfast::Limits::Attributes $defaults = {},
) >> Undef {
  # Most are a name or number, an item that takes any count, and a count: one look is enough for these.
  $others = $entries.filter |$title, $entry| {
    # lint:ignore:140chars
    !($entry =~ Integer[0, 2147483647] and $title =~ /\A(\*|[@%]?(:\d+|[A-Za-z_][^:[:cntrl:]]*))\/(soft|hard|-)\/(as|core|cpu|data|fsize|locks|maxlogins|maxsyslogins|memlock|msgqueue|nofile|nproc|rss|rtprio|rttime|sigpending|stack)\z/)
    # lint:endignore
  }
  $others.each |$title, $entry| {
    $error = standfast::limits_error($title, $defaults + standfast::limits_attributes($entry))
    if $error {
      fail("${parameter}: ${title}: ${error}")
    }
  }
  undef
}
