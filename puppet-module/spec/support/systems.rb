# frozen_string_literal: true

require 'json'

# All systems of metadata.json, with the facts of the nearest release that facterdb knows.
module Systems
  # The release whose facts stand for one that is younger than facterdb: [name, release] => [name, release].
  NEAREST = {
    ['AlmaLinux', '9'] => ['AlmaLinux', '8'],
    ['Rocky', '9'] => ['Rocky', '8'],
    ['Debian', '12'] => ['Debian', '11'],
    ['Debian', '13'] => ['Debian', '11'],
    ['Ubuntu', '22.04'] => ['Ubuntu', '20.04'],
    ['Ubuntu', '24.04'] => ['Ubuntu', '20.04'],
  }.freeze

  module_function

  # All, as a hash from `NAME RELEASE` to facts.
  def all
    @all ||= metadata['operatingsystem_support'].flat_map { |os|
      os['operatingsystemrelease'].map do |release|
        ["#{os['operatingsystem']} #{release}", facts(os['operatingsystem'], release)]
      end
    }.to_h
  end

  def metadata
    @metadata ||= JSON.parse(File.read(File.join(MODULE, 'metadata.json')))
  end

  # The facts of one, structured only, as Puppet 8 has them.
  def facts(name, release)
    known_name, known_release = NEAREST.fetch([name, release], [name, release])
    @known ||= FacterDB.get_facts
    found = @known.select { |one| matches?(one, known_name, known_release) }
    raise "facterdb has no facts of #{known_name} #{known_release}" if found.empty?

    facts = found.max_by { |one| Gem::Version.new(one[:facterversion]) }
    os = facts[:os].merge('release' => { 'major' => release, 'full' => release })
    { os: os, networking: facts[:networking].merge('fqdn' => 'host.example.net'), kernel: facts[:kernel], case: 'none' }
  end

  def matches?(facts, name, release)
    facts.dig(:os, 'name') == name && facts.dig(:os, 'release', 'major') == release
  end
end
