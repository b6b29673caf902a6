# frozen_string_literal: true

# Stands in for apipie-rails, which Debian does not package: takes the documentation, and refuses what apipie has no
# meaning for. What was said is kept, so that a test can hold it against the routes.
module Apipie
  OPTIONS = %i[required desc allow_nil allow_blank action_aware].freeze
  VALIDATORS = [String, Integer, Hash, Array, :identifier, :number, :bool].freeze

  # What is documented of each action: `[verb, path]`, by controller and action.
  def self.documented
    @documented ||= Hash.new { |all, key| all[key] = [] }
  end

  # What controllers may say.
  module DSL
    def api(verb, path, description)
      raise ArgumentError, "no method #{verb}" unless %i[GET POST PUT DELETE].include?(verb)
      raise ArgumentError, 'no description' unless description.is_a?(String)

      pending_docs << [verb, path]
    end

    def param(_name, validator, **options, &block)
      known = VALIDATORS.include?(validator) || validator.is_a?(Array) || validator.is_a?(Regexp)
      raise ArgumentError, "apipie has no validator #{validator}" unless known
      raise ArgumentError, "unknown options #{options}" if (options.keys - OPTIONS).any?

      instance_eval(&block) if block
    end

    def def_param_group(name, &block)
      param_groups[name] = block
    end

    def param_group(name, owner = self, **_options)
      instance_eval(&owner.param_groups.fetch(name))
    end

    def param_groups
      @param_groups ||= {}
    end

    def resource_description(&block)
      Resource.new.instance_eval(&block)
    end

    def method_added(name)
      super
      return if pending_docs.empty?

      Apipie.documented[[controller_path, name.to_s]].concat(pending_docs)
      pending_docs.clear
    end

    private

    def pending_docs
      @pending_docs ||= []
    end
  end

  # What a controller says of itself.
  class Resource
    def resource_id(_id); end

    def api_version(_version); end

    def api_base_url(_url); end
  end
end
