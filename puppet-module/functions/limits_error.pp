# @summary Says what is wrong with a limit: a domain that nobody has, a value that its item does not take.
#
# @api private
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
  $value = $attributes['value'] ? {
    undef   => '',
    default => String($attributes['value']),
  }
  $is_number = $value =~ /\A[-+]?\d+\z/
  # Longer numbers than Puppet's own are left to the agent.
  $number = if $value =~ /\A[-+]?\d{1,18}\z/ { Integer($value, 10) }
  $is_at_most = $attributes['bound'] == 'at_most'
  $is_checked = $attributes['match_by'] != 'verbatim'
  $greatest = $item ? {
    /\Amax(sys)?logins\z/                        => 2147483647,
    /\A(core|data|fsize|memlock|rss|stack|as)\z/ => 18014398509481982,
    'cpu'                                        => 307445734561825858,
    default                                      => undef,
  }

  if $is_checked and $domain =~ /\A@?\d+\z/ {
    $right = regsubst($domain, '(\d+)', ':\1')
    "`${domain}` is a name to pam_limits, and nobody is called so; for the number write `${right}`"
  } elsif $is_checked and $domain !~ Standfast::Limits::Domain {
    # lint:ignore:140chars
    "`${domain}` is no domain; it takes a user, @group, *, :UID, UID:UID, @:GID, @GID:GID, UID_MIN:UID_MAX, and for maxlogins %group and %"
    # lint:endignore
  } elsif $value == '' {
    if $attributes['ensure'] != 'absent' { 'value is missing: an entry that should be present needs one' }
  } elsif $item == 'chroot' {
    if $value !~ /\A\// { 'value of chroot takes an absolute directory' }
  } elsif $item in ['nice', 'priority'] {
    if $number !~ Integer[-20, 19] {
      "value of ${item} takes a number from -20 to 19"
    } elsif $is_at_most {
      "bound at_most has no meaning for ${item}"
    }
  } elsif $item == 'nonewprivs' {
    if !($value in ['0', '1']) {
      'value of nonewprivs takes 0 or 1'
    } elsif $is_at_most {
      'bound at_most has no meaning for nonewprivs'
    }
  } elsif $value in ['-', '-1', 'unlimited', 'infinity'] {
    undef
  } elsif !$is_number or $value =~ /\A-/ or ($greatest =~ NotUndef and ($number =~ Undef or $number > $greatest)) {
    $range = $greatest ? {
      undef   => 'from 0',
      default => "from 0 to ${greatest}",
    }
    "value of ${item} takes a number ${range}, or unlimited"
  }
}
