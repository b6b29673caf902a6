# frozen_string_literal: true

# The module is found through a link in a directory of its own, so that nothing is fetched and nothing is left behind.
require 'fileutils'
require 'tmpdir'
require 'rspec-puppet'
require 'facterdb'

MODULE = File.expand_path('..', __dir__)
FIXTURES = Dir.mktmpdir('standfast-spec')
at_exit { FileUtils.remove_entry(FIXTURES) }
FileUtils.mkdir_p("#{FIXTURES}/modules")
FileUtils.ln_s(MODULE, "#{FIXTURES}/modules/standfast")

Dir[File.join(__dir__, 'support', '*.rb')].sort.each { |file| require file }

RSpec.configure do |config|
  config.module_path = "#{FIXTURES}/modules"
  # It would put a link into the source tree.
  config.setup_fixtures = false
  config.strict_variables = true
  config.hiera_config = File.join(__dir__, 'data', 'hiera.yaml')
  config.before { Puppet[:strict] = :error }
end
