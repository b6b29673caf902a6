# frozen_string_literal: true

require_relative 'lib/smart_proxy_standfast/version'

Gem::Specification.new do |spec|
  spec.name = 'smart_proxy_standfast'
  spec.version = Proxy::Standfast::VERSION
  spec.summary = 'Takes drift reports of standfast from hosts and forwards them to Foreman'
  spec.description = 'A Smart Proxy plugin: hosts post drift reports with their Puppet certificates; ' \
                     'reports wait on disk while Foreman is away and lose nothing when the process is killed.'
  spec.authors = ['The standfast authors']
  spec.license = 'GPL-3.0-or-later'
  spec.required_ruby_version = '>= 2.7', '< 4'
  spec.files = Dir.chdir(__dir__) do
    Dir['{lib,bundler.d,settings.d}/**/*'].select { |path| File.file?(path) } +
      %w[LICENSE README.md CHANGELOG.md smart_proxy_standfast.gemspec]
  end
  spec.require_paths = ['lib']
end
