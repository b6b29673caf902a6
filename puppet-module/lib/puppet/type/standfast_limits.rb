# frozen_string_literal: true

load File.expand_path('../../puppet_x/standfast/type.rb', __dir__) unless defined?(PuppetX::Standfast::Type)

Puppet::Type.newtype(:standfast_limits) do
  @doc = <<~'DOC'
    Many limits as one resource, for hosts with hundreds or thousands of them: all are judged at once, and only an entry
    that differs becomes a resource of its own, a `limits_entry` with its own event, under noop and with notify as usual.
    What is in sync costs a catalog and a report nothing.

    @example Limits of two groups, and nothing else in limits.d
      standfast_limits { 'main':
        entries => {
          '@kiwis/-/nproc'        => 4096,
          '@kiwis/hard/memlock'   => 65536,
          '*/hard/core'           => { 'value' => 0, 'bound' => 'at_most' },
          '@old/-/nofile'         => { 'ensure' => 'absent' },
        },
        purge   => ['/etc/security/limits.d/*.conf'],
      }
  DOC
  include PuppetX::Standfast::Container

  newparam(:name) do
    desc 'A name for it.'
    isnamevar
  end

  newparam(:entries) do
    desc <<~'DOC'
      The limits: `DOMAIN/TYPE/ITEM` to the value, or to a hash of attributes of `limits_entry`.
    DOC
    validate { |entries| @resource.check_entries(entries) }
  end

  newparam(:defaults) do
    desc <<~'DOC'
      Attributes of `limits_entry` for all entries that have no own.
    DOC
    validate { |defaults| @resource.check_attributes('defaults', defaults) }
  end

  newparam(:inert) do
    desc 'As that of `limits_config`.'
    include PuppetX::Standfast::Attribute
    newvalues('report', 'forbid')
  end

  newparam(:purge) do
    desc 'As that of `limits_config`.'
    include PuppetX::Standfast::Attribute
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of texts without control characters' }
  end

  newparam(:purge_ignore) do
    desc 'As that of `limits_config`.'
    include PuppetX::Standfast::Attribute
    include PuppetX::Standfast::List
    define_method(:legal) { 'a list of texts without control characters' }
  end

  # The resources that it stands for: their types and titles to their attributes.
  def members
    @members ||= begin
      config = { inert: self[:inert], purge: self[:purge], purge_ignore: self[:purge_ignore] }.compact
      # One that is Deferred as a whole is no hash yet.
      entries = self[:entries].is_a?(Hash) ? self[:entries] : {}
      defaults = self[:defaults].is_a?(Hash) ? self[:defaults] : {}
      all = { 'limits_entry' => entries.transform_values { |given| attributes(given, defaults) } }
      config.empty? ? all : all.merge('limits_config' => { 'main' => config })
    end
  end

  def attributes(given, defaults)
    given = { 'value' => given } unless given.is_a?(Hash)
    given = defaults.merge(given) unless defaults.empty?
    given.value?(nil) ? given.compact : given
  end

  def entry_type
    Puppet::Type.type(:limits_entry)
  end

  # Ten thousand entries are checked by two patterns each, and only what these do not know attribute by attribute.
  def check_entries(entries)
    raise ArgumentError, 'it takes a hash of DOMAIN/TYPE/ITEM to a value' unless entries.is_a?(Hash)
    words = [:type, :item].map { |name| Regexp.union(entry_type.attrclass(name).value_collection.values.map(&:to_s)) }
    title_form = %r{\A.+/#{words[0]}/#{words[1]}\z}m
    entries.each do |title, given|
      next if title_form.match?(title) && given.is_a?(Integer) && given >= 0
      domain, type, item = title.to_s.match(%r{\A(.+)/([^/]+)/([^/]+)\z}m)&.captures
      raise ArgumentError, "`#{title}` is not of the form DOMAIN/TYPE/ITEM" unless item
      given = { 'value' => given } unless given.is_a?(Hash)
      check_attributes(title, given.merge('domain' => domain, 'type' => type, 'item' => item))
    end
  end

  def check_attributes(place, attributes)
    raise ArgumentError, 'it takes a hash of attributes' unless attributes.is_a?(Hash)
    attributes.compact.each do |name, value|
      attribute = entry_type.attrclass(name.to_sym)
      known = attribute&.include?(PuppetX::Standfast::Attribute)
      raise ArgumentError, "`#{place}`: limits_entry has no attribute `#{name}`" unless known
      attribute.new(resource: self).validate(value)
    rescue Puppet::Error => e
      raise ArgumentError, "`#{place}`: #{name}: #{e.message}"
    end
  end
end
