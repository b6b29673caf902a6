# frozen_string_literal: true

require 'set'

module PuppetX
  module Standfast
    # What the program is told of the resources of a catalog.
    module Declarations
      module_function

      # A resource as the program is told of it.
      def of(resource)
        deferred = deferred(resource)
        {
          type: resource.class.name.to_s, title: resource.title, parameters: given(resource, deferred),
          noop: resource.noop?, file: resource.file, line: resource.line, tags: resource.tags.to_a,
          deferred: deferred
        }.reject { |_, value| value.nil? || value == false || value == [] }
      end

      # The values that a manifest gives to what the program knows.
      def given(resource, deferred)
        own = own(resource.class)
        resource.parameters.each_with_object({}) do |(name, one), given|
          next if !own.include?(name) || deferred.include?(name) || (one.is_a?(Property) && one.adopted?)
          value = one.value
          given[name] = value unless value.nil? || (name == :name && value.to_s == resource.title)
        end
      end

      # The names of all attributes of a type but Puppet's own. Puppet is slow to tell, and each resource asks thrice.
      def own(type)
        @own ||= {}.compare_by_identity
        @own[type] ||= Set.new(type.validproperties + type.parameters - [:provider])
      end

      # The names of those whose value is only known when the resource is evaluated: Puppet 8.
      def deferred(resource)
        resource.parameters.filter_map { |name, one| name if deferred?(one.value) && own(resource.class).include?(name) }
      end

      def deferred?(value)
        case value
        when String, Symbol, Integer, true, false, nil then false
        when Hash then value.each_value.any? { |one| deferred?(one) }
        when Array then value.any? { |one| deferred?(one) }
        else value.class.name == 'Puppet::Pops::Evaluator::DeferredValue'
        end
      end

      # Puppet itself resolves no value inside of a list or a hash.
      def resolve(resource)
        deferred(resource).each { |name| resource[name] = resolved(resource[name]) }
      end

      def resolved(value)
        case value
        when Hash then value.transform_values { |one| resolved(one) }
        when Array then value.map { |one| resolved(one) }
        # Sensitive stays, for the attribute knows whether it may be.
        else deferred?(value) ? resolved(value.resolve) : Standfast.text(value)
        end
      end

      # Those of a catalog; what `resources` is to purge is not declared.
      def all(catalog)
        ours = catalog.resources.select { |one| one.respond_to?(:declarations) }
        ours.reject { |one| one.purging? || one.virtual? }.flat_map(&:declarations)
      end

      def refuse_twice(resource)
        identity, first = twice(resource.catalog)[resource]
        raise Puppet::Error, "#{identity} is declared twice: #{place(first)} and #{place(resource)}" if identity
      end

      # The resources that stand for what another one before them does: for what, and which one.
      def twice(catalog)
        return @twice if @indexed.equal?(catalog)
        @indexed = catalog
        # Of each type first those that stand for one thing, by its title, then the containers with all of theirs.
        known = Hash.new { |all, type| all[type] = [[{}, nil]] }
        @twice = {}.compare_by_identity
        catalog.resources.each do |one|
          next unless one.respond_to?(:identities)
          met = one.identities.map { |type, titles| meet(one, type, titles, known[type]) }
          @twice[one] = met.compact.first
        end
        @twice.compact!
        @twice
      end

      # What the resource stands for as one that is known does, and that one; the resource is known then.
      def meet(resource, type, titles, known)
        found = known.filter_map do |others, owner|
          title = common(titles, others)
          [title, owner || others[title]] if title
        end
        titles.size == 1 ? known[0][0][titles.first.first] ||= resource : known << [titles, resource]
        title, first = found.first
        ["#{type.capitalize}[#{title}]", first] if title
      end

      # A key that two hashes have. Ten thousand are not looked up in one.
      def common(some, others)
        some, others = others, some if some.size > others.size
        some.each_key { |key| return key if others.key?(key) }
        nil
      end

      def place(resource)
        resource.file ? "#{resource.ref} at #{resource.file}:#{resource.line}" : resource.ref
      end
    end
  end
end
