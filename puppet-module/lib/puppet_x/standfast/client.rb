# frozen_string_literal: true

module PuppetX
  module Standfast
    # The process that answers one run: started at the first question, ended with the run.
    class Client
      PROTOCOL = 1
      STARTS = 3
      NONSENSE = 'standfast has answered something else than was asked'

      class << self
        def of(catalog)
          return @client if @client&.answers?(catalog)
          @client&.close
          @client = new(catalog)
        end

        # After the last refresh.
        def finish
          @client&.finish
        ensure
          @client = nil
        end

        # What is on the host, asked of a process that ends with the answer.
        def list(type)
          client = new(nil)
          client.ask({ ask: 'list', type: type }, 'resources')
        ensure
          client&.close
        end
      end

      def initialize(catalog)
        @catalog = catalog
        @starts = 0
      end

      def answers?(catalog)
        @catalog.equal?(catalog) && (@child.nil? || @child.own?)
      end

      def start
        return if @child
        raise @failure if @starts >= STARTS
        program = Binary.find
        @seconds = Binary.timeout
        @starts += 1
        @child = Child.new(program, 'serve')
        hello
        @known = {}.compare_by_identity
        declare(Declarations.ours(@catalog)) if @catalog
      rescue Failure => e
        @failure = e
        close
        raise
      end

      # Asks, and gives what the answer has under a name, or all of the answer.
      def ask(question, field)
        start
        exchange(question, field)
      end

      # Resources by name, or as a whole where the program does not know all of them.
      def observe(resources, only = 'all')
        judged({ ask: 'observe', resources: resources, only: only })
      end

      def apply(resources)
        judged({ ask: 'apply', resources: resources })
      end

      # Tells what should be: all of it at the start, and what only became known later.
      def declare(resources)
        declarations = resources.map(&:declarations)
        ask({ ask: 'declare', resources: declarations.flatten(1) }, 'refused')
        resources.zip(declarations) { |one, all| @known[one] = all.none? { |declaration| declaration.key?(:deferred) } }
      end

      # Whether all of a resource was known when it was declared.
      def knows?(resource)
        start
        @known[resource]
      end

      def finish
        forget_children
        return unless @child&.own?
        answer = exchange({ ask: 'end' }, nil)
        Puppet.warning(answer['warning']) if answer['warning']
        Array(answer['stale']).each do |one|
          resource = @catalog.resource(one['type'], one['title'])
          reasons = Array(one['reloads']).map { |reload| reload['reason'] }.join('; ')
          (resource || Puppet).warning("a reload is missing: #{reasons}")
        end
      rescue Failure => e
        Puppet.warning(e.message)
      ensure
        close
      end

      def close
        @child&.close
        @child = nil
      end

      private

      # Puppet remembers for a month when it has looked at a resource, and reads all of that in each run. Of a child,
      # which may never be there again, it is of use for a schedule alone.
      def forget_children
        children = @catalog.resources.select { |one| one.respond_to?(:container) && one.container && !one[:schedule] }
        children.each { |child| Puppet::Util::Storage.state.delete(child.to_s) }
      end

      def hello
        answer = exchange({ ask: 'hello', protocol: PROTOCOL, run: run }, nil, [@seconds, 10].min)
        return if answer['protocol'] == PROTOCOL && answer['kinds'].is_a?(Array)
        raise Failure, "standfast #{answer['version'].to_s[/\A[\w.-]{1,20}\z/]} speaks another protocol than this " \
                       'module: one of them must be updated'
      end

      def run
        # `puppet resource` makes a catalog of what it changes, without a version: it is not what the node should be.
        return { by: 'resource' } unless @catalog&.version
        { by: Puppet.run_mode.name == :agent ? 'agent' : 'apply', noop: Puppet[:noop], certname: Puppet[:certname],
          environment: @catalog.environment.to_s, catalog: @catalog.version.to_s }
      end

      # What was observed or applied, of the form that it should have.
      def judged(question)
        all = ask(question, 'resources')
        judged = all.all? do |one|
          one.is_a?(Hash) && one['outcome'].is_a?(String) && one['drift'].is_a?(Array) &&
            one['drift'].all? { |drift| drift.values_at('property', 'is', 'should', 'reason').all?(String) }
        end
        raise Failure, NONSENSE unless judged && (question[:only] == 'drifted' || all.size == question[:resources].size)
        all
      end

      def exchange(question, field, seconds = @seconds)
        answer = JSON.parse(@child.ask("#{JSON.generate(question)}\n", seconds))
        raise Failure, NONSENSE unless answer.is_a?(Hash)
        raise Failure, answer['error'] if answer['error'].is_a?(String)
        return answer unless field
        answer[field].is_a?(Array) ? answer[field] : raise(Failure, NONSENSE)
      rescue JSON::ParserError, EncodingError, Failure => e
        # What cannot be read may hold a secret: it is not repeated. Whoever has not answered is not asked again.
        @failure = e.is_a?(Failure) ? e : Failure.new(NONSENSE)
        close unless answer
        raise @failure
      end
    end
  end
end
