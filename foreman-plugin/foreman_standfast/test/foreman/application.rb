# frozen_string_literal: true

# A small Rails application in the place of Foreman: its classes as far as the plugin meets them, the plugin itself, and a
# real PostgreSQL. Everything here is a stand-in; what a stand-in does not know raises.
ENV['RAILS_ENV'] = 'test'

require 'logger'
require 'rails'
require 'active_record/railtie'
require 'action_controller/railtie'
require 'action_view/railtie'
require 'sprockets/railtie'
require 'rabl'
require 'pg'
require_relative 'database'

# Foreman of the tests.
class ForemanStandIn < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.eager_load = false
  config.cache_classes = true
  config.consider_all_requests_local = false
  config.action_dispatch.show_exceptions = true
  config.secret_key_base = 'x' * 64
  config.hosts.clear
  config.logger = Logger.new(ENV.fetch('STANDFAST_TEST_LOG', File::NULL))
  config.active_record.maintain_test_schema = false
  config.active_record.time_zone_aware_types = %i[datetime]
  config.assets.compile = true
  config.assets.unknown_asset_fallback = false
  # In memory: tests leave nothing in the tree.
  config.assets.configure { |assets| assets.cache = Sprockets::Cache::MemoryStore.new(100) }
  config.paths['app/views'].unshift(File.join(__dir__, 'views'))

  # Instead of config/database.yml.
  config.define_singleton_method(:database_configuration) { { 'test' => ForemanStandIn.database } }

  class << self
    attr_accessor :database
  end
end

ForemanStandIn.database = { 'adapter' => 'postgresql' }

if ENV['SCOPED_SEARCH']
  $LOAD_PATH.unshift(ENV['SCOPED_SEARCH'])
  require 'scoped_search'
end

ForemanStandIn.initializer('stand_in.load', before: :load_config_initializers) do
  names = %w[core apipie scoped_search models hosts reports plugin controllers]
  names.delete('scoped_search') if ENV['SCOPED_SEARCH']
  names.each { |name| require_relative "stand_in/#{name}" }
  Dir[File.join(__dir__, 'stand_in/pages/*.rb')].sort.each { |file| require file }
end

$LOAD_PATH.unshift(File.expand_path('../../lib', __dir__))
require 'foreman_standfast'

# Starts it, with a database of its own.
module StandIn
  def self.start
    server = Database.start
    ForemanStandIn.database = server.create('foreman').transform_keys(&:to_s)
    ForemanStandIn.initialize!
    ActiveRecord::Base.establish_connection(ForemanStandIn.database)
    require_relative 'schema'
    Schema.load
    migrate(:up)
    seed
    Rabl.configure { |config| config.include_json_root = false; config.include_child_root = false } # rubocop:disable Style/Semicolon
    server
  end

  def self.migrations
    paths = Dir[File.expand_path('../../db/migrate', __dir__)]
    ActiveRecord::MigrationContext.new(paths, ActiveRecord::SchemaMigration)
  end

  def self.migrate(direction)
    ActiveRecord::Migration.suppress_messages { migrations.public_send(direction) }
  end

  # Permissions and roles, as Foreman makes them at its start.
  def self.seed
    Foreman::Plugin.registered.each_value do |plugin|
      plugin.permissions.each { |name, rule| Permission.find_or_create_by!(name: name.to_s) { |made| made.resource_type = rule[:resource_type] } }
      plugin.roles.each { |name, role| make_role(plugin, name, role) }
    end
    load File.expand_path('../../db/seeds.d/75-standfast_feature.rb', __dir__)
  end

  def self.make_role(plugin, name, role)
    Permission.find_or_create_by!(name: 'view_hosts', resource_type: 'Host')
    made = Role.find_or_create_by!(name: name, description: role[:description], origin: plugin.id.to_s)
    filter = made.filters.create!
    role[:permissions].each { |permission| filter.filterings.create!(permission: Permission.find_by!(name: permission.to_s)) }
  end
end
