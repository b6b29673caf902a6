# frozen_string_literal: true

# What the types of standfast share. The types themselves are printed from the schema of the program.
module PuppetX
  module Standfast
    # A type whose resources the program judges and enforces.
    module Type
      SCALARS = [String, Symbol, Integer, TrueClass, FalseClass].freeze

      def initialize(resource)
        Standfast.refuse_sensitive(self.class, resource)
        super
      end

      # Asks anew each time: an earlier resource of the run may have changed something.
      def retrieve
        provider.observe
        super
      end

      # Puppet compares composite names by title only, so two titles could stand for one thing.
      def pre_run_check
        Declarations.refuse_twice(self)
      end

      # What it stands for, by type and title, whatever its own title is; what `resources` is to purge, for nothing.
      def identities
        return {} if purging?
        names = self.class.key_attributes - [:name]
        title = names.empty? ? self.title : names.map { |name| self[name] }.join('/')
        { self.class.name => { title => true } }
      end

      def validate
        parts = self.class.key_attributes - [:name]
        is_whole = parts.all? { |part| self[part] }
        return if parts.empty? || (is_whole && self[:name] == title) || Declarations.deferred(self).any?
        raise ArgumentError, "the title `#{title}` is not of the form #{parts.join('/').upcase}" unless is_whole
        raise ArgumentError, '`name` is the title: leave it out'
      end

      # What the program is told: of a container there is more than one.
      def declarations
        [Declarations.of(self)]
      end

      # Where it comes from when no manifest has it, and what the program has said of it then.
      attr_accessor :container, :answer
    end

    # A Deferred that we resolve ourselves. Puppet 8 takes what it brings out of its Sensitive, so that no attribute could tell
    # that it is a secret; and where Puppet resolves it, one that fails breaks off the whole run.
    module Late
      def resolve
        self
      end

      def brought
        @proc ? @proc.call : method(:resolve).super_method.call
      end
    end

    # A parameter or property: what is legal is said before anything is changed.
    module Attribute
      def pattern
        /\A/
      end

      def legal
        "one of #{self.class.value_collection.values.join(', ')}"
      end

      def unsafe_validate(value)
        values = respond_to?(:list) ? list(value) : [value]
        values.each do |one|
          raise ArgumentError, Standfast.no_secret(name, resource.class) if Standfast.sensitive?(one) && !is_a?(Secret)
          one = Standfast.plain(one)
          next if Type::SCALARS.include?(one.class) && legal?(one)
          raise ArgumentError, "#{told(one)} is not legal: it takes #{legal}"
        end
      end

      def munge(value)
        value.extend(Late) if Declarations.late?(value)
        super
      end

      def unsafe_munge(value)
        super(Standfast.plain(value))
      end

      def legal?(value)
        words = self.class.value_collection
        return !words.match?(value).nil? unless words.empty?
        value.to_s.valid_encoding? && pattern.match?(value.to_s)
      end

      def told(value)
        "`#{value.to_s.scrub('?')[0, 80].gsub(/[[:cntrl:]]/, '?')}`"
      end
    end

    # A property: the program says what is, whether that is in sync, and why not.
    module Property
      def self.included(base)
        base.include(Attribute)
      end

      def should=(value)
        one = !value.is_a?(Array) || value.size == 1 || self.class.array_matching == :all
        one ? super : raise(ArgumentError, 'it takes one value, not a list')
      end

      def retrieve
        provider.is(name)
      end

      def insync?(_is)
        provider.drift(name).empty?
      end

      def set(_value)
        provider.enforce
      end

      # Takes drift of what no manifest sets, so that there is an event for it.
      def adopt(should)
        @adopted = true
        @should = [should]
      end

      def adopted?
        @adopted
      end

      def should_to_s(value)
        super(provider.wanted(name) || value)
      end

      def change_to_s(is, should)
        return 'created' if name == :ensure && is == :absent
        return 'removed' if name == :ensure && should == :absent
        "#{name} changed #{is_to_s(is)} to #{should_to_s(should)}"
      end

      # Puppet's own store of last values knows neither secrets nor children, nor `puppet apply`: the program does.
      def event(options = {})
        wanted = provider.wanted(name)
        options = options.merge(desired_value: wanted) if wanted && !sensitive
        made = super(options)
        corrective = provider.corrective?(name)
        made.define_singleton_method(:calculate_corrective_change) { |_| @corrective_change = corrective }
        made
      end
    end

    # A list; in one text its parts are separated by commas.
    module List
      def list(value)
        value.is_a?(String) ? value.split(',').map(&:strip).reject(&:empty?) : Array(value)
      end

      # Of a property.
      def should=(value)
        super(list(value))
      end

      # Of a parameter, as a whole; a property comes here part by part.
      def unsafe_munge(value)
        is_a?(Puppet::Property) ? super : list(value).map { |one| Standfast.plain(one) }
      end
    end

    # A property that never shows, wrapped in Sensitive or not.
    module Secret
      def initialize(**)
        super
        @sensitive = true
      end

      def sensitive
        true
      end

      # Audited values are stored.
      def retrieve
        '[redacted]'
      end

      def told(_value)
        'a secret that is given'
      end
    end

    # What is no secret shows, and stands in the snapshot: whoever took it for one would be deceived.
    def self.refuse_sensitive(type, resource)
      return unless resource.is_a?(Puppet::Resource)
      name = resource.sensitive_parameters.find { |one| !type.attrclass(one)&.include?(Secret) }
      raise Puppet::ResourceError.new("#{resource.ref}: #{no_secret(name, type)}", resource.file, resource.line) if name
    end

    def self.no_secret(name, type)
      "`#{name}` is Sensitive, and no secret of #{type.name}: give it as it is"
    end

    def self.sensitive?(value)
      value.is_a?(Puppet::Pops::Types::PSensitiveType::Sensitive)
    end

    # A value out of Sensitive, and text out of Binary: a Deferred may bring them.
    def self.plain(value)
      sensitive?(value) ? text(value.unwrap) : text(value)
    end

    def self.text(value)
      value.is_a?(String) && value.encoding == Encoding::BINARY ? value.dup.force_encoding('UTF-8') : value
    end
  end
end

# Nothing is required: when Puppet has added a type to what is loaded, Ruby goes through all of that at the next
# `require`, for 15 ms. What these use of Ruby's own libraries (json, set, etc, io/wait) Puppet has loaded.
%w[declarations container child binary client provider].each { |file| load File.join(__dir__, "#{file}.rb") }
