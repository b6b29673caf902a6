# frozen_string_literal: true

module ForemanStandfast
  # Drift as one of Foreman's host statuses. It is worked out when it is read: a host that falls silent sends nothing by
  # which a stored one could turn stale.
  class DriftStatus < ::HostStatus::Status
    IN_SYNC = DriftState.code('in_sync')
    DRIFTED = DriftState.code('drifted')
    STALE = DriftState.code('stale')
    FAILED = DriftState.code('failed')
    NEVER = DriftState.code('never')

    OK_STATUSES = [IN_SYNC, NEVER].freeze
    WARN_STATUSES = [DRIFTED, STALE].freeze
    ERROR_STATUSES = [FAILED].freeze

    LABELS = {
      IN_SYNC => N_('In sync'),
      DRIFTED => N_('Drifted'),
      STALE => N_('Stale'),
      FAILED => N_('Failed'),
      NEVER => N_('Never reported'),
    }.freeze

    SEARCH = DriftState::CODES.to_h { |name, code| [code, "drift = #{name}"] }.freeze

    def self.status_name
      N_('Drift')
    end

    # Of this Foreman makes `standfast_status` in the host's JSON and `/hosts/:id/status/standfast`.
    def self.humanized_name
      'standfast'
    end

    def self.description
      N_('Whether the hardening of the host is in force, as its newest drift report says')
    end

    def to_status(_options = {})
      DriftState.code(facet ? facet.state : 'never')
    end

    def to_label(_options = {})
      LABELS.fetch(to_status)
    end

    def to_global(_options = {})
      code = to_status
      # Someone turned this host's alerts off.
      return ::HostStatus::Global::OK if host && !host.enabled
      return ::HostStatus::Global::ERROR if ERROR_STATUSES.include?(code)

      WARN_STATUSES.include?(code) ? ::HostStatus::Global::WARN : ::HostStatus::Global::OK
    end

    # A host that never reported has no such status: most hosts of a large Foreman may have nothing to do with standfast.
    def relevant?(_options = {})
      !facet.nil?
    end

    # Where a click on the status leads, for who may see it.
    def status_link
      return nil if host.nil? || User.current.nil? || !User.current.can?(:view_standfast_drift)

      Rails.application.routes.url_helpers.foreman_standfast_drift_path(host)
    end

    private

    # While Foreman's database is older than the plugin there is no table yet, and Foreman asks all the same.
    def facet
      return nil if host.nil? || !HostFacet.table_exists?

      host.standfast_facet
    end

    def update_timestamp
      self.reported_at = facet&.checked_at || Time.now.utc
    end
  end
end
