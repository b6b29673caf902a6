# @summary Communities with their secrets, in the form that `snmp_community` takes.
#
# @api private
#
# @param communities
#   The attributes of each community by its name.
# @param secrets
#   The communities themselves by the same names.
# @return
#   The attributes of each community, with its secret as Sensitive. A secret without its community, two secrets for one
#   and a community without any fail the compilation; the error names the community's name.
function standfast::communities(
  Hash[Standfast::Snmp::Name, Standfast::Snmp::Community] $communities,
  Sensitive[Hash[Standfast::Snmp::Name, String[1]]] $secrets,
) >> Hash[Standfast::Snmp::Name, Standfast::Snmp::Community] {
  $unwrapped = $secrets.unwrap
  $stray = $unwrapped.keys - $communities.keys
  unless $stray.empty {
    fail("standfast::snmp::secrets: ${stray[0]}: standfast::snmp::communities has no community of this name")
  }
  $unwrapped.each |$name, $secret| {
    if $secret == '' { fail("standfast::snmp::secrets: ${name}: the community is empty") }
  }
  Hash($communities.map |$name, $attributes| {
      $places = ['community', 'community_file'].filter |$place| { $place in $attributes }
      $count = $places.length + ($name in $unwrapped ? { true => 1, default => 0 })
      $is_present = $attributes['ensure'] != 'absent'
      if $count > 1 {
        fail("standfast::snmp::communities: ${name}: the community is given twice; one of community, community_file and secrets is enough")
      }
      if $is_present and $count == 0 {
        fail("standfast::snmp::communities: ${name}: the community is missing; it takes community, community_file, or an entry in secrets")
      }
      if $is_present and !('sources' in $attributes) {
        fail("standfast::snmp::communities: ${name}: sources is missing; it takes addresses and networks, for example 192.0.2.0/24")
      }
      # The type looks at what it is and not at what it holds.
      if $attributes['community'] =~ Sensitive and $attributes['community'].unwrap == '' {
        fail("standfast::snmp::communities: ${name}: the community is empty")
      }
      $secret = $name in $unwrapped ? {
        true    => { 'community' => Sensitive($unwrapped[$name]) },
        default => {},
      }
      [$name, $attributes + $secret]
  })
}
