# frozen_string_literal: true

# Those of Foreman's tables, with those of their columns, that the plugin meets. The names, types and unique indexes are
# Foreman's.
module Schema
  def self.load
    ActiveRecord::Schema.verbose = false
    ActiveRecord::Schema.define { Schema.define_in(self) }
  end

  def self.define_in(schema)
    hosts(schema)
    reports(schema)
    users(schema)
    rest(schema)
  end

  def self.hosts(schema)
    schema.create_table :hosts, id: :serial do |t|
      t.string :name, :certname, :type
      t.boolean :enabled, default: true
      t.integer :organization_id, :location_id
      t.integer :global_status, null: false, default: 0
      t.datetime :last_report
      t.timestamps
    end
    schema.create_table :host_status, id: :serial do |t|
      t.string :type
      t.bigint :status, null: false, default: 0
      t.integer :host_id, null: false
      t.datetime :reported_at, null: false
    end
    schema.add_index :host_status, %i[type host_id], unique: true
    schema.add_foreign_key :host_status, :hosts
  end

  def self.reports(schema)
    schema.create_table :reports, id: :serial do |t|
      t.integer :host_id, null: false
      t.datetime :reported_at, null: false
      t.bigint :status
      t.text :metrics
      t.string :type, default: 'ConfigReport', null: false
      t.string :origin
      t.timestamps
    end
    schema.create_table(:logs, id: :serial) do |t|
      t.integer :source_id, :message_id, :report_id, :level_id
    end
    %i[sources messages].each { |name| schema.create_table(name, id: :serial) { |t| t.text :value } }
  end

  def self.users(schema)
    schema.create_table :users, id: :serial do |t|
      t.string :login, :password
      t.boolean :admin, null: false, default: false
      t.integer :organization_id, :location_id
    end
    schema.create_table(:user_roles, id: :serial) { |t| t.integer :owner_id, :role_id }
    schema.create_table(:roles, id: :serial) { |t| t.string :name, :description, :origin }
    schema.create_table(:filters, id: :serial) { |t| t.integer :role_id }
    schema.create_table(:filterings, id: :serial) { |t| t.integer :filter_id, :permission_id }
    schema.create_table(:permissions, id: :serial) { |t| t.string :name, :resource_type }
  end

  def self.rest(schema)
    schema.create_table(:settings, id: :serial) { |t| t.string :name, :value }
    schema.create_table(:features, id: :serial) { |t| t.string :name }
    schema.create_table(:smart_proxies, id: :serial) { |t| t.string :name, :url }
    schema.create_table(:smart_proxy_features, id: :serial) { |t| t.integer :smart_proxy_id, :feature_id }
    schema.create_table :widgets, id: :serial do |t|
      t.integer :user_id
      t.string :name, :template
    end
    %i[organizations locations].each { |name| schema.create_table(name, id: :serial) { |t| t.string :name } }
  end
  private_class_method :hosts, :reports, :users, :rest
end
