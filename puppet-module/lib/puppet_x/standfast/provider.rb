# frozen_string_literal: true

module PuppetX
  module Standfast
    # What the providers of all types share: they ask the process of the run, and write in the first setter.
    module Provider
      def self.included(base)
        base.extend(ClassMethods)
      end

      # Of the provider's class.
      module ClassMethods
        # All resources of all our types are told at once, for what one means can depend on others.
        def prefetch(resources)
          catalog = resources.each_value.first&.catalog
          Client.of(catalog).start if catalog
        rescue Failure => e
          # The program may come with a package in this run: each resource asks for itself.
          Puppet.debug(e.message)
        end

        def instances
          Client.list(resource_type.name).map do |one|
            known = one['parameters'].transform_keys(&:to_sym).slice(*resource_type.validproperties)
            known[:ensure] = known.fetch(:ensure, :present).to_sym if resource_type.validproperty?(:ensure)
            new(known.merge(name: one['title']))
          end
        end

        def post_resource_eval
          Client.finish
        end
      end

      # Asks what is; of a child of a container that is known.
      def observe
        @done = @failure = nil
        return unless resource.catalog
        @answer = resource.answer || client.observe([reference]).first
        raise Failure, @answer['error'] if @answer['outcome'] == 'failed'
        sort_drift
        tell unless @drift.empty?
      end

      # What a property is: the drift's word for it, or what it should be when nothing differs.
      def is(name)
        return @property_hash.fetch(name, :absent) unless resource.catalog
        return resource.should(name) if drift(name).empty?
        texts = drift(name).map { |one| one['is'] }.uniq
        name == :ensure && texts == ['absent'] ? :absent : texts.join(', ')
      end

      # What it should be, in the words of the drift.
      def wanted(name)
        drift(name).map { |one| one['should'] }.uniq.join(', ') unless drift(name).empty?
      end

      def drift(name)
        (@drift || {}).fetch(name, [])
      end

      def corrective?(name)
        drift(name).any? { |one| one['corrective'] == true }
      end

      # Brings all of the resource about, once, whichever of its properties comes first.
      def enforce
        raise @failure if @failure
        return if @done
        @done = (resource.container || self).enforce_all(resource)
        raise Failure, @done['error'] || 'still differs after the change' if @done['outcome'] == 'failed'
      rescue Failure => e
        @failure = e
        raise
      end

      def enforce_all(resource)
        client.apply([reference]).first
      end

      private

      def client
        Client.of(resource.catalog)
      end

      def reference
        return { type: resource.type, title: resource.title } if client.knows?(resource)
        Declarations.resolve(resource)
        resource.validate
        Declarations.of(resource)
      end

      # What is of no property (a process, a probe) is told by `ensure` or the first one, where no property differs;
      # all that differs in what should be absent is told by `ensure`, for Puppet looks at nothing else then.
      def sort_drift
        return @drift = {} if @answer['drift'].empty?
        type = resource.class
        @drift = @answer['drift'].group_by { |one| one['property'].to_sym }
        carrier = type.validproperty?(:ensure) ? :ensure : type.properties.first.name
        own = @drift.select { |name, _| type.validproperty?(name) }
        own = {} if resource.should(:ensure) == :absent && !own.key?(:ensure)
        @drift = own.empty? ? { carrier => @drift.values.flatten }.reject { |_, all| all.empty? } : own
        @drift.each_key do |name|
          property = resource.property(name)
          next if property&.should
          (property || resource.newattr(name)).adopt(wanted(name))
        end
      end

      # Why, once a resource and each reason once, in the words of `standfast check`.
      def tell
        reasons = @answer['drift'].map { |one| one['reason'] }.uniq
        blocked = @answer['blocked']
        reasons << (reasons.include?(blocked) ? 'apply would not help' : "apply would not help: #{blocked}") if blocked
        resource.send_log(resource[:loglevel] || :notice, reasons.join('; '))
      end
    end
  end
end
