# frozen_string_literal: true

require_relative 'helper'

class ImporterTest < ActiveSupport::TestCase
  include StandInTest

  def log(source, message, level = 'notice')
    { 'log' => { 'level' => level, 'sources' => { 'source' => source }, 'messages' => { 'message' => message } } }
  end

  def puppet(*logs, at: Time.now.utc, types: %w[file limits_entry], **changes)
    { 'host' => 'web1.example.com', 'reported_at' => at.utc.strftime('%F %T UTC'), 'status' => {}, 'logs' => logs + [log('Puppet', 'Applied catalog')],
      'metrics' => { 'time' => types.to_h { |type| [type, 0.1] } } }.merge(changes.transform_keys(&:to_s))
  end

  def noop
    log('/Stage[main]/Main/Limits_entry[1013/soft/nproc]/value', "current_value '1024', should be '4096' (noop)")
  end

  test 'a run of Puppet that would change something of ours is drift' do
    web = host
    imported = ConfigReport.import(puppet(noop))
    facet = web.reload.standfast_facet
    assert_equal ['Puppet', 2], [imported.origin, imported.logs.count]
    assert_equal ['drifted', 'puppet', 'catalog', nil, 1], [facet.state, facet.source, facet.policy, facet.checked, facet.drifted]
    assert_equal %w[limits_entry[1013/soft/nproc]], facet.findings.pluck(:resource)
    assert_equal %w[ForemanStandfast::DriftStatus HostStatus::ConfigurationStatus], web.host_statuses.order(:type).pluck(:type)
    assert_equal HostStatus::Global::WARN, web.global_status
  end

  test 'the status is of the report that was stored just now, also where the host was asked for its last one before' do
    importer = ConfigReportImporter.new(puppet(noop, host: host.name))
    assert_nil importer.send(:host).standfast_facet
    importer.import
    assert_equal [ForemanStandfast::DriftStatus::DRIFTED], HostStatus::Status.where(type: 'ForemanStandfast::DriftStatus').pluck(:status)
  end

  test 'a run of Puppet on which ours is in sync is in sync' do
    ConfigReport.import(puppet)
    assert_equal 'in_sync', Host::Managed.first.drift_status
  end

  test 'a run of Puppet without resources of ours leaves drift as it is' do
    web = host
    record(web, report(at: 1.hour.ago))
    before = web.standfast_facet.reload.attributes
    ConfigReport.import(puppet(types: %w[file]))
    assert_equal before, web.standfast_facet.reload.attributes
    ConfigReport.import(puppet(types: %w[file], host: 'web2.example.com'))
    assert_nil Host::Managed.find_by(name: 'web2.example.com').standfast_facet
    assert_equal 1, ForemanStandfast::HostFacet.count
  end

  test 'a run of Puppet that arrives late leaves what is newer' do
    web = host
    record(web, clean)
    ConfigReport.import(puppet(noop, at: 1.hour.ago))
    assert_equal %w[in_sync agent], [web.reload.drift_status, web.standfast_facet.source]
  end

  test 'what Puppet finds again is as old as when standfast found it first' do
    web = host
    began = 2.hours.ago.utc.round(6)
    record(web, report(at: began))
    ConfigReport.import(puppet(noop))
    assert_equal [began], web.standfast_findings.reload.pluck(:since)
  end

  test 'lines that standfast told stay while Puppet finds the same difference, and go when it finds another' do
    web = host
    record(web, report(at: 2.hours.ago))
    lines = -> { web.standfast_findings.reload.map { |found| [found.evidence.size, found.diff.empty?] } }
    ConfigReport.import(puppet(noop, at: 1.hour.ago))
    assert_equal [[1, false]], lines.call
    other = log('/Stage[main]/Main/Limits_entry[1013/soft/nproc]/value', "current_value '2048', should be '4096' (noop)")
    ConfigReport.import(puppet(other))
    assert_equal [[0, true]], lines.call
  end

  test 'a difference is the same where Puppet has one text for what standfast tells apart' do
    web = host
    entry = '/Stage[main]/Main/Snmp_access[main]/ensure'
    told = [{ 'property' => 'ensure', 'is' => nil, 'should' => 'a' }, { 'property' => 'ensure', 'is' => 'x', 'should' => 'b' }]
    record(web, report(at: 2.hours.ago, findings: [finding('snmp_access[main]', changes: told)]))
    ConfigReport.import(puppet(log(entry, "current_value 'absent, x', should be 'a, b' (noop)"), types: %w[snmp_access]))
    assert_equal [1], web.standfast_findings.reload.map { |found| found.evidence.size }
  end

  test 'a configuration report of standfast has its origin, and is recorded whole' do
    web = host
    raw = puppet(log('Standfast', 'Checked 31 resources, 2 drifted'), reporter: 'standfast', metrics: {}, standfast: report)
    raw['logs'].pop
    raw['reported_at'] = report['reported_at']
    imported = ConfigReport.import(raw)
    assert_equal ['Standfast', 'config_report', 31, 2],
      [imported.origin, *web.reload.standfast_facet.attributes.values_at('source', 'checked'), web.standfast_findings.count]
  end

  test 'where drift cannot be recorded the report is stored as before' do
    host
    ForemanStandfast::Recorder.stub(:record, ->(*) { raise ActiveRecord::StatementInvalid, 'disk full' }) { ConfigReport.import(puppet(noop)) }
    assert_equal [1, 2, 0], [ConfigReport.count, Log.count, ForemanStandfast::HostFacet.count]
    assert_equal ['disk full'], Foreman::Logging.told.map { |_, error| error.message }
  end

  test 'an error of the database within recording does not break what Foreman does after it' do
    host
    ForemanStandfast::Finding.stub(:insert_all!, ->(*) { ActiveRecord::Base.connection.execute('SELECT no_such_column') }) do
      ActiveRecord::Base.transaction { ConfigReport.import(puppet(noop)) }
    end
    assert_equal [1, 0, 1], [ConfigReport.count, ForemanStandfast::HostFacet.count, HostStatus::ConfigurationStatus.count]
  end
end
