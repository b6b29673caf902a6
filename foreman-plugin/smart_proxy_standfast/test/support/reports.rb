# frozen_string_literal: true

# Reports of schema 1 for tests.

require 'json'

# Makes bodies as a client sends them.
module Reports
  def self.time(at)
    at.utc.strftime('%Y-%m-%dT%H:%M:%S.%6NZ')
  end

  # The fields of a sound report with so many findings; `change` replaces some.
  def self.fields(host, at: Time.now, drift: 1, **change)
    { schema: 1, host: host, reported_at: time(at), version: '0.1.0', mode: 'check', policy: 'snapshot',
      checked: 30 + drift, in_sync: 30, drifted: drift, corrected: 0, failed: 0,
      findings: Array.new(drift) { |n| finding(n) }, omitted: 0 }.merge(change)
  end

  def self.body(host, **options)
    JSON.generate(drift_report: fields(host, **options))
  end

  def self.finding(number)
    line = "10#{number} soft nproc 1024"
    { resource: "limits_entry[10#{number}/soft/nproc]", state: 'drifted',
      changes: [{ property: 'value', is: '1024', should: '4096' }], message: '',
      evidence: [{ file: '/etc/security/limits.conf', line: number, text: line, effect: 'wins' }],
      diff: "--- actual\n+++ desired\n@@ -#{number} +#{number} @@\n-#{line}\n+10#{number} soft nproc 4096\n" }
  end
end
