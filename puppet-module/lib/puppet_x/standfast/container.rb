# frozen_string_literal: true

module PuppetX
  module Standfast
    # A type that stands for many resources: all are asked for at once, and only what differs becomes one of its own.
    module Container
      COPIED = [:noop, :schedule, :loglevel].freeze

      def initialize(resource)
        Standfast.refuse_sensitive(self.class, resource)
        super
      end

      # Just before it is evaluated. What fails is told when it is, so that it can still be skipped in silence.
      def eval_generate
        learn
        answers = client.observe(members.flat_map { |type, all| all.map { |title, _| named(type, title) } }, 'drifted')
        @children = answers.map { |answer| child(answer) }
      rescue StandardError => e
        @failure = e
        @children = []
      end

      def retrieve
        raise @failure if @failure
        Puppet::Resource.new(self.class, title)
      end

      # One write for all children, when the first of them is to be changed.
      def enforce_all(child)
        @became ||= begin
          became = client.apply(@children.map { |one| named(one.type, one.title) })
          became.to_h { |one| [one.values_at('type', 'title'), one] }
        rescue Failure => e
          Hash.new { |_, _| raise e }
        end
        @became[[child.class.name.to_s, child.title]] || raise(Failure, Client::NONSENSE)
      end

      def declarations
        shared = { noop: noop? || nil, file: file, line: line, container: ref }.compact
        members.flat_map { |type, all| all.map { |title, given| declaration(type, title, given).update(shared) } }
      end

      def identities
        members
      end

      def pre_run_check
        Declarations.refuse_twice(self)
        # It would take each entry for undeclared, for they are no resources while they are in sync.
        # To ask the catalog for one that is not there makes Puppet load its type.
        purges = catalog.resources.find { |one| one.type == :resources && members.key?(one[:name].to_s) && one.purge? }
        raise Puppet::Error, "take the `purge` of #{ref} in the place of #{purges.ref}" if purges
      end

      private

      def client
        Client.of(catalog)
      end

      # What was to be known only now is told before anything is asked.
      def learn
        return if Declarations.resolve(self).empty?
        @members = nil
        client.declare([self])
      end

      def named(type, title)
        { type: type, title: title }
      end

      def declaration(type, title, given)
        return { type: type, title: title, parameters: given } unless Declarations.deferred?(given)
        unknown, known = given.partition { |_, value| Declarations.deferred?(value) }.map(&:to_h)
        { type: type, title: title, parameters: known, deferred: unknown.keys }
      end

      def known(key)
        members.dig(*key) || raise(Failure, Client::NONSENSE)
      end

      def child(answer)
        key = answer.values_at('type', 'title')
        child = Puppet::Type.type(key.first.to_sym).new(known(key).merge(title: key.last))
        COPIED.each { |name| child[name] = self[name] unless self[name].nil? }
        child.file = file
        child.line = line
        child.container = self
        child.answer = answer
        child
      end
    end
  end
end
