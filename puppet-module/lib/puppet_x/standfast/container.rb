# frozen_string_literal: true

module PuppetX
  module Standfast
    # A type that stands for many resources: all are asked for at once, and only what differs becomes one of its own.
    module Container
      COPIED = [:noop, :schedule, :loglevel].freeze

      # Just before it is evaluated. What fails is told when it is, so that it can still be skipped in silence.
      def eval_generate
        @members = nil if Declarations.resolve(self).any?
        answers = client.observe(references(keys), 'drifted')
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
      def enforce_all(child)
        @became ||= begin
          wanted = references(@children.map { |one| [one.class.name.to_s, one.title] })
          client.apply(wanted).to_h { |one| [one.values_at('type', 'title'), one] }
        rescue Failure => e
          Hash.new { |_, _| raise e }
        end
        @became[[child.class.name.to_s, child.title]] || raise(Failure, 'standfast has not said what became of it')
      end

      def declarations
        keys.map { |key| declaration(key) }
      end

      def identities
        members
      end

      def pre_run_check
        Declarations.refuse_twice(self)
      end

      private

      def client
        Client.of(catalog)
      end

      def keys
        members.flat_map { |type, all| all.keys.map { |title| [type, title] } }
      end

      def references(keys)
        keys.map { |type, title| client.knows?(type, title) ? { type: type, title: title } : declaration([type, title]) }
      end

      def declaration(key)
        @shared ||= { noop: noop? || nil, file: file, line: line, container: ref }.compact
        { type: key.first, title: key.last, parameters: members[key.first][key.last], **@shared }
      end

      def child(answer)
        key = answer.values_at('type', 'title')
        child = Puppet::Type.type(key.first.to_sym).new(members.fetch(key.first).fetch(key.last).merge(title: key.last))
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
