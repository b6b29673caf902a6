# frozen_string_literal: true

module PuppetX
  module Standfast
    # What the program is told of the resources of a catalog.
    module Declarations
      module_function

      # A resource as the program is told of it: the values that a manifest gives to what the program knows.
      def of(resource)
        own = own(resource.class)
        given = {}
        deferred = []
        resource.parameters.each do |name, one|
          next if !own.include?(name) || (value = one.value).nil? || (one.is_a?(Property) && one.adopted?)
          if deferred?(value) then deferred << name
          elsif name != :name || value.to_s != resource.title then given[name] = value
          end
        end
        {
          type: resource.type, title: resource.title, parameters: given, noop: resource.noop? || nil, file: resource.file,
          line: resource.line, tags: resource.tags.to_a, deferred: deferred.empty? ? nil : deferred
        }.compact
      end

      # The names of all attributes of a type but Puppet's own. Puppet is slow to tell, and each resource asks.
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
        else late?(value)
        end
      end

      def late?(value)
        value.class.name == 'Puppet::Pops::Evaluator::DeferredValue'
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
        else late?(value) ? resolved(value.extend(Late).brought) : Standfast.text(value)
        end
      end

      # The resources of a catalog that are declared: not what `resources` is to purge.
      def ours(catalog)
        catalog.resources.select { |one| one.respond_to?(:declarations) && !one.purging? && !one.virtual? }
      end

      def refuse_twice(resource)
        identity, first = twice(resource.catalog)[resource]
        raise Puppet::Error, "#{identity} is declared twice: #{place(first)} and #{place(resource)}" if identity
      end

      # The resources that stand for what another one before them does: for what, and which one.
      def twice(catalog)
        return @twice if @indexed.equal?(catalog)
        @indexed = catalog
        @twice = {}.compare_by_identity
        # Of each type the single resources by what they stand for, then the containers, each with all of theirs.
        known = Hash.new { |all, type| all[type] = [[{}, nil]] }
        catalog.resources.each do |one|
          next unless one.respond_to?(:identities)
          one.identities.each { |type, titles| meet(one, type.to_s, titles, known[type.to_s]) }
        end
        @twice
      end

      # Notes whether the resource stands for what one that is known does; it is known then.
      def meet(resource, type, titles, known)
        known.each do |others, owner|
          title = common(titles, others)
          @twice[resource] ||= ["#{type.capitalize}[#{title}]", owner || others[title]] if title
        end
        titles.size == 1 ? known[0][0][titles.first[0]] ||= resource : known << [titles, resource]
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
