# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:snmp_access) do
  @doc = <<~'DOC'
    Access to snmpd as a whole: which communities and users may be there at all. One resource, titled `main`.

    All that grants counts: rocommunity and its kin, com2sec to group to access, authcommunity, in all files that
    snmpd reads, and its command line. What is forbidden is removed where it stands, for the first match wins and
    nothing that is added revokes. What an `snmp_community` declares stays.
  DOC
  include PuppetX::Standfast::Type

  newparam(:name) do
    desc 'The title. There is only one: main.'
    isnamevar
    include PuppetX::Standfast::Attribute
    newvalues('main')
  end

  newproperty(:purge) do
    desc <<~'DOC'
      `true`: a grant by community that no `snmp_community` declares is drift, and is removed.

      Default: `false`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('true', 'false')
  end

  newproperty(:weak) do
    desc <<~'DOC'
      What is done about communities that are default, words, names of this host, too short or easy to guess.

      Default: `forbid`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('forbid', 'report')
  end

  newparam(:weak_min_length) do
    desc <<~'DOC'
      The fewest bytes of a community, 8 to 64.

      Legal: a number from 8 to 64.

      Default: `16`.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'a number from 8 to 64' }
    define_method(:pattern) { /\A(?:\+?0*([89]|[1-5][0-9]|6[0-4]))\z/ }
  end

  newproperty(:write) do
    desc <<~'DOC'
      What is done about communities that may write. `forbid` leaves them what they may read.

      Default: `forbid`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('forbid', 'report', 'allow')
  end

  newproperty(:any_source) do
    desc <<~'DOC'
      What is done about communities without a source: from everywhere, or from a network wider than /8 of IPv4
      or /16 of IPv6.

      Default: `forbid`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('forbid', 'report', 'allow')
  end

  newproperty(:versions) do
    desc <<~'DOC'
      `v3_only` switches SNMPv1 and v2c off.

      Default: `any`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('any', 'v3_only')
  end

  newproperty(:users) do
    desc <<~'DOC'
      `auth_priv`: users of SNMPv3 are let in with authentication by SHA and encryption by AES only.

      Default: `report`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('report', 'auth_priv')
  end

  newproperty(:agent_address, array_matching: :all) do
    desc <<~'DOC'
      The addresses that snmpd listens on, `[TRANSPORT:]ADDRESS[:PORT]`, and no others. Without it they are left
      alone.

      Legal: a list of addresses to listen on, each `[TRANSPORT:]ADDRESS[:PORT]`.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of addresses to listen on, each `[TRANSPORT:]ADDRESS[:PORT]`' }
    define_method(:pattern) { /\A(?:[^\s,]+)\z/ }
  end

  newproperty(:modes) do
    desc <<~'DOC'
      What is done about files with a community or a key in them that others than root and snmpd may read, or
      that snmpd could not read again.

      Default: `enforce`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('enforce', 'report')
  end
end
