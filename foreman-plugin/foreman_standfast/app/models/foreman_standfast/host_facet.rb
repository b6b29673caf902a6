# frozen_string_literal: true

module ForemanStandfast
  # The newest drift report of a host: one row a host, replaced by each newer report.
  class HostFacet < ::ApplicationRecord
    include Facets::Base

    validates :host, presence: true
    validates :host_id, uniqueness: true

    has_many :findings, -> { order(:position) }, class_name: 'ForemanStandfast::Finding',
      primary_key: :host_id, foreign_key: :host_id, inverse_of: :facet

    # @return [String] one of DriftState::NAMES, at that moment
    def state(now = Time.now.utc)
      DriftState.of(checked_at: checked_at, failed: failed, drifted: drifted, now: now, interval: Settings.interval)
    end

    # @return [Time] since when that state holds
    def state_since(now = Time.now.utc)
      DriftState.since(state: state(now), since: since, checked_at: checked_at, interval: Settings.interval)
    end

    # Foreman asks whom a record is of, in messages.
    def to_label
      host&.name.to_s
    end

    # The state of a host as SQL, for hosts joined with their facets or without one: DriftState.of, said to the database, so
    # that a search, a count and a label cannot disagree.
    def self.state_sql(now = Time.now.utc)
      interval = Settings.interval
      stale = interval ? sanitize_sql_array(["WHEN #{table_name}.checked_at < ? THEN 'stale'", now - interval]) : ''
      "CASE WHEN #{table_name}.id IS NULL THEN 'never' #{stale} WHEN #{table_name}.failed > 0 THEN 'failed' " \
        "WHEN #{table_name}.drifted > 0 THEN 'drifted' ELSE 'in_sync' END"
    end

    # Since when that state holds, as SQL for hosts joined with their facets: DriftState.since, said to the database.
    def self.since_sql(now = Time.now.utc)
      interval = Settings.interval
      return "#{table_name}.since" unless interval

      "CASE #{state_sql(now)} WHEN 'stale' THEN #{table_name}.checked_at + INTERVAL '#{Integer(interval)} seconds' ELSE #{table_name}.since END"
    end

    # How many of these hosts are in which state.
    # @param hosts [ActiveRecord::Relation] of hosts, as far as the user may see them
    # @return [Hash{String => Integer}] each of DriftState::NAMES
    def self.counts(hosts, now = Time.now.utc)
      found = hosts.reorder(nil).left_joins(:standfast_facet).group(Arel.sql(state_sql(now))).distinct.count(:id)
      DriftState::NAMES.to_h { |name| [name, found.fetch(name, 0)] }
    end
  end
end
