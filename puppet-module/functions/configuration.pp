# @summary What stands in /etc/standfast/standfast.conf.
#
# @api private
#
# @param general
#   The settings above all sections, by their names.
# @param report
#   Those of the section `[report]`.
# @return
#   The file, whole.
function standfast::configuration(
  Hash[String[1], Scalar] $general,
  Hash[String[1], Scalar] $report = {},
) >> String[1] {
  $lines = [
    '# By Puppet: what is changed here by hand is undone.',
    $general.map |$name, $value| { "${name} = ${value}" },
    if !$report.empty { ['', '[report]'] },
    $report.map |$name, $value| { "${name} = ${value}" },
  ].flatten.filter |$line| { $line =~ NotUndef }
  "${lines.join("\n")}\n"
}
