# frozen_string_literal: true

module ForemanStandfast
  # Removes from Foreman's own tables what the plugin put there: a Foreman without the plugin that still has its host
  # statuses answers 500 for each of those hosts.
  class Uninstall
    MIGRATIONS = %w[20261127090000].freeze
    ROLES = ['Standfast reporter', 'Standfast viewer'].freeze
    PERMISSIONS = %w[view_standfast_drift upload_standfast_drift].freeze
    TABLES = %w[standfast_drift_days standfast_findings standfast_host_facets].freeze
    SETTINGS = %w[standfast_interval standfast_out_of_sync_disabled standfast_retention_days].freeze
    STATUS = 'ForemanStandfast::DriftStatus'
    WIDGET = 'standfast_drift_widget'
    ORIGIN_WIDGETS = ['Host Configuration Status for Standfast', 'Host Configuration Chart for Standfast',
                      'Run Distribution Chart for Standfast'].freeze

    # @param tables [Boolean] whether the reports go too, and with them the record of the migrations
    # @return [Hash{Symbol => Integer}] rows removed, by kind
    def self.run(tables: false)
      new.run(tables)
    end

    def run(tables)
      ActiveRecord::Base.transaction do
        removed = {
          host_statuses: statuses, widgets: delete('DELETE FROM widgets WHERE template = ? OR name IN (?)', WIDGET, ORIGIN_WIDGETS),
          settings: delete('DELETE FROM settings WHERE name IN (?)', SETTINGS), roles: roles, permissions: permissions, origins: origins
        }
        tables ? removed.merge(tables: drop_tables) : removed
      end
    end

    private

    # What the status said of a host is in the host's global status too.
    def statuses
      coloured = ::Host::Managed.unscoped.where(id: ::HostStatus::Status.unscoped.where(type: STATUS).select(:host_id))
                               .where.not(global_status: ::HostStatus::Global::OK).pluck(:id)
      removed = delete('DELETE FROM host_status WHERE type = ?', STATUS)
      User.as_anonymous_admin { ::Host::Managed.unscoped.where(id: coloured).find_each(&:refresh_global_status!) }
      removed
    end

    def delete(*sql)
      ActiveRecord::Base.connection.delete(ActiveRecord::Base.sanitize_sql_array(sql))
    end

    # With what hangs on them: users keep their other roles. Roles of plugins are locked against users who would change them.
    def roles
      Role.ignore_locking { Role.where(name: ROLES).to_a.each(&:destroy!).size }
    end

    def permissions
      found = Permission.where(name: PERMISSIONS)
      # Not asked of Filter: Foreman orders those by default, and PostgreSQL takes no DISTINCT with an order by other columns.
      filters = Filtering.where(permission_id: found.select(:id)).distinct.pluck(:filter_id)
      delete('DELETE FROM filterings WHERE permission_id IN (?)', found.pluck(:id)) if found.any?
      delete('DELETE FROM filters WHERE id IN (?) AND id NOT IN (SELECT filter_id FROM filterings WHERE filter_id IS NOT NULL)', filters) if filters.any?
      found.delete_all
    end

    # The reports stay Foreman's. For an origin that nobody knows it shows a broken image; without the plugin there was none.
    def origins
      delete('UPDATE reports SET origin = NULL WHERE origin = ?', ReportScanner::ORIGIN)
    end

    def drop_tables
      connection = ActiveRecord::Base.connection
      dropped = TABLES.select { |table| connection.table_exists?(table) }
      dropped.each { |table| connection.drop_table(table) }
      delete('DELETE FROM schema_migrations WHERE version IN (?)', MIGRATIONS)
      dropped.size
    end
  end
end
