# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:snmp_community) do
  @doc = <<~'DOC'
    One community of SNMPv1 and v2c that may ask this host. Its title is a name of your own for it; the community
    itself never shows.

    In sync means in force: over all files and options that the installed snmpd reads, in its order, where the
    first match wins, this community gets exactly this access from each of its sources, and none from anywhere
    else. A line that gives it more is drift of this resource, and the answer names file and line.
  DOC
  include PuppetX::Standfast::Type


  newparam(:name) do
    desc <<~'DOC'
      What the resource is called; it stands behind its lines as a comment, `# standfast: NAME`.

      Legal: text without control characters.
    DOC
    isnamevar
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'text without control characters' }
    define_method(:pattern) { /\A(?:[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?)\z/ }
  end

  newproperty(:ensure) do
    desc <<~'DOC'
      Whether the community should be there. `absent` removes the lines that standfast wrote for this name, and,
      where the community is given, each line that lets it in.
    DOC
    include PuppetX::Standfast::Property
    newvalues('present', 'absent')
    defaultto 'present'
  end

  newproperty(:community) do
    desc <<~'DOC'
      The community. It comes as JSON on standard input, as from Puppet's Sensitive; a policy file cannot hold it.

      Legal: a text without line ends, best in Sensitive.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::Secret
    define_method(:legal) { 'a text without line ends, best in Sensitive' }
    define_method(:pattern) { /\A(?:[^\0\r\n]+)\z/ }
  end

  newparam(:community_file) do
    desc <<~'DOC'
      A file whose first line is the community. It must be root's, with mode 0600 or 0400.

      Legal: an absolute path.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'an absolute path' }
    define_method(:pattern) { /\A(?:\/[^[:cntrl:]]*)\z/ }
  end

  newproperty(:access) do
    desc <<~'DOC'
      What it may do: `ro` read, `rw` also write.

      Default: `ro`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('ro', 'rw')
  end

  newproperty(:sources, array_matching: :all) do
    desc <<~'DOC'
      Whence it may ask: addresses and networks of IPv4 and IPv6. Host names are refused, for snmpd looks a name
      up once, when it loads its files; so is everyone.

      Legal: a list of addresses and networks, for example 192.0.2.7 or 2001:db8::/32.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of addresses and networks, for example 192.0.2.7 or 2001:db8::/32' }
    define_method(:pattern) { /\A(?:[0-9A-Fa-f:.]+(\/[0-9A-Fa-f:.]+)?)\z/ }
  end

  newproperty(:view) do
    desc <<~'DOC'
      The view that it sees, as a `view` line defines it. Without it the whole tree.

      Legal: the name of a view: at most 32 letters, digits, `_`, `.` and `-`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'the name of a view: at most 32 letters, digits, `_`, `.` and `-`' }
    define_method(:pattern) { /\A(?:[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31})\z/ }
  end

  newparam(:target) do
    desc <<~'DOC'
      The file that gets the lines, one that snmpd reads. By default `zz-standfast.conf` in the directory that
      an `includeDir` line of snmpd.conf names, and snmpd.conf itself where there is none.

      Legal: an absolute path.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'an absolute path' }
    define_method(:pattern) { /\A(?:\/[^[:cntrl:]]*)\z/ }
  end
end
