# frozen_string_literal: true

module PuppetX
  module Standfast
    # What the program is told of the resources of a catalog.
    module Declarations
      module_function

      # A resource as the program is told of it.
      def of(resource)
        deferred = deferred(resource)
        given = given(resource).reject { |name, _| deferred.include?(name) }
        {
          type: resource.class.name.to_s, title: resource.title, parameters: given.transform_values(&:value),
          noop: resource.noop?, file: resource.file, line: resource.line, tags: resource.tags.to_a,
          deferred: deferred
        }.reject { |_, value| value.nil? || value == false || value == [] }
      end

      # The parameters that the program knows and a manifest gives.
      def given(resource)
        resource.parameters.reject do |name, parameter|
          parameter.metaparam? || name == :provider || parameter.value.nil? ||
            (name == :name && parameter.value.to_s == resource.title) ||
            (parameter.is_a?(Property) && parameter.adopted?)
        end
      end

      # The names of those whose value is only known when the resource is evaluated: Puppet 8.
      def deferred(resource)
        given(resource).select { |_, one| deferred?(one.value) }.keys
      end

      def deferred?(value)
        case value
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
        else deferred?(value) ? resolved(value.resolve) : Standfast.plain(value)
        end
      end

      # Those of a catalog; what `resources` is to purge is not declared.
      def all(catalog)
        ours = catalog.resources.select { |one| one.respond_to?(:declarations) }
        ours.reject { |one| one.purging? || one.virtual? }.flat_map(&:declarations)
      end

      def refuse_twice(resource)
        resource.identities.each do |identity|
          first = index(resource.catalog)[identity]
          next if first.equal?(resource)
          raise Puppet::Error, "#{identity} is declared twice: #{place(first)} and #{place(resource)}"
        end
      end

      # By identity, the first that stands for it.
      def index(catalog)
        return @index if @indexed.equal?(catalog)
        @indexed = catalog
        ours = catalog.resources.select { |one| one.respond_to?(:identities) }
        @index = ours.each_with_object({}) { |one, all| one.identities.each { |key| all[key] ||= one } }
      end

      def place(resource)
        resource.file ? "#{resource.ref} at #{resource.file}:#{resource.line}" : resource.ref
      end
    end
  end
end
