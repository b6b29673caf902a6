# frozen_string_literal: true

# Printed by `standfast schema --puppet`: what is changed here is lost.
load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:limits_config) do
  @doc = <<~'DOC'
    The files of pam_limits as a whole: lines that do nothing, entries that nobody declared, files that would
    refuse logins. One resource, titled `main`.
  DOC
  include PuppetX::Standfast::Type

  newparam(:name) do
    desc 'The title. There is only one: main.'
    isnamevar
    include PuppetX::Standfast::Attribute
    newvalues('main')
  end

  newproperty(:inert) do
    desc <<~'DOC'
      Lines that can never do anything: a bare number as a domain, an unknown type or item, a value that cannot
      be read, a range that the installed module does not know. `forbid` makes them drift; `apply` comments
      them out, which changes nobody's limits.

      Default: `report`.
    DOC
    include PuppetX::Standfast::Property
    newvalues('report', 'forbid')
  end

  newproperty(:purge, array_matching: :all) do
    desc <<~'DOC'
      Files, as globs, in which entries that no `limits_entry` declares are drift and are removed, for example
      `/etc/security/limits.d/*.conf`. Comments stay.

      Legal: a list of texts without control characters.
    DOC
    include PuppetX::Standfast::Property
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of texts without control characters' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*)\z/ }
  end

  newparam(:purge_ignore) do
    desc <<~'DOC'
      Domains, as globs, whose entries `purge` leaves alone, for example `@audio`.

      Legal: a list of texts without control characters.
    DOC
    include PuppetX::Standfast::Attribute
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of texts without control characters' }
    define_method(:pattern) { /\A(?:[^[:cntrl:]]*)\z/ }
  end
end
