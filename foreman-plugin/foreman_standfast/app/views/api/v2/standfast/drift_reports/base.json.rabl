# frozen_string_literal: true

object @drift_report

attributes :id, :host_id, :checked_at, :checked, :in_sync, :drifted, :corrected, :failed, :omitted, :policy, :mode, :version, :source

node(:host) { |report| report.host.name }
node(:status, &:state)
node(:since, &:state_since)
