# @summary What all resources of a class have in common: noop by the mode, the package before, the service behind.
#
# `noop => false` is never set, for it would override `--noop` of the agent.
#
# @api private
#
# @param mode
#   How far the class goes.
# @param package
#   The packages that come first, if the class manages them.
# @param service
#   The service that takes notice, if the class manages it.
# @return
#   Metaparameters for what is declared, and for the baseline.
function standfast::relations(
  Standfast::Mode $mode,
  Array[String[1]] $package = [],
  Optional[String[1]] $service = undef,
) >> Struct[{ 'declared' => Hash, 'baseline' => Hash }] {
  $before = $package.empty ? { true => {}, default => { 'require' => Package[$package] } }
  $behind = $service ? { undef => {}, default => { 'notify' => Service[$service] } }
  $noop = { 'noop' => true }
  $result = {
    'declared' => $before + $behind + ($mode ? { 'report' => $noop, default => {} }),
    'baseline' => $before + $behind + ($mode ? { 'enforce' => {}, default => $noop }),
  }
  $result
}
