# frozen_string_literal: true

module ForemanStandfast
  # What a host gets: its findings, its drift status, and what can be searched for.
  module HostExtensions
    extend ActiveSupport::Concern

    included do
      has_many :standfast_findings, -> { order(:position) }, class_name: 'ForemanStandfast::Finding', foreign_key: :host_id,
        inverse_of: :host, dependent: :delete_all

      scoped_search on: :id, rename: :drift, only_explicit: true, operators: ['=', '!=', '^', '!^'], ext_method: :search_by_drift,
        complete_value: DriftState::NAMES.to_h { |name| [name.to_sym, name] }
      scoped_search on: :id, rename: :drift_resource, only_explicit: true, complete_enabled: false,
        operators: ['=', '!=', '~', '!~'], ext_method: :search_by_drift_resource
      scoped_search on: :id, rename: :drift_file, only_explicit: true, complete_enabled: false,
        operators: ['=', '!=', '~', '!~'], ext_method: :search_by_drift_file
      scoped_search on: :id, rename: :drift_since, only_explicit: true, complete_enabled: false,
        operators: ['>', '<', '>=', '<='], ext_method: :search_by_drift_since
      scoped_search relation: :standfast_facet, on: :checked_at, rename: :drift_checked, only_explicit: true, complete_value: true
    end

    # Foreman reads these two names for the host's JSON: see DriftStatus.humanized_name.
    def standfast_status(options = {})
      get_status(DriftStatus).to_status(options)
    end

    def standfast_status_label(options = {})
      get_status(DriftStatus).to_label(options)
    end

    # @return [String] one of DriftState::NAMES
    def drift_status
      standfast_facet ? standfast_facet.state : 'never'
    end

    alias drift_status_label standfast_status_label

    # Searches, in the form that scoped_search asks for: SQL in which a question mark stands for each parameter. Which operators a
    # field has, scoped_search only uses for completion: each of these methods has to look.
    module ClassMethods
      # `drift = drifted`, and with the operator `^` a list: `drift ^ (drifted, failed)`.
      def search_by_drift(_key, operator, value)
        names = value.to_s.downcase.split(',').map { |name| name.strip.tr(' ', '_') }
        unsupported("drift is one of #{DriftState::NAMES.join(', ')}") if names.empty? || (names - DriftState::NAMES).any?
        within = { '=' => 'IN', 'IN' => 'IN', '<>' => 'NOT IN', 'NOT IN' => 'NOT IN' }[operator] || unsupported('drift takes = and != and lists')
        { conditions: "#{table_name}.id #{within} (#{standfast_hosts("#{HostFacet.state_sql} IN (?)")})", parameter: [names] }
      end

      def search_by_drift_resource(_key, operator, value)
        hosts_with_finding(operator, value) { |match| "resource #{match}" }
      end

      def search_by_drift_file(_key, operator, value)
        hosts_with_finding(operator, value) do |match|
          "EXISTS (SELECT 1 FROM jsonb_array_elements(evidence) AS line WHERE line->>'file' #{match})"
        end
      end

      # A search for what pages and API tell, which of a stale host is when it became so: that is in no column.
      def search_by_drift_since(_key, operator, value)
        unsupported('drift_since takes < and >') unless %w[< > <= >=].include?(operator)
        moment = Moment.parse(value) || unsupported('drift_since takes a time, as "3 days ago" or 2026-11-27')
        { conditions: "#{table_name}.id IN (#{standfast_hosts("#{HostFacet.since_sql} #{operator} ?")})", parameter: [moment] }
      end

      private

      def unsupported(reason)
        raise ::ScopedSearch::QueryNotSupported, reason
      end

      # A condition alone is left as it is, with its question marks.
      def standfast_hosts(condition)
        unscoped.left_joins(:standfast_facet).where(condition).select(:id).to_sql
      end

      # `!=` and `!~` are of the host: no finding of it matches. A star stands for anything, as elsewhere in Foreman.
      def hosts_with_finding(operator, value)
        like = operator.end_with?('LIKE')
        unsupported('it takes =, !=, ~ and !~') unless like || %w[= <>].include?(operator)
        text = like ? "%#{sanitize_sql_like(value.to_s).tr('*', '%')}%" : value.to_s
        found = "SELECT host_id FROM #{Finding.table_name} WHERE #{yield(like ? 'ILIKE ?' : '= ?')}"
        negative = operator == '<>' || operator.start_with?('NOT')
        { conditions: "#{table_name}.id #{negative ? 'NOT IN' : 'IN'} (#{found})", parameter: [text] }
      end
    end
  end
end
