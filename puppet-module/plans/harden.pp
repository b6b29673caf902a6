# @summary Looks for drift on hosts, and where it is wanted brings about the desired state on those that drifted.
#
# Hosts are changed in batches, and looked at again after each; with too many that failed no further batch is begun.
#
# @example What has drifted?
#   bolt plan run standfast::harden -t web
#
# @example Bring it about, ten hosts at a time, and reload the daemons that need it
#   bolt plan run standfast::harden -t web apply=true reload=true batch=10
#
# @param targets
#   The hosts.
# @param apply
#   Whether the desired state is brought about. Without it nothing is changed.
# @param reload
#   Whether services are reloaded or restarted whose files were changed.
# @param only
#   Only these resources, as globs of KIND/TITLE.
# @param policy
#   A policy file on the hosts. Without it each host has what the program takes there.
# @param batch
#   How many hosts are changed at a time.
# @param max_failures
#   With more hosts that failed than this no further batch is begun.
# @return
#   The names of the hosts that are `in_sync`, `changed`, still `drifted`, `failed` and `untouched`.
plan standfast::harden (
  TargetSpec                $targets,
  Boolean                   $apply        = false,
  Boolean                   $reload       = false,
  Array[String[1]]          $only         = [],
  Optional[Standfast::Path] $policy       = undef,
  Integer[1]                $batch        = 10,
  Integer[0]                $max_failures = 0,
) {
  $wanted = { 'only' => $only, 'policy' => $policy, '_catch_errors' => true }
  $checked = run_task('standfast::check', $targets, 'Look for drift', $wanted)
  $drifted = $checked.ok_set.filter |$result| { $result['status'] == 'drift' }.map |$result| { $result.target }
  $in_sync = $checked.ok_set.filter |$result| { $result['status'] == 'in_sync' }.map |$result| { $result.target.name }
  $unjudged = $checked.error_set.names

  $start = { 'changed' => [], 'drifted' => [], 'failed' => $unjudged, 'untouched' => [] }
  $batches = if $apply { $drifted.slice($batch) } else { [] }
  $outcome = $batches.reduce($start) |$so_far, $hosts| {
    if $so_far['failed'].length > $max_failures {
      $so_far + { 'untouched' => $so_far['untouched'] + $hosts.map |$host| { $host.name } }
    } else {
      $how = $wanted + { 'noop' => false, 'reload' => $reload }
      $applied = run_task('standfast::apply', $hosts, 'Bring about the desired state', $how)
      # What was brought about is looked at once more, by the host itself.
      $again = run_task('standfast::check', $applied.ok_set.targets, 'Look for drift again', $wanted)
      $still = $again.ok_set.filter |$result| { $result['status'] != 'in_sync' }.map |$result| { $result.target.name }
      $failed = $applied.error_set.names + $again.error_set.names
      $names = $hosts.map |$host| { $host.name }
      $so_far + {
        'changed' => $so_far['changed'] + ($names - $still - $failed),
        'drifted' => $so_far['drifted'] + $still,
        'failed'  => $so_far['failed'] + $failed,
      }
    }
  }

  $left = if $apply { $outcome['drifted'] } else { $drifted.map |$host| { $host.name } }
  return $outcome + { 'in_sync' => $in_sync, 'drifted' => $left }
}
