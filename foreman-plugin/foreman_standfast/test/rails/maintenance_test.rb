# frozen_string_literal: true

require_relative 'helper'
require 'rake'

class MaintenanceTest < ActiveSupport::TestCase
  include StandInTest
  self.use_transactional_tests = false

  NOW = Time.utc(2026, 11, 27, 12, 30)

  def count_days(now = NOW)
    travel_to(now) { ForemanStandfast::DriftDay.record(now) }
  end

  test 'a refresh makes hosts that fell silent stale in what Foreman stores, and touches no others' do
    silent = host
    fresh = host('web2.example.com')
    record(silent, clean(at: Time.now.utc - 3600))
    record(fresh, clean)
    [silent, fresh].each { |one| one.reload.refresh_statuses([ForemanStandfast::DriftStatus]) }
    assert_equal 0, ForemanStandfast::Refresh.run[:hosts]
    travel_to(Time.now.utc + (12.5 * 3600)) { assert_equal 1, ForemanStandfast::Refresh.run[:hosts] }
    stored = HostStatus::Status.where(type: 'ForemanStandfast::DriftStatus').order(:host_id).pluck(:status)
    assert_equal [ForemanStandfast::DriftStatus::STALE, ForemanStandfast::DriftStatus::IN_SYNC], stored
    assert_equal [HostStatus::Global::WARN, HostStatus::Global::OK], [silent.reload.global_status, fresh.reload.global_status]
  end

  test 'a refresh stores the status of a host that has a report and none' do
    record(host, report)
    assert_equal 1, ForemanStandfast::Refresh.run[:hosts]
    assert_equal 0, ForemanStandfast::Refresh.run[:hosts]
  end

  test 'today is counted once, however often it is' do
    record(host, report)
    host('web2.example.com')
    ForemanStandfast::DriftDay.record
    record(Host::Managed.first, clean(at: Time.now.utc + 1))
    ForemanStandfast::DriftDay.record
    assert_equal [{ 'day' => Time.now.utc.to_date, 'in_sync' => 1, 'drifted' => 0, 'failed' => 0, 'stale' => 0, 'never' => 1 }],
      ForemanStandfast::DriftDay.trend(days: 7).map(&:to_h).map { |day| day.slice('day', *ForemanStandfast::DriftDay::STATES) }
  end

  test 'the trend tells a user only of hosts of its organizations' do
    ours, theirs = %w[ours theirs].map { |name| Organization.create!(name: name).id }
    record(host(organization_id: ours), report)
    2.times { |i| record(host("theirs#{i}.example.com", organization_id: theirs), clean) }
    host('none.example.com')
    ForemanStandfast::DriftDay.record
    count = ->(ids) { ForemanStandfast::DriftDay.trend(days: 7, organization_ids: ids).map { |day| day.values_at('drifted', 'in_sync', 'never') } }
    assert_equal [[[1, 2, 1]], [[1, 0, 0]], []], [count.call(nil), count.call([ours]), count.call([99])]
  end

  test 'the trend has its days in order, and no more than are asked for' do
    host
    [0, 1, 2, 9].each { |days| count_days(NOW - (days * 86_400)) }
    trend = ForemanStandfast::DriftDay.trend(days: 7, now: NOW)
    assert_equal([2, 1, 0].map { |days| NOW.to_date - days }, trend.map { |day| day['day'] })
  end

  test 'what is older than the retention goes, and a host of which it was all has never reported' do
    Setting[:standfast_retention_days] = 30
    silent = host
    fresh = host('web2.example.com')
    long_ago = NOW - (31 * 86_400)
    ForemanStandfast::Recorder.record(silent, ForemanStandfast::Payload.parse(report(at: long_ago), now: long_ago), source: 'agent', now: long_ago)
    silent.reload.refresh_statuses([ForemanStandfast::DriftStatus])
    record(fresh, report)
    [40, 30, 29].each { |days| count_days(NOW - (days * 86_400)) }
    removed = ForemanStandfast::Refresh.expire(NOW)
    assert_equal({ days: 2, hosts: 1, findings: 2 }, removed)
    assert_equal ['never', HostStatus::Global::OK, 0, 'drifted', 2],
      [silent.reload.drift_status, silent.global_status, silent.host_statuses.count, fresh.reload.drift_status, fresh.standfast_findings.count]
  end

  test 'an uninstall leaves a Foreman that works, and takes nothing of others' do
    filled_foreman
    before = things_of_others
    add_ours(Host::Managed.first)
    removed = ForemanStandfast::Uninstall.run
    assert_equal({ host_statuses: 1, widgets: 2, settings: 1, roles: 2, permissions: 2, origins: 1 }, removed)
    assert_equal [nil, 'Puppet'], ConfigReport.order(:id).last(2).map(&:origin)
    assert_equal before, things_of_others
    assert_equal [0, 0, 0], things_of_ours.map(&:count)
    assert_equal [0, 0, 0], [orphans('filterings', 'filters', 'filter_id'), orphans('filters', 'roles', 'role_id'), orphans('user_roles', 'roles', 'role_id')]
    assert_equal [HostStatus::Global::OK, 1], [Host::Managed.first.global_status, ForemanStandfast::HostFacet.count]
  ensure
    StandIn.seed
  end

  def things_of_ours
    [HostStatus::Status.unscoped.where("type LIKE '%Standfast%'"), Role.where("name LIKE 'Standfast%'"), Permission.where("name LIKE '%standfast%'")]
  end

  def things_of_others
    [HostStatus::ConfigurationStatus, Widget, Role.where(origin: nil), Filter.joins(:role).where(roles: { origin: nil }),
     Permission.where("name NOT LIKE '%standfast%'"), User, UserRole.joins(:role).where(roles: { origin: nil }), Host::Managed, ConfigReport]
      .map { |rows| rows.order(:id).pluck(:id) }
  end

  # A Foreman with things of its own.
  def filled_foreman
    web = host
    ConfigReport.create!(host: web, reported_at: NOW, status: 0)
    %w[Standfast Puppet].each { |origin| ConfigReport.create!(host: web, reported_at: NOW - 60, status: 0, origin: origin) }
    web.refresh_statuses([HostStatus::ConfigurationStatus])
    Role.find_or_create_by!(name: 'Own').filters.create!.filterings.create!(permission: Permission.find_by!(name: 'view_hosts'))
    someone = user('someone', 'Own', 'Standfast reporter')
    Widget.create!(user_id: someone.id, name: 'Latest Events', template: 'reports_widget')
  end

  # What the plugin puts into Foreman's tables while it is used.
  def add_ours(web)
    record(web, report)
    web.reload.refresh_statuses([ForemanStandfast::DriftStatus])
    assert_equal HostStatus::Global::WARN, web.global_status
    Setting[:standfast_interval] = 60
    Widget.create!(user_id: 1, name: 'Drift of hardening', template: 'standfast_drift_widget')
    Widget.create!(user_id: 1, name: 'Host Configuration Status for Standfast', template: 'status_widget')
  end

  # Rows that refer to a row that is gone.
  def orphans(table, parent, key)
    ActiveRecord::Base.connection.select_value("SELECT COUNT(*) FROM #{table} WHERE #{key} NOT IN (SELECT id FROM #{parent})")
  end

  test 'an uninstall takes the tables too where that is asked for, and can be said twice' do
    record(host, report)
    assert_equal 3, ForemanStandfast::Uninstall.run(tables: true)[:tables]
    assert_equal [], ActiveRecord::Base.connection.tables.grep(/standfast/)
    assert_not ForemanStandfast::Uninstall.run(tables: true).values.any?(&:positive?)
    assert StandIn.migrations.needs_migration?
  ensure
    StandIn.migrate(:up)
    StandIn.seed
  end

  test 'migrations go up, down and up again, and leave nothing behind' do
    before = tables
    assert_equal %w[standfast_drift_days standfast_findings standfast_host_facets], before.keys
    StandIn.migrate(:down)
    assert_equal({}, tables)
    StandIn.migrate(:up)
    assert_equal before, tables
  end

  # The plugin's tables, with their columns, indexes and foreign keys.
  def tables
    connection = ActiveRecord::Base.connection
    connection.tables.grep(/standfast/).sort.to_h do |table|
      columns = connection.columns(table).map { |column| [column.name, column.sql_type, column.null, column.default] }
      [table, [columns, connection.indexes(table).map { |index| [index.columns, index.unique] }, connection.foreign_keys(table).map(&:options)]]
    end
  end

  test 'the rake tasks do it and say what they did' do
    Rails.application.load_tasks if Rake::Task.tasks.none? { |task| task.name == 'standfast:refresh' }
    record(host, report)
    told = %w[refresh expire uninstall].to_h { |name| [name, capture_io { Rake::Task["standfast:#{name}"].invoke }.first] }
    assert_match(/\A1 statuses refreshed, 1 rows of the trend written\n\z/, told['refresh'])
    assert_match(/\A0 rows of the trend, 0 reports with 0 findings removed\n\z/, told['expire'])
    assert_match(/\Aremoved: 1 host statuses, 0 widgets, 0 settings, 2 roles, 2 permissions, 0 origins\n/, told['uninstall'])
    assert_equal 1, ForemanStandfast::HostFacet.count
  ensure
    StandIn.seed
  end
end
