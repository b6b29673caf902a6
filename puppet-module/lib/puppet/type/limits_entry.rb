# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:limits_entry) do
  @doc = <<~'DOC'
    One limit of limits.conf(5) that should be in force for a user, a group, or everyone.

    In sync means in force: over limits.conf and all of limits.d, in the order and precedence of the installed
    pam_limits.so, those whom the entry is for get this value at their next login. A line that overrides it
    elsewhere is drift, and the answer names file and line.
  DOC
  include PuppetX::Standfast::Type

  def self.title_patterns
    [
      [%r{\A((.+)/([^/]+)/([^/]+))\z}m, [[:name], [:domain], [:type], [:item]]],
      [%r{\A(.*)\z}m, [[:name]]],
    ]
  end

  newparam(:name) do
    desc 'The title: DOMAIN/TYPE/ITEM, or any text where these are given. Leave it out.'
    isnamevar
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'text without control characters' }
  end

  newparam(:domain) do
    desc <<~'DOC'
      Whom it is for: a user `thekiwi`, a group `@kiwis`, `*` for everyone, `UID_MIN:UID_MAX` for all ordinary
      users of login.defs(5), a UID `:1013` or UID range `1000:1999`, a GID `@:1091` or range of primary GIDs
      `@1000:1999`; for `maxlogins` also `%kiwis`, `%:1091` and `%`.

      Legal: text without control characters.
    DOC
    isnamevar
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'text without control characters' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*)\z/ }
  end

  newparam(:type) do
    desc <<~'DOC'
      `soft`, `hard`, or `-` for both. A soft limit never exceeds the hard one that applies: to raise a limit
      write `-`.
    DOC
    isnamevar
    include PuppetX::Standfast::Attribute
    newvalues('soft', 'hard', '-')
  end

  newparam(:item) do
    desc <<~'DOC'
      What is limited.
    DOC
    isnamevar
    include PuppetX::Standfast::Attribute
    newvalues(
      'cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile',
      'memlock', 'as', 'locks', 'sigpending', 'msgqueue', 'nice', 'rtprio', 'rttime',
      'priority', 'nonewprivs', 'maxlogins', 'maxsyslogins', 'chroot',
    )
  end

  newproperty(:ensure) do
    desc <<~'DOC'
      Whether the entry should exist. `absent` removes it from all files that pam_limits reads.
    DOC
    include PuppetX::Standfast::Property
    newvalues('present', 'absent')
    defaultto 'present'
  end

  newproperty(:value) do
    desc <<~'DOC'
      The limit: a number in the item's unit, or `unlimited`. KiB: core, data, fsize, memlock, rss, stack, as.
      Minutes: cpu. Bytes: msgqueue. Microseconds: rttime. Processes, files, locks, signals, logins: a count.
      nice and priority: -20 to 19. nonewprivs: 0 or 1. chroot: a directory.

      Legal: a number in the item's unit, `unlimited`, or for chroot an absolute directory.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a number in the item\'s unit, `unlimited`, or for chroot an absolute directory' }
    define_method(:pattern) { /\A(?:[-+]?[0-9]+|-|unlimited|infinity|\/[^\s#]*)\z/ }
  end

  newparam(:bound) do
    desc <<~'DOC'
      `exact`: the limit is `value`. `at_most`: it is `value` or less; `apply` writes `value` when it is more.

      Default: `exact`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('exact', 'at_most')
  end

  newparam(:match_by) do
    desc <<~'DOC'
      `id` writes a name as the number that pam_limits matches (`:1013`, `@:1091`), so that case, blanks and
      domain suffixes of names from LDAP or AD do not matter; `name` writes the name; `verbatim` writes what is
      given. A bare `1013` or `@1091` is a *name* to every pam_limits and almost always inert.

      Default: `id`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('id', 'name', 'verbatim')
  end

  newparam(:target) do
    desc <<~'DOC'
      The file that gets the entry: limits.conf or one in limits.d. It sorts last by default, since of two lines
      of the same class the later wins.

      Legal: text without control characters.

      Default: `/etc/security/limits.d/zz-standfast.conf`.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'text without control characters' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*)\z/ }
  end

  newparam(:exceptions) do
    desc <<~'DOC'
      What lines may do that give another value to some of those whom the entry is for, say to a member of the
      group: `allow` shows them, `forbid` calls them drift and removes them, but for those that another resource
      declares.

      Default: `allow`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('allow', 'forbid')
  end
end
