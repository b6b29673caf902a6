# @summary Limits of users and groups, in force at their next login.
#
# @example UIDs and GIDs in the place of names that pam_limits does not match
#   class { 'standfast::limits':
#     entries => {
#       'thekiwi/-/nproc'      => 4096,
#       '@kiwis/hard/memlock'  => 65536,
#       '1000:1999/soft/nofile' => { 'value' => 8192, 'bound' => 'at_most' },
#       'olduser/-/nproc'      => { 'ensure' => 'absent' },
#     },
#   }
#
# @param entries
#   Limits by their titles `DOMAIN/TYPE/ITEM`: the value alone, or the attributes of a `limits_entry`.
# @param defaults
#   Attributes of all entries that do not have them, for example `{ 'match_by' => 'name' }`.
# @param config
#   The attributes of `limits_config`: what is done about lines without effect, and about entries that nobody declares.
# @param baseline
#   Limits that hold unless `entries` has one for the same domain and item. They are noop unless `mode` is `enforce`.
# @param baseline_config
#   The attributes of `limits_config` where `config` is empty; noop unless `mode` is `enforce`.
# @param mode
#   How far the class goes: `report`, `declared` or `enforce`.
class standfast::limits (
  Hash[Standfast::Limits::Title, Standfast::Limits::Entry] $entries         = {},
  Standfast::Limits::Attributes                            $defaults        = {},
  Standfast::Limits::Config                                $config          = {},
  Hash[Standfast::Limits::Title, Standfast::Limits::Entry] $baseline        = {},
  Standfast::Limits::Config                                $baseline_config = {},
  Standfast::Mode $mode = getvar('standfast::mode', lookup('standfast::mode')),
) {
  require standfast::install

  $common = standfast::relations($mode)
  standfast::check_limits('standfast::limits::entries', $entries, $defaults)
  standfast::check_limits('standfast::limits::baseline', $baseline)

  # One resource for all: in sync it is as cheap as none, and what differs becomes a resource of its own.
  unless $entries.empty {
    standfast_limits { 'main':
      entries  => $entries,
      defaults => $defaults,
      *        => $common['declared'],
    }
  }

  # An entry for the same domain and item takes the place of one of the baseline, be it soft, hard or both.
  $baseline.each |$title, $entry| {
    $rivals = ['soft', 'hard', '-'].map |$type| { regsubst($title, '/(soft|hard|-)/(\w+)\z', "/${type}/\\2") }
    unless $rivals.any |$rival| { $rival in $entries } {
      limits_entry { $title:
        * => standfast::limits_attributes($entry) + $common['baseline'],
      }
    }
  }

  if !$config.empty {
    limits_config { 'main':
      * => $config + $common['declared'],
    }
  } elsif !$baseline_config.empty {
    limits_config { 'main':
      * => $baseline_config + $common['baseline'],
    }
  }
}
