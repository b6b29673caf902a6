# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:ntp_monlist) do
  @doc = <<~'DOC'
    What the daemons of time of this host answer about themselves: mode 7 with monlist and mode 6 with mrulist and
    readvar of ntpd, the command port of chronyd. Small questions with forged senders make large answers of it.

    All daemons that run or are installed are judged, each by the rules of its release and by the files that it
    reads now and after a restart. One that cannot be asked from outside is in sync. One resource, titled `main`.
  DOC
  include PuppetX::Standfast::Type

  newparam(:name) do
    desc 'The title. There is only one: main.'
    isnamevar
    include PuppetX::Standfast::Attribute
    newvalues('main')
  end

  newproperty(:ensure) do
    desc <<~'DOC'
      `disabled`: nobody but this host itself and `allow` gets an answer. `apply` adds lines for it, and changes
      none of yours: restrictions add up. `absent`: the lines that standfast added are taken away, and the files
      are what they were.
    DOC
    include PuppetX::Standfast::Property
    newvalues('disabled', 'absent')
    defaultto 'disabled'
  end

  newparam(:allow) do
    desc <<~'DOC'
      Networks that may query, for example `10.9.0.0/16` or `2001:db8::/32`. Those that can query now still can
      when `apply` has closed the others; none is opened.

      Legal: a list of networks, for example 10.9.0.0/16 or 2001:db8::/32.
    DOC
    include PuppetX::Standfast::Attribute
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of networks, for example 10.9.0.0/16 or 2001:db8::/32' }
    define_method(:pattern) { /\A(?:[0-9A-Fa-f:.]+(\/[0-9]+)?)\z/ }
  end

  newparam(:target) do
    desc <<~'DOC'
      The file that gets the lines. It must be one that the daemon reads. Without it: for ntpd its main file, for
      NTPsec `ntp.d/00-standfast.conf` beside it where no DHCP client makes copies of it, for chronyd
      `zz-standfast.conf` in a `confdir`, or its main file.

      Legal: text without control characters.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'text without control characters' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*)\z/ }
  end
end
