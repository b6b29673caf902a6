# frozen_string_literal: true

module ForemanStandfast
  # Stores a drift report as the newest of its host: all of it in one transaction or nothing, and nothing where a newer one
  # is stored. A replay changes nothing.
  class Recorder
    # What became of a report: `facet` as it is stored now, whether by this report, and if not, why.
    Result = Struct.new(:facet, :stored, :reason, keyword_init: true)

    # Seconds that a stored report may be ahead of this server before it no longer keeps others out.
    CLOCK_TOLERANCE = 300
    NEVER = Time.at(0).utc.freeze

    # @param host [Host::Managed]
    # @param payload [Payload]
    # @param source [String] `agent`, `proxy`, `puppet` or `config_report`
    # @return [Result]
    def self.record(host, payload, source:, now: Time.now.utc)
      new(host, payload, source, now).record
    end

    def initialize(host, payload, source, now)
      @host = host
      @payload = payload
      @source = source
      @now = now
    end

    def record
      # A savepoint, so that a failure here harms nothing of what Foreman does around it.
      HostFacet.transaction(requires_new: true) do
        facet = locked_facet
        reason = refusal(facet)
        next Result.new(facet: facet, stored: false, reason: reason) if reason

        store(facet)
        Result.new(facet: facet, stored: true, reason: nil)
      end
    end

    private

    attr_reader :host, :payload, :source, :now

    # The host's row, held against all who record for this host at the same time; made where there is none.
    def locked_facet
      rows = HostFacet.lock.where(host_id: host.id)
      rows.first || begin
        # Whoever makes it at the same time is waited for here, and its row then found.
        HostFacet.insert_all(
          [{ host_id: host.id, checked_at: NEVER, since: NEVER, source: source, created_at: now, updated_at: now }],
          unique_by: :host_id
        )
        rows.reload.first!
      end
    end

    # A host whose clock was far ahead is heard again as soon as its clock is right, not only when time has caught up.
    def refusal(facet)
      stored = facet.checked_at
      return nil if payload.reported_at > stored
      return nil if stored > now + CLOCK_TOLERANCE && payload.reported_at <= now + CLOCK_TOLERANCE

      payload.reported_at == stored ? 'this report is stored already' : 'a newer report is stored'
    end

    def store(facet)
      known = known_findings
      facet.assign_attributes(attributes(facet))
      # The row was just found by its host, which is what its validations ask for, with two queries.
      facet.save!(validate: false)
      Finding.where(host_id: host.id).delete_all
      rows = payload.findings.each_with_index.map { |finding, position| row(finding, position, known[[finding.resource, finding.state]]) }
      Finding.insert_all!(rows) if rows.any?
    end

    def attributes(facet)
      same = facet.checked_at != NEVER && DriftState.told(failed: facet.failed, drifted: facet.drifted) == payload.state
      {
        checked_at: payload.reported_at, since: same ? facet.since : payload.reported_at,
        checked: payload.checked, in_sync: payload.in_sync, drifted: payload.drifted, corrected: payload.corrected,
        failed: payload.failed, omitted: payload.omitted,
        policy: payload.policy, mode: payload.mode, version: payload.version, source: source
      }
    end

    # What is stored of the host, by resource and state; where two are alike, the older.
    def known_findings
      Finding.where(host_id: host.id).order(since: :desc).index_by { |finding| [finding.resource, finding.state] }
    end

    def row(finding, position, known)
      {
        host_id: host.id, position: position, resource: finding.resource, state: finding.state,
        since: known ? known.since : payload.reported_at,
        property_changes: finding.changes, message: finding.message
      }.merge(lines(finding, known))
    end

    # Puppet tells no lines of files. Those that standfast told stay for as long as Puppet finds the same difference.
    def lines(finding, known)
      same = source == 'puppet' && known && finding.changes.any? && difference(known.property_changes) == difference(finding.changes)
      told = same ? known : finding
      { evidence: told.evidence, diff: told.diff }
    end

    # What differs, as Puppet words it: a text a property, of all that differs in it.
    def difference(changes)
      changes.group_by { |change| change['property'] }.transform_values do |all|
        %w[is should].map { |side| all.map { |change| change[side] || 'absent' }.uniq.join(', ') }
      end
    end
  end
end
