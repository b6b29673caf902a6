# frozen_string_literal: true

module ForemanStandfast
  # What no upload does: hosts that fell silent become stale in what Foreman stores of statuses, today is counted for the
  # trend, and what is too old goes.
  module Refresh
    # Stores anew the statuses of hosts that differ from what is true now, and counts today.
    # @return [Hash{Symbol => Integer}] `hosts` whose status was stored anew, `days` rows of the trend
    def self.run(now = Time.now.utc)
      refreshed = User.as_anonymous_admin do
        outdated(now).find_each.count { |host| host.refresh_statuses([DriftStatus]) || true }
      end
      { hosts: refreshed, days: DriftDay.record(now) }
    end

    # Removes the trend that is older than the setting says, and reports of hosts that have sent none for so long.
    # @return [Hash{Symbol => Integer}] rows removed
    def self.expire(now = Time.now.utc)
      days = Settings.retention_days
      old = HostFacet.where('checked_at < ?', now - (days * 86_400))
      HostFacet.transaction do
        hosts = old.lock.pluck(:host_id)
        { days: DriftDay.expire(days, now), findings: Finding.where(host_id: hosts).delete_all, hosts: forget(hosts) }
      end
    end

    # Hosts whose stored status is another than the one that a look at the report gives.
    def self.outdated(now)
      codes = DriftState::CODES.map { |name, code| "WHEN '#{name}' THEN #{code}" }.join(' ')
      status = DriftStatus.unscoped.where(type: DriftStatus.name)
                          .where('host_status.host_id = hosts.id')
                          .where("host_status.status = CASE #{HostFacet.state_sql(now)} #{codes} END")
      ::Host::Managed.unscoped.joins(:standfast_facet).where("NOT EXISTS (#{status.to_sql})")
    end
    private_class_method :outdated

    # A status without a report would stay as it is for ever: Foreman refreshes no status that is not relevant.
    def self.forget(hosts)
      DriftStatus.unscoped.where(type: DriftStatus.name, host_id: hosts).delete_all
      removed = HostFacet.where(host_id: hosts).delete_all
      User.as_anonymous_admin { ::Host::Managed.unscoped.where(id: hosts).find_each(&:refresh_global_status!) }
      removed
    end
    private_class_method :forget
  end
end
