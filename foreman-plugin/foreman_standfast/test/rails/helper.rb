# frozen_string_literal: true

require_relative '../foreman/application'
STAND_IN = StandIn.start

require 'minitest/autorun'
require 'minitest/mock'
require 'rails/test_help'

# What tests of the plugin in its stand-in for Foreman share.
module StandInTest
  # In the order in which rows may go.
  TABLES = %w[standfast_drift_days standfast_findings standfast_host_facets host_status logs messages sources reports widgets settings
              user_roles users smart_proxy_features smart_proxies hosts organizations locations].freeze

  def teardown
    # Faster than TRUNCATE, which makes new files for each table.
    ActiveRecord::Base.connection.execute(TABLES.map { |table| "DELETE FROM #{table};" }.join)
    User.current = nil
    Foreman::Logging.told.clear
    super
  end

  def host(name = 'web1.example.com', **attributes)
    Host::Managed.create!(name: name, **attributes)
  end

  def user(login, *roles, **attributes)
    User.create!(login: login, password: 'secret', **attributes).tap { |made| made.roles = roles.map { |role| Role.find_by!(name: role) } }
  end

  # @return [Hash] a report that keeps to the protocol
  def report(at: Time.now.utc, **changes)
    { 'schema' => 1, 'host' => 'web1.example.com', 'reported_at' => at.utc.strftime('%FT%T.%6NZ'), 'version' => '0.1.0', 'mode' => 'check',
      'policy' => 'snapshot', 'checked' => 31, 'in_sync' => 29, 'drifted' => 2, 'corrected' => 0, 'failed' => 0,
      'findings' => [finding('limits_entry[1013/soft/nproc]'), finding('ntp_monlist[main]')], 'omitted' => 0 }.merge(changes.transform_keys(&:to_s))
  end

  def finding(resource, state = 'drifted', **changes)
    { 'resource' => resource, 'state' => state, 'changes' => [{ 'property' => 'value', 'is' => '1024', 'should' => '4096' }], 'message' => '',
      'evidence' => [{ 'file' => '/etc/security/limits.conf', 'line' => 12, 'text' => '1013 soft nproc 1024', 'effect' => 'wins' }],
      'diff' => "--- actual\n+++ desired\n@@ -3 +3 @@\n-1013 soft nproc 1024\n+1013 soft nproc 4096\n" }.merge(changes.transform_keys(&:to_s))
  end

  # A report of a host on which all is as it should be.
  def clean(**changes)
    report(in_sync: 31, drifted: 0, findings: [], **changes)
  end

  def record(host, report, **options)
    ForemanStandfast::Recorder.record(host, ForemanStandfast::Payload.parse(report), source: 'agent', **options)
  end
end
