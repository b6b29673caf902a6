# frozen_string_literal: true

module PuppetX
  module Standfast
    # Where the program is: of several places the newest that works.
    module Binary
      CONFIGURATION = '/etc/standfast/standfast.conf'

      module_function

      def find
        there = places.select { |path| File.file?(path) && File.executable?(path) }
        raise Failure, "the program standfast is not on this node: there is no #{places.join(', ')}" if there.empty?
        # To start it costs Puppet milliseconds: only one to choose from is not asked which it is.
        return there.first if there.one?
        # A thousand resources do not wait for a thousand answers of one that is broken.
        state = there.map { |path| [path, File.stat(path).mtime, File.size(path)] }
        @state, @found = state, newest(there) unless @state == state
        @found.is_a?(Failure) ? raise(@found) : @found
      end

      # The first of the newest, or why none works.
      def newest(paths)
        versions = paths.to_h { |path| [path, version(path)] }
        works, fails = versions.partition { |_, version| version.is_a?(Gem::Version) }
        return Failure.new(fails.map { |_, failure| failure.message }.join('; ')) if works.empty?
        works.max_by.with_index { |(_, version), place| [version, -place] }.first
      end

      def version(path)
        child = Child.new(path, '--version')
        said = child.first_line(10)[/\Astandfast (\d+(\.\d+)+)$/, 1]
        said ? Gem::Version.new(said) : Failure.new("#{path}: does not say the version of standfast")
      rescue Failure => e
        e
      ensure
        child&.close
      end

      def places
        arch = "standfast.d/#{Etc.uname[:machine]}/standfast"
        module_facts = File.expand_path('../../../facts.d', __dir__)
        [setting('binary'), '/usr/bin/standfast', File.join(Puppet[:pluginfactdest], arch),
         File.join(module_facts, arch)].compact.uniq
      end

      # Seconds that the program has for an answer: names may have to be asked of a slow directory.
      def timeout
        (setting('timeout') || 300).to_f
      end

      # Not one of `[report]`, which has a `timeout` of its own.
      def setting(name)
        return unless File.file?(CONFIGURATION)
        ours = File.read(CONFIGURATION, encoding: 'UTF-8').sub(/^\s*\[report\].*?(?=^\s*\[|\z)/m, '')
        ours[/^\s*#{name}\s*=\s*(\S.*?)\s*$/, 1]
      end
    end
  end
end
