# frozen_string_literal: true

require_relative 'helper'

class StatusTest < ActiveSupport::TestCase
  include StandInTest

  Global = HostStatus::Global

  # A host in each state.
  def hosts_in_all_states
    old = Time.now.utc - (14 * 3600)
    { 'in_sync' => clean, 'drifted' => report, 'failed' => report(failed: 1, in_sync: 28), 'stale' => report(at: old), 'never' => nil }
      .to_h { |name, body| [name, host("#{name.tr('_', '-')}.example.com").tap { |made| record(made, body) if body }] }
  end

  def status_of(host)
    host.reload.get_status(ForemanStandfast::DriftStatus)
  end

  test 'each state has its label, its number and its weight in the global status' do
    told = hosts_in_all_states.transform_values { |made| status_of(made).then { |status| [status.to_label, status.to_status, status.to_global] } }
    assert_equal({ 'in_sync' => ['In sync', 0, Global::OK], 'drifted' => ['Drifted', 1, Global::WARN], 'stale' => ['Stale', 2, Global::WARN],
                   'failed' => ['Failed', 3, Global::ERROR], 'never' => ['Never reported', 4, Global::OK] }, told)
  end

  test 'label, method, search and count of a host agree' do
    hosts = hosts_in_all_states
    hosts.each do |name, made|
      assert_equal name, made.reload.drift_status
      assert_equal [made.id], Host::Managed.search_for("drift = #{name}").pluck(:id), name
      assert_equal ForemanStandfast::DriftStatus::LABELS[ForemanStandfast::DriftState.code(name)], made.drift_status_label
    end
    assert_equal ForemanStandfast::DriftState::NAMES.to_h { |name| [name, 1] }, ForemanStandfast::HostFacet.counts(Host::Managed.all)
  end

  test 'a host turns stale by itself, and is so since its interval was over' do
    web = host
    record(web, report)
    checked = web.reload.standfast_facet.checked_at
    travel_to(checked + 779.minutes) { assert_equal 'drifted', web.drift_status }
    travel_to(checked + 781.minutes) do
      assert_equal ['stale', checked + 780.minutes], [web.drift_status, web.standfast_facet.state_since]
      assert_equal [web], Host::Managed.search_for('drift = stale').to_a
    end
  end

  test 'the interval is a setting, and can be turned off' do
    web = host
    record(web, report(at: 2.hours.ago))
    Setting[:standfast_interval] = 60
    assert_equal %w[stale], [web.reload.drift_status]
    Setting[:standfast_out_of_sync_disabled] = true
    assert_equal ['drifted', [web]], [web.reload.drift_status, Host::Managed.search_for('drift = drifted').to_a]
  end

  test 'settings that make no sense are refused' do
    assert_raises(ArgumentError) { Setting[:standfast_interval] = 0 }
    assert_raises(ArgumentError) { Setting[:standfast_retention_days] = -1 }
  end

  test 'a host whose alerts are off is never more than OK' do
    web = host(enabled: false)
    record(web, report(failed: 1, in_sync: 28))
    assert_equal ['failed', Global::OK], [web.reload.drift_status, status_of(web).to_global]
  end

  test 'a host that never reported has no such status' do
    assert_equal false, status_of(host).relevant?
    record(Host::Managed.first, clean)
    assert_equal true, status_of(Host::Managed.first).relevant?
  end

  test 'the status leads to the page of the host for those who may see it' do
    web = host
    record(web, report)
    assert_nil status_of(web).status_link
    User.current = user('viewer', 'Standfast viewer')
    assert_equal '/foreman_standfast/drift/web1.example.com', status_of(web).status_link
    User.current = user('reporter', 'Standfast reporter')
    assert_nil status_of(web).status_link
  end

  test 'Foreman finds all that its pages of statuses ask for' do
    status = ForemanStandfast::DriftStatus
    assert_equal %w[standfast Drift], [status.humanized_name, status.status_name]
    assert_equal status::LABELS.keys.sort, (status::OK_STATUSES + status::WARN_STATUSES + status::ERROR_STATUSES).sort
    assert_equal status::LABELS.keys.sort, status::SEARCH.keys.sort
    hosts = hosts_in_all_states
    status::SEARCH.each { |code, query| assert_equal [hosts.fetch(ForemanStandfast::DriftState.name(code))], Host::Managed.search_for(query).to_a }
    assert_equal [1, 'Drifted'], [hosts['drifted'].reload.standfast_status, hosts['drifted'].standfast_status_label]
  end

  test 'before its table is there the status is none' do
    web = host
    ForemanStandfast::HostFacet.stub(:table_exists?, false) { assert_equal false, status_of(web).relevant? }
  end
end
