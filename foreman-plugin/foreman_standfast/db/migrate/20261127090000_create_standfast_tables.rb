# frozen_string_literal: true

# The newest drift report of each host, its findings, and a few counts a day for the trend.
class CreateStandfastTables < ActiveRecord::Migration[6.1]
  def change
    create_facets
    create_findings
    create_days
  end

  private

  def create_facets
    create_table :standfast_host_facets do |t|
      # Foreman's own key of hosts is an integer.
      t.integer :host_id, null: false
      t.datetime :checked_at, precision: 6, null: false
      t.datetime :since, precision: 6, null: false
      # Unknown where a Puppet report is the source: it tells only what was not in sync.
      t.integer :checked
      t.integer :in_sync
      %i[drifted corrected failed omitted].each { |count| t.integer count, null: false, default: 0 }
      t.string :policy, limit: 16
      t.string :mode, limit: 16
      t.string :version, limit: 32
      t.string :source, limit: 16, null: false
      t.timestamps precision: 6
    end
    add_index :standfast_host_facets, :host_id, unique: true
    add_index :standfast_host_facets, :checked_at
    add_foreign_key :standfast_host_facets, :hosts, on_delete: :cascade
  end

  def create_findings
    create_table :standfast_findings do |t|
      t.integer :host_id, null: false
      t.integer :position, null: false
      t.string :resource, limit: 255, null: false
      t.string :state, limit: 16, null: false
      t.datetime :since, precision: 6, null: false
      # Not `changes`: that is a method of every record.
      t.jsonb :property_changes, null: false, default: []
      t.jsonb :evidence, null: false, default: []
      t.text :diff, null: false, default: ''
      t.text :message, null: false, default: ''
    end
    add_index :standfast_findings, %i[host_id position], unique: true
    add_index :standfast_findings, :resource
    add_foreign_key :standfast_findings, :hosts, on_delete: :cascade
  end

  def create_days
    create_table :standfast_drift_days do |t|
      t.date :day, null: false
      # 0 where a host belongs to none: a unique index tells no two nulls apart.
      t.integer :organization_id, null: false, default: 0
      t.integer :location_id, null: false, default: 0
      %i[in_sync drifted failed stale never].each { |state| t.integer state, null: false, default: 0 }
    end
    add_index :standfast_drift_days, %i[day organization_id location_id], unique: true, name: 'index_standfast_drift_days_on_day_and_taxonomies'
  end
end
