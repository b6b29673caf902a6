# frozen_string_literal: true

object @drift_report

extends 'api/v2/standfast/drift_reports/base'

node(:findings) do |report|
  report.findings.map do |finding|
    { resource: finding.resource, state: finding.state, since: finding.since, changes: finding.property_changes,
      message: finding.message, evidence: finding.evidence, diff: finding.diff }
  end
end
