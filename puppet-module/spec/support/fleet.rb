# frozen_string_literal: true

# What a plan needs of Bolt: targets, results, and a fleet that answers tasks. Bolt itself is in no distribution; the types are
# in spec/bolt, with the functions of Bolt's that plans of the module use.
module StandIn
  # A host.
  class Target
    include Puppet::Pops::Types::PuppetObject

    attr_reader :name

    def self._pcore_type
      Language.type('Target')
    end

    def initialize(name)
      @name = name
    end
  end

  # The answer of one host.
  class Result
    include Puppet::Pops::Types::PuppetObject

    attr_reader :target

    def self._pcore_type
      Language.type('Result')
    end

    def initialize(target, value)
      @target = target
      @value = value
    end

    def ok
      !@value.key?('_error')
    end

    def [](key)
      @value[key]
    end
  end

  # The answers of many.
  class ResultSet
    include Puppet::Pops::Types::PuppetObject
    include Puppet::Pops::Types::Iterable
    include Puppet::Pops::Types::IteratorProducer

    attr_reader :results

    def self._pcore_type
      Language.type('ResultSet')
    end

    def initialize(results)
      @results = results
    end

    def iterator
      Puppet::Pops::Types::Iterable.on(@results, Result._pcore_type)
    end

    def ok_set
      ResultSet.new(@results.select(&:ok))
    end

    def error_set
      ResultSet.new(@results.reject(&:ok))
    end

    def names
      @results.map { |result| result.target.name }
    end

    def targets
      @results.map(&:target)
    end
  end

  # Hosts, each with the states that its checks say one after the other; `broken` ones answer no `apply`.
  class Fleet
    class << self
      attr_accessor :current
    end

    attr_reader :runs

    def initialize(states, broken: [])
      @states = states.transform_values(&:dup)
      @broken = broken
      @runs = []
      self.class.current = self
    end

    def names
      @states.keys
    end

    def run(task, targets, options)
      targets = targets.map { |target| target.is_a?(String) ? Target.new(target) : target }
      @runs << [task, targets.map(&:name), options.compact]
      ResultSet.new(targets.map { |target| Result.new(target, answer(task, target.name)) })
    end

    private

    def answer(task, name)
      return @broken.include?(name) ? { '_error' => {} } : { 'status' => 'changed' } if task == 'standfast::apply'

      states = @states.fetch(name)
      status = states.length > 1 ? states.shift : states.first
      status == 'failed' ? { '_error' => {} } : { 'status' => status }
    end
  end
end
