# frozen_string_literal: true

require_relative 'type'
require_relative 'provider'

module PuppetX
  module Standfast
    # A type that stands for many resources: they are asked for at once, and only what differs becomes one of its own.
    module Container
      COPIED = [:noop, :schedule, :loglevel].freeze

      # Before anything of it is evaluated; what fails here is told when the container itself is.
      def eval_generate
        resolve
        answers = client.observe(declarations, 'drifted')
        @children = answers.map { |answer| child(answer) }
      rescue Failure => e
        @failure = e
        @children = []
      end

      def retrieve
        raise @failure if @failure
        Puppet::Resource.new(self.class, title)
      end

      # One write for all children, when the first of them is to be changed.
      def enforce(child)
        @enforced ||= client.apply(@children.map { |one| told(*one.key) }).to_h { |one| [one.values_at('type', 'title'), one] }
        @enforced.fetch(child.key) { raise Failure, 'standfast has not said what became of it' }
      rescue Failure => e
        @enforced ||= Hash.new { raise e }
        raise
      end

      def declarations
        return [] if Declarations.deferred(self).any?
        members.map { |key, parameters| tell(key, parameters) }
      end

      def pre_run_check
        Declarations.refuse_twice(self)
      end

      def validate; end

      private

      def client
        Client.of(catalog)
      end

      def child(answer)
        type, title = answer.values_at('type', 'title')
        parameters = members.fetch([type, title]) { raise Failure, 'standfast has answered of what was not asked' }
        child = Puppet::Type.type(type.to_sym).new(parameters.merge(title: title))
        child.file = file
        child.line = line
        COPIED.each { |name| child[name] = self[name] unless self[name].nil? }
        child.container = self
        child.answer = answer
        child
      end
    end
  end
end
