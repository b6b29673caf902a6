# frozen_string_literal: true

require_relative 'helper'

class RecorderTest < ActiveSupport::TestCase
  include StandInTest
  self.use_transactional_tests = false

  NOW = Time.utc(2026, 11, 27, 12, 30)

  # At so many minutes after NOW, and heard then.
  def send_at(host, minutes, heard: nil, **changes)
    time = NOW + (minutes * 60)
    body = changes.delete(:clean) ? clean(at: time, **changes) : report(at: time, **changes)
    now = heard ? NOW + (heard * 60) : time + 1
    ForemanStandfast::Recorder.record(host, ForemanStandfast::Payload.parse(body, now: now), source: 'agent', now: now)
  end

  # All that is stored of reports, but for keys and times of writing.
  def stored
    tables = [ForemanStandfast::HostFacet, ForemanStandfast::Finding]
    tables.map { |table| table.order(:id).map(&:attributes) }
  end

  # The statements that a block sends.
  def statements
    sent = []
    listener = ActiveSupport::Notifications.subscribe('sql.active_record') { |*, event| sent << event[:sql] unless event[:name] == 'SCHEMA' }
    yield
    sent
  ensure
    ActiveSupport::Notifications.unsubscribe(listener)
  end

  test 'a report is stored whole' do
    web = host
    result = send_at(web, 0)
    facet = ForemanStandfast::HostFacet.find(result.facet.id)
    assert_equal [true, nil, web.id, NOW, NOW, 31, 29, 2, 0, 0, 0, 'snapshot', 'check', '0.1.0', 'agent'],
      [result.stored, result.reason, facet.host_id, facet.checked_at, facet.since, facet.checked, facet.in_sync, facet.drifted, facet.corrected,
       facet.failed, facet.omitted, facet.policy, facet.mode, facet.version, facet.source]
    found = facet.findings.first
    sent = finding('limits_entry[1013/soft/nproc]')
    assert_equal [sent['resource'], 'drifted', NOW, sent['changes'], sent['evidence'], sent['diff'], ''],
      [found.resource, found.state, found.since, found.property_changes, found.evidence, found.diff, found.message]
  end

  test 'microseconds are kept' do
    send_at(web = host, Rational(123_456, 60_000_000))
    assert_equal 123_456, web.standfast_facet.reload.checked_at.usec
  end

  test 'a newer report replaces an older one with all of its findings' do
    web = host
    send_at(web, 0)
    first = web.reload.standfast_facet.id
    send_at(web, 10, clean: true)
    assert_equal [[first], 0], [ForemanStandfast::HostFacet.pluck(:id), ForemanStandfast::Finding.count]
  end

  test 'a replay changes nothing and says so' do
    web = host
    send_at(web, 0)
    before = stored
    again = send_at(web, 0, heard: 60)
    assert_equal [false, 'this report is stored already', before], [again.stored, again.reason, stored]
  end

  test 'a straggler changes nothing and says so' do
    web = host
    send_at(web, 0, clean: true)
    before = stored
    late = send_at(web, -5, heard: 60)
    assert_equal [false, 'a newer report is stored', before], [late.stored, late.reason, stored]
  end

  test 'a report of one microsecond later is newer' do
    web = host
    send_at(web, 0)
    assert send_at(web, Rational(1, 60_000_000), clean: true).stored
  end

  test 'a host whose clock was ahead is heard as soon as its clock is right' do
    web = host
    assert send_at(web, 20 * 60, heard: 0).stored
    assert send_at(web, 1, clean: true).stored
    assert_equal NOW + 60, web.standfast_facet.reload.checked_at
  end

  test 'a clock that is a little ahead lets no straggler in' do
    web = host
    send_at(web, 2, heard: 0)
    assert_not send_at(web, -3, heard: 0, clean: true).stored
  end

  test 'a state is held since it began, not since the last report' do
    web = host
    send_at(web, 0)
    send_at(web, 10, drifted: 1, in_sync: 30)
    assert_equal NOW, web.standfast_facet.reload.since
    send_at(web, 20, clean: true)
    assert_equal NOW + 1200, web.standfast_facet.reload.since
  end

  test 'a finding is held since it was first reported in that state' do
    web = host
    one = ->(state) { { drifted: state == 'drifted' ? 1 : 0, failed: state == 'failed' ? 1 : 0, in_sync: 30, findings: [finding('a[b]', state)] } }
    send_at(web, 0, **one.call('drifted'))
    send_at(web, 10, **one.call('drifted'))
    assert_equal NOW, web.standfast_findings.reload.first.since
    send_at(web, 20, **one.call('failed'))
    assert_equal NOW + 1200, web.standfast_findings.reload.first.since
    send_at(web, 30, clean: true)
    send_at(web, 40, **one.call('failed'))
    assert_equal NOW + 2400, web.standfast_findings.reload.first.since
  end

  test 'a finding that has a new one beside it stays as old as it was' do
    web = host
    send_at(web, 0, findings: [finding('a[b]')])
    send_at(web, 10, findings: [finding('z[z]'), finding('a[b]')])
    assert_equal({ 'a[b]' => NOW, 'z[z]' => NOW + 600 }, web.standfast_findings.reload.to_h { |found| [found.resource, found.since] })
  end

  test 'lines that standfast no longer tells are gone' do
    web = host
    send_at(web, 0)
    send_at(web, 10, findings: [finding('limits_entry[1013/soft/nproc]', evidence: [], diff: '')])
    assert_equal [[[], '', NOW]], web.standfast_findings.reload.pluck(:evidence, :diff, :since)
  end

  test 'of two findings alike the older tells since when' do
    web = host
    send_at(web, 0, findings: [finding('a[b]')])
    send_at(web, 10, findings: [finding('a[b]'), finding('a[b]')])
    send_at(web, 20, findings: [finding('a[b]')])
    assert_equal [NOW], web.standfast_findings.reload.pluck(:since)
  end

  test 'one host never touches another' do
    web = host
    other = host('web2.example.com')
    send_at(other, 0)
    before = other.standfast_findings.reload.map(&:attributes)
    send_at(web, 5, clean: true)
    assert_equal before, other.standfast_findings.reload.map(&:attributes)
  end

  test 'fifty findings cost as many statements as one, in one transaction' do
    web = host
    web2 = host('web2.example.com')
    send_at(web, 0)
    send_at(web2, 0)
    few = statements { send_at(web, 10, findings: [finding('a[b]')]) }
    many = statements { send_at(web2, 10, findings: Array.new(50) { |i| finding("a[#{i}]") }) }
    assert_equal few.size, many.size
    assert_equal(1, many.count { |sql| sql == 'BEGIN' })
    assert_equal 50, web2.standfast_findings.reload.count
  end

  test 'a report that cannot be stored leaves the older one as it was' do
    web = host
    send_at(web, 0)
    before = stored
    broken = ForemanStandfast::Payload.parse(report(at: NOW + 600), now: NOW + 600)
    broken.findings.last.resource = nil
    assert_raises(ActiveRecord::NotNullViolation) { ForemanStandfast::Recorder.record(web, broken, source: 'agent') }
    assert_equal before, stored
  end

  test 'of many first reports at once the newest stays, and one row a host' do
    web = host
    results = at_once(24) { |i| send_at(Host::Managed.find(web.id), i * 10, heard: 300, findings: [finding("r[#{i}]")]) }
    assert_equal 1, ForemanStandfast::HostFacet.count
    assert_equal [NOW + (230 * 60), %w[r[23]]], [web.reload.standfast_facet.checked_at, web.standfast_findings.pluck(:resource)]
    assert results.any?(&:stored)
  end

  test 'the same report from many at once is stored once' do
    web = host
    results = at_once(24) { send_at(Host::Managed.find(web.id), 0, heard: 5) }
    assert_equal [1, 1, 2], [results.count(&:stored), ForemanStandfast::HostFacet.count, ForemanStandfast::Finding.count]
  end

  # Lets so many threads do something at the same moment, each on its own connection.
  def at_once(count)
    gate = Queue.new
    threads = Array.new(count) do |index|
      Thread.new do
        gate.pop
        ActiveRecord::Base.connection_pool.with_connection { yield index }
      end
    end
    count.times { gate << true }
    threads.map(&:value)
  end

  test 'a host that is removed takes its report along' do
    web = host
    send_at(web, 0)
    web.destroy!
    assert_equal [0, 0], [ForemanStandfast::HostFacet.count, ForemanStandfast::Finding.count]
  end

  test 'a host that is deleted without callbacks takes its report along' do
    web = host
    send_at(web, 0)
    Host::Managed.where(id: web.id).delete_all
    assert_equal [0, 0], [ForemanStandfast::HostFacet.count, ForemanStandfast::Finding.count]
  end

  test 'a host that is made after another has not reported' do
    web = host
    send_at(web, 0)
    assert_nil web.reload.clone.standfast_facet
    assert_equal 1, ForemanStandfast::HostFacet.count
  end
end
