# frozen_string_literal: true

module ForemanStandfast
  # What a host gets: its findings, its drift status, and what can be searched for.
  module HostExtensions
    extend ActiveSupport::Concern

    included do
      has_many :standfast_findings, -> { order(:position) }, class_name: 'ForemanStandfast::Finding', foreign_key: :host_id,
        inverse_of: :host, dependent: :delete_all

      scoped_search on: :id, rename: :drift, only_explicit: true, operators: ['=', '!='], ext_method: :search_by_drift,
        complete_value: DriftState::NAMES.to_h { |name| [name.to_sym, name] }
      scoped_search on: :id, rename: :drift_resource, only_explicit: true, complete_enabled: false,
        operators: ['=', '!=', '~', '!~'], ext_method: :search_by_drift_resource
      scoped_search on: :id, rename: :drift_file, only_explicit: true, complete_enabled: false,
        operators: ['=', '!=', '~', '!~'], ext_method: :search_by_drift_file
      scoped_search relation: :standfast_facet, on: :since, rename: :drift_since, only_explicit: true, complete_value: true
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

    # Searches, in the form that scoped_search asks for.
    module ClassMethods
      # @raise [ScopedSearch::QueryNotSupported] for a state that is none
      def search_by_drift(_key, operator, value)
        name = value.to_s.downcase.tr(' ', '_')
        unless DriftState::NAMES.include?(name)
          raise ::ScopedSearch::QueryNotSupported, "drift is one of #{DriftState::NAMES.join(', ')}"
        end

        found = unscoped.left_joins(:standfast_facet).where("#{HostFacet.state_sql} = ?", name)
        { conditions: "#{table_name}.id #{operator == '=' ? 'IN' : 'NOT IN'} (#{found.select(:id).to_sql})" }
      end

      def search_by_drift_resource(_key, operator, value)
        hosts_with_finding(operator, value) { |match| "resource #{match}" }
      end

      def search_by_drift_file(_key, operator, value)
        hosts_with_finding(operator, value) do |match|
          "EXISTS (SELECT 1 FROM jsonb_array_elements(evidence) AS line WHERE line->>'file' #{match})"
        end
      end

      private

      # `!=` and `!~` are of the host: no finding of it matches. A star stands for anything, as elsewhere in Foreman.
      def hosts_with_finding(operator, value)
        like = operator.include?('LIKE')
        text = like ? "%#{sanitize_sql_like(value.to_s).tr('*', '%')}%" : value.to_s
        condition = yield(like ? 'ILIKE ?' : '= ?')
        found = Finding.where(condition, text)
        negative = ['<>', '!='].include?(operator) || operator.start_with?('NOT')
        { conditions: "#{table_name}.id #{negative ? 'NOT IN' : 'IN'} (#{found.select(:host_id).to_sql})" }
      end
    end
  end
end
