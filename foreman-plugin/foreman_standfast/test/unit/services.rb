# frozen_string_literal: true

require 'minitest/autorun'

# The plugin's pure Ruby, without Rails: in the order in which it is needed.
%w[invalid fields drift_state payload report_scanner report_log puppet_report].each do |name|
  require_relative "../../app/services/foreman_standfast/#{name}"
end

# A report that keeps to the protocol, as its JSON decodes.
module Reports
  NOW = Time.utc(2026, 11, 27, 12, 30)

  def report(**changes)
    { 'schema' => 1, 'host' => 'web17.example.com', 'reported_at' => '2026-11-27T12:08:46.123456Z', 'version' => '0.1.0', 'mode' => 'check',
      'policy' => 'snapshot', 'checked' => 31, 'in_sync' => 28, 'drifted' => 2, 'corrected' => 0, 'failed' => 1,
      'findings' => [finding], 'omitted' => 0 }.merge(changes.transform_keys(&:to_s))
  end

  def finding(**changes)
    { 'resource' => 'limits_entry[1013/soft/nproc]', 'state' => 'drifted',
      'changes' => [{ 'property' => 'value', 'is' => '1024', 'should' => '4096' }], 'message' => '',
      'evidence' => [{ 'file' => '/etc/security/limits.conf', 'line' => 12, 'text' => '1013 soft nproc 1024', 'effect' => 'wins' }],
      'diff' => "--- actual\n+++ desired\n@@ -3 +3 @@\n-1013\tsoft nproc 1024\n+1013 soft nproc 4096\n" }.merge(changes.transform_keys(&:to_s))
  end

  def parse(body)
    ForemanStandfast::Payload.parse(body, now: NOW)
  end
end
