# @summary Says what is wrong with a limit: a domain that nobody has, a value that its item does not take.
#
# @param title
#   `DOMAIN/TYPE/ITEM`
# @param attributes
#   Its attributes.
# @return
#   A sentence that says what it takes, or undef.
function standfast::limits_error(
  Standfast::Limits::Title $title,
  Standfast::Limits::Attributes $attributes,
) >> Optional[String] {
  $split = $title.match(/\A(.+)\/(?:soft|hard|-)\/([a-z]+)\z/)
  $domain = $split[1]
  $item = $split[2]
  $value = $attributes['value']
  $unlimited = $value in ['-', '-1', -1, 'unlimited', 'infinity']
  # Longer numbers than Puppet's own are left to the agent.
  $number = $value ? {
    Integer                  => $value,
    /\A[-+]?\d{1,18}\z/      => Integer($value, 10),
    default                  => undef,
  }
  $greatest = $item ? {
    /\Amax(sys)?logins\z/                          => 2147483647,
    /\A(core|data|fsize|memlock|rss|stack|as)\z/   => 18014398509481982,
    'cpu'                                          => 307445734561825858,
    default                                        => undef,
  }

  if $attributes['match_by'] != 'verbatim' and $domain =~ /\A@?\d+\z/ {
    $right = regsubst($domain, '(\d+)', ':\1')
    "`${domain}` is a name to pam_limits, and nobody is called so; for the number write `${right}`"
  } elsif $attributes['match_by'] != 'verbatim' and $domain !~ Standfast::Limits::Domain {
    # lint:ignore:140chars
    "`${domain}` is no domain; it takes a user, @group, *, :UID, UID:UID, @:GID, @GID:GID, UID_MIN:UID_MAX, and for maxlogins %group and %"
    # lint:endignore
  } elsif $value =~ Undef {
    if $attributes['ensure'] != 'absent' { 'value is missing: an entry that should be present needs one' }
  } elsif $item == 'chroot' {
    if $value !~ /\A\// { 'value of chroot takes an absolute directory' }
  } elsif $value =~ /\A\// {
    "value of ${item} takes a number or unlimited"
  } elsif $item in ['nice', 'priority', 'nonewprivs'] {
    $legal = $item ? { 'nonewprivs' => Integer[0, 1], default => Integer[-20, 19] }
    if $number !~ $legal or ($item == 'nonewprivs' and $value =~ String and $value !~ /\A[01]\z/) {
      $words = $item ? { 'nonewprivs' => '0 or 1', default => 'a number from -20 to 19' }
      "value of ${item} takes ${words}"
    } elsif $attributes['bound'] == 'at_most' {
      "bound at_most has no meaning for ${item}"
    }
  } elsif $unlimited or ($number =~ Integer[0] and ($greatest =~ Undef or $number <= $greatest)) {
    undef
  } elsif $number =~ Undef and $greatest =~ Undef and $value =~ /\A\+?\d+\z/ {
    undef
  } elsif $greatest =~ Undef {
    "value of ${item} takes a number from 0, or unlimited"
  } else {
    "value of ${item} takes a number from 0 to ${greatest}, or unlimited"
  }
}
