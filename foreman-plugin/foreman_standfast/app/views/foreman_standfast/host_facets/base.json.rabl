# frozen_string_literal: true

# What a host's JSON says of its drift; the findings have their own address.
node(:standfast_facet) do |host|
  facet = host.standfast_facet
  { status: facet.state, since: facet.state_since, checked_at: facet.checked_at, checked: facet.checked, in_sync: facet.in_sync,
    drifted: facet.drifted, corrected: facet.corrected, failed: facet.failed, source: facet.source }
end
