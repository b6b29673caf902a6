# frozen_string_literal: true

require_relative 'lib/foreman_standfast/version'

Gem::Specification.new do |spec|
  spec.name = 'foreman_standfast'
  spec.version = ForemanStandfast::VERSION
  spec.authors = ['The standfast authors']
  spec.summary = 'Shows in Foreman which hosts are in sync with their hardening, which drifted, since when and on what line'
  spec.description = 'Takes drift reports of standfast, directly, through a Smart Proxy or out of Puppet reports, and shows them ' \
                     'as a host status, in searches, on the dashboard, on pages and over the API.'
  spec.license = 'GPL-3.0-or-later'
  spec.metadata = { 'is_foreman_plugin' => 'true' }
  spec.required_ruby_version = '>= 2.7', '< 4'
  spec.files = Dir['{app,config,db,lib,locale,webpack}/**/*'].select { |path| File.file?(path) } + %w[package.json LICENSE README.md CHANGELOG.md]
  spec.require_paths = ['lib']
end
