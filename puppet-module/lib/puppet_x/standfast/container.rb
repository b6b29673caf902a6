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
        answers = client.observe(keys.map { |key| named(key) }, 'drifted')
        @children = answers.map { |answer| child(answer) }
      rescue Puppet::Error => e
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
          client.apply(@children.map { |one| named([one.class.name.to_s, one.title]) }).to_h { |one| [one.values_at('type', 'title'), one] }
        rescue Failure => e
          Hash.new { |_, _| raise e }
        end
        @became[[child.class.name.to_s, child.title]] || raise(Failure, Client::NONSENSE)
      end

      def declarations
        keys.map { |key| declaration(key) }
      end

      def identities
        members
      end

      def pre_run_check
        Declarations.refuse_twice(self)
        # It would take each entry for undeclared, for they are no resources while they are in sync.
        purged = members.keys.find { |type| catalog.resource(:resources, type)&.purge? }
        raise Puppet::Error, "take the `purge` of #{ref} in the place of Resources[#{purged}]" if purged
      end

      private

      def client
        Client.of(catalog)
      end

      def keys
        members.flat_map { |type, all| all.keys.map { |title| [type, title] } }
      end

      # What was to be known only now is told before anything is asked.
      def learn
        return if Declarations.resolve(self).empty?
        @members = nil
        client.declare(declarations)
      end

      def named(key)
        { type: key.first, title: key.last }
      end

      def declaration(key)
        @shared ||= { noop: noop? || nil, file: file, line: line, container: ref }.compact
        all = members[key.first][key.last]
        unknown = all.select { |_, value| Declarations.deferred?(value) }
        return { **named(key), parameters: all, **@shared } if unknown.empty?
        { **named(key), parameters: all.reject { |name, _| unknown.key?(name) }, deferred: unknown.keys, **@shared }
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
