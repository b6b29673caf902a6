# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:rsyslog_forward) do
  @doc = <<~'DOC'
    Messages of this host that rsyslogd should forward to another one, so that none is lost while that one, the
    network or this host is down.

    In sync means forwarded: over all files that rsyslogd reads, in both of its languages, the messages come to an
    action that sends them so, and the process that runs has read these files. What keeps them from it is drift,
    and the answer names file and line.
  DOC
  include PuppetX::Standfast::Type


  newparam(:name) do
    desc <<~'DOC'
      A name for it: of its file, its action and its queue's files.

      Legal: up to 32 letters, digits, `_` and `-`.
    DOC
    isnamevar
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'up to 32 letters, digits, `_` and `-`' }
    define_method(:pattern) { /\A(?:[A-Za-z0-9_][A-Za-z0-9_-]{0,31})\z/ }
  end

  newproperty(:ensure) do
    desc <<~'DOC'
      Whether messages should be forwarded. `absent` removes what standfast wrote under this name.
    DOC
    include PuppetX::Standfast::Property
    newvalues('present', 'absent')
    defaultto 'present'
  end

  newproperty(:target) do
    desc <<~'DOC'
      The host that gets them, by name or address.

      Legal: a host name, or an address of IPv4 or IPv6.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a host name, or an address of IPv4 or IPv6' }
    define_method(:pattern) { /\A(?:\[?[0-9A-Fa-f.:]+\]?|[A-Za-z0-9_.-]{1,253})\z/ }
  end

  newproperty(:port) do
    desc <<~'DOC'
      Its port. Left out: 514, with `tls` 6514, with `relp` 20514, for which there is no standard.

      Legal: a number from 1 to 65535.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a number from 1 to 65535' }
    define_method(:pattern) { /\A(?:0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))\z/ }
  end

  newproperty(:protocol) do
    desc <<~'DOC'
      `relp` acknowledges each message and loses none; it is to be preferred where the server has imrelp. `tcp`
      loses what a server had accepted and not written when it hangs or dies. `udp` loses without a word.

      Default: `tcp`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('udp', 'tcp', 'relp')
  end

  newproperty(:tls) do
    desc <<~'DOC'
      Whether messages are encrypted. `on` needs `ca_file`, unless `auth_mode` is `anon`.

      Default: `off`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('on', 'off')
  end

  newparam(:tls_driver) do
    desc <<~'DOC'
      The library that encrypts TCP: `gtls` unless it is given. `ossl` loses the first batch after each
      reconnection. RELP has its own.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('gtls', 'ossl')
  end

  newproperty(:ca_file) do
    desc <<~'DOC'
      The certificate of the authority that the server's is checked against.

      Legal: an absolute path without blanks, quotes and backslashes.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'an absolute path without blanks, quotes and backslashes' }
    define_method(:pattern) { /\A(?:\/[^\s"'\\#`;]+)\z/ }
  end

  newproperty(:cert_file) do
    desc <<~'DOC'
      The certificate of this host, where the server asks for one; needs `key_file`.

      Legal: an absolute path without blanks, quotes and backslashes.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'an absolute path without blanks, quotes and backslashes' }
    define_method(:pattern) { /\A(?:\/[^\s"'\\#`;]+)\z/ }
  end

  newproperty(:key_file) do
    desc <<~'DOC'
      The key of `cert_file`.

      Legal: an absolute path without blanks, quotes and backslashes.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'an absolute path without blanks, quotes and backslashes' }
    define_method(:pattern) { /\A(?:\/[^\s"'\\#`;]+)\z/ }
  end

  newproperty(:auth_mode) do
    desc <<~'DOC'
      How the server is known: `name` by one of `permitted_peers`, `certvalid` as anyone with a certificate of
      the authority, `anon` not at all.

      Default: `name`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('name', 'certvalid', 'anon')
  end

  newproperty(:permitted_peers, array_matching: :all) do
    desc <<~'DOC'
      The names that the server's certificate may bear. Left out: that of the host.

      Legal: a list of names, for example log.example.net or *.example.net.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of names, for example log.example.net or *.example.net' }
    define_method(:pattern) { /\A(?:[A-Za-z0-9._*:@-]+)\z/ }
  end

  newproperty(:selector) do
    desc <<~'DOC'
      Which messages, as a selector. Left out: `*.*`, all of them.

      Legal: a selector, for example `*.*` or `*.info;mail.none`, without blanks.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a selector, for example `*.*` or `*.info;mail.none`, without blanks' }
    define_method(:pattern) { /\A(?:[a-z0-9*.,;=!]*\.[a-z0-9*.,;=!]*)\z/ }
  end

  newproperty(:filter) do
    desc <<~'DOC'
      Which messages, as a RainerScript condition, in the place of `selector`.

      Legal: a RainerScript condition, for example `$programname == 'sshd'`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a RainerScript condition, for example `$programname == \'sshd\'`' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*[^ [:cntrl:]][^[:cntrl:]]*)\z/ }
  end

  newproperty(:template) do
    desc <<~'DOC'
      How they are formatted. The default keeps year, zone and fractions of a second, and whole tags.

      Legal: the name of a template, for example `RSYSLOG_ForwardFormat`.

      Default: `RSYSLOG_ForwardFormat`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'the name of a template, for example `RSYSLOG_ForwardFormat`' }
    define_method(:pattern) { /\A(?:[A-Za-z0-9_.-]+)\z/ }
  end

  newproperty(:queue) do
    desc <<~'DOC'
      Where they wait while the server is away: `disk` in memory and from the twentieth on the disk,
      `always_disk` on the disk before they are sent, `memory` in memory only.

      Default: `disk`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('disk', 'always_disk', 'memory')
  end

  newproperty(:queue_size) do
    desc <<~'DOC'
      How many wait in memory.

      Legal: a number of messages from 100 to 10000000.

      Default: `10000`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a number of messages from 100 to 10000000' }
    define_method(:pattern) { /\A(?:\+?0*([1-9][0-9]{2,6}|10000000))\z/ }
  end

  newproperty(:queue_max_disk) do
    desc <<~'DOC'
      How much of the disk they take at most. When it is used up, messages are dropped.

      Legal: a number of bytes, with `k`, `m` or `g` for powers of 1024.

      Default: `1g`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { 'a number of bytes, with `k`, `m` or `g` for powers of 1024' }
    define_method(:pattern) { /\A(?:[0-9]{1,15}[KMGkmg]?)\z/ }
  end

  newparam(:spool_dir) do
    desc <<~'DOC'
      The directory of the queue's files. Left out: rsyslogd's working directory, else `/var/spool/rsyslog` or
      `/var/lib/rsyslog`, whichever is there.

      Legal: an absolute path without blanks, quotes and backslashes.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'an absolute path without blanks, quotes and backslashes' }
    define_method(:pattern) { /\A(?:\/[^\s"'\\#`;]+)\z/ }
  end

  newproperty(:retry) do
    desc <<~'DOC'
      How often a message is tried again. Only `endless` loses none.

      Legal: `endless`, or a number of times after which the message is dropped.

      Default: `endless`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { '`endless`, or a number of times after which the message is dropped' }
    define_method(:pattern) { /\A(?:endless|-1|\+?0*[0-9]{1,10})\z/ }
  end

  newproperty(:rate_limit) do
    desc <<~'DOC'
      How many messages are sent in how many seconds, as `1000/10`; rsyslogd drops the rest, and no queue keeps it.
      `none` drops none.

      Legal: `none`, or messages and seconds, for example `1000/10`.

      Default: `none`.
    DOC
    include PuppetX::Standfast::Property
    define_method(:legal) { '`none`, or messages and seconds, for example `1000/10`' }
    define_method(:pattern) { /\A(?:none|0*[1-9][0-9]*\/0*[1-9][0-9]*)\z/ }
  end

  newproperty(:failover, array_matching: :all) do
    desc <<~'DOC'
      The servers that get the messages while `target` is away, in order, as `host` or `host:port`.

      Legal: a list of servers, each `host` or `host:port`.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of servers, each `host` or `host:port`' }
    define_method(:pattern) { /\A(?:\[?[0-9A-Za-z:._-]+\]?(:[0-9]+)?)\z/ }
  end

  newparam(:format) do
    desc <<~'DOC'
      The language of what is written: `auto` chooses `rainerscript` from rsyslog 7.4 on, else `legacy`.

      Default: `auto`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('auto', 'rainerscript', 'legacy')
  end

  newparam(:keep_local) do
    desc <<~'DOC'
      Whether messages must be in a file of this host, too: a facility without any is drift.

      Default: `true`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('true', 'false')
  end

  newparam(:target_file) do
    desc <<~'DOC'
      The file that gets it. Left out: `00-standfast-NAME.conf` in the directory that rsyslog.conf includes, or
      rsyslog.conf itself where it includes none.

      Legal: an absolute path without blanks, quotes and backslashes.
    DOC
    include PuppetX::Standfast::Attribute
    define_method(:legal) { 'an absolute path without blanks, quotes and backslashes' }
    define_method(:pattern) { /\A(?:\/[^\s"'\\#`;]+)\z/ }
  end

  newparam(:purge) do
    desc <<~'DOC'
      Whether forwards that no resource declares are drift, and removed.

      Default: `false`.
    DOC
    include PuppetX::Standfast::Attribute
    newvalues('true', 'false')
  end
end
