# frozen_string_literal: true

require_relative 'services'

class PuppetReportTest < Minitest::Test
  include Reports

  ENTRY = '/Stage[main]/Site::Limits/Limits_entry[1013/soft/nproc]'

  def log(source, message, level: 'notice')
    { 'log' => { 'level' => level, 'sources' => { 'source' => source }, 'messages' => { 'message' => message } } }
  end

  def puppet(*logs, **changes)
    { 'host' => 'Web17.example.com', 'reported_at' => '2026-11-27 12:08:46 UTC', 'status' => { 'pending' => 1 },
      'metrics' => { 'time' => { 'file' => 0.1, 'limits_entry' => 0.02, 'total' => 3.2 } },
      'logs' => logs + [log('Puppet', 'Applied catalog in 3.20 seconds')] }.merge(changes.transform_keys(&:to_s))
  end

  def payload(raw)
    ForemanStandfast::PuppetReport.payload(raw, now: NOW)
  end

  def counts(payload)
    [payload.drifted, payload.corrected, payload.failed]
  end

  def test_a_run_without_resources_of_standfast_says_nothing
    assert_nil payload(puppet(log('/Stage[main]/Main/File[/etc/motd]/content', 'content changed'), metrics: { 'time' => { 'file' => 1 } }))
    [nil, [], {}, { 'time' => nil }, { 'time' => [1] }, 'text'].each { |metrics| assert_nil payload(puppet(metrics: metrics)) }
  end

  def test_each_type_of_standfast_is_known_by_its_time
    %w[limits_config limits_entry ntp_monlist rsyslog_forward snmp_access snmp_community standfast_limits].each do |type|
      assert_equal 'in_sync', payload(puppet(metrics: { 'time' => { type => 0.0 } })).state
    end
  end

  def test_a_run_on_which_all_is_in_sync_is_in_sync
    found = payload(puppet)
    assert_equal [0, 0, 0], counts(found)
    assert_equal [[], 'in_sync', nil, nil, 'catalog', 'web17.example.com', Time.utc(2026, 11, 27, 12, 8, 46)],
      [found.findings, found.state, found.checked, found.in_sync, found.policy, found.host, found.reported_at]
  end

  def test_what_noop_would_change_is_drift
    found = payload(puppet(log("#{ENTRY}/value", "current_value 'hard 1024', should be 'hard 4096' (noop)")))
    assert_equal [1, 0, 0], counts(found)
    finding = found.findings.first
    assert_equal ['limits_entry[1013/soft/nproc]', 'drifted', [{ 'property' => 'value', 'is' => 'hard 1024', 'should' => 'hard 4096' }]],
      [finding.resource, finding.state, finding.changes]
  end

  def test_what_noop_would_correct_is_drift
    found = payload(puppet(log("#{ENTRY}/value", 'current_value 1024, should be 4096 (noop) (corrective)')))
    assert_equal [{ 'property' => 'value', 'is' => '1024', 'should' => '4096' }], found.findings.first.changes
  end

  def test_two_properties_of_a_resource_are_one_finding
    found = payload(puppet(log("#{ENTRY}/ensure", "current_value 'absent', should be 'present' (noop)"),
      log("#{ENTRY}/value", "current_value '', should be '4096' (noop)")))
    assert_equal [1, 0, 0], counts(found)
    assert_equal %w[ensure value], found.findings.first.changes.map { |change| change['property'] }
  end

  def test_what_was_changed_is_corrected
    found = payload(puppet(log("#{ENTRY}/value", "value changed '1024' to '4096' (corrective)"), log('/Stage[main]/Main/Snmp_access[main]/ensure', 'created')))
    assert_equal [0, 2, 0], counts(found)
    assert_equal ['in_sync', [{ 'property' => 'value', 'is' => '1024', 'should' => '4096' }], [], 'created'],
      [found.state, found.findings[0].changes, found.findings[1].changes, found.findings[1].message]
  end

  def test_what_could_not_be_changed_has_failed_and_says_why
    found = payload(puppet(log("#{ENTRY}/value", "change from '1024' to '4096' failed: still differs", level: 'err'),
      log('Puppet', "change from '1024' to '4096' failed: still differs", level: 'err')))
    assert_equal [0, 0, 1], counts(found)
    assert_equal ['still differs', [{ 'property' => 'value', 'is' => '1024', 'should' => '4096' }]],
      [found.findings.first.message, found.findings.first.changes]
  end

  def test_what_could_not_be_evaluated_has_failed
    found = payload(puppet(log(ENTRY, 'Could not evaluate: helper died', level: 'err')))
    assert_equal [0, 0, 1], counts(found)
    assert_equal 'Could not evaluate: helper died', found.findings.first.message
  end

  def test_a_failure_outweighs_drift_of_the_same_resource
    found = payload(puppet(log("#{ENTRY}/ensure", "current_value 'a', should be 'b' (noop)"), log("#{ENTRY}/value", 'boom', level: 'err')))
    assert_equal [0, 0, 1], counts(found)
  end

  def test_what_was_skipped_counts_nowhere_and_is_shown
    found = payload(puppet(log(ENTRY, 'Skipping because of failed dependencies', level: 'warning')))
    assert_equal [0, 0, 0], counts(found)
    assert_equal %w[finding], found.findings.map(&:state)
  end

  def test_refreshes_containers_and_other_lines_count_nowhere
    found = payload(puppet(log(ENTRY, "Would have triggered 'refresh' from 1 event"), log("#{ENTRY}/value", 'talk', level: 'info'),
      log("#{ENTRY}/value", 'talk', level: 'warning'), log('Class[Site::Limits]', "Would have triggered 'refresh' from 2 events"),
      log('/Stage[main]/Main/File[/tmp/Limits_entry[x]/value]/content', 'content changed'), log('/Stage[main]/My_limits_entry[x]/value', 'value changed')))
    assert_equal [[0, 0, 0], []], [counts(found), found.findings]
  end

  def test_titles_may_hold_slashes_brackets_and_stars
    ['*/hard/core', '@kiwis/-/nproc', 'a]/b[c', 'x'].each do |title|
      found = payload(puppet(log("/Stage[main]/Main/Limits_entry[#{title}]/value", "current_value '1', should be '2' (noop)")))
      assert_equal "limits_entry[#{title}]", found.findings.first.resource
    end
  end

  def test_more_than_fifty_findings_are_counted_and_the_worst_kept
    logs = (1..60).map { |i| log("/Stage[main]/Limits_entry[#{i}]/value", "current_value '1', should be '2' (noop)") }
    found = payload(puppet(*logs, log(ENTRY, 'boom', level: 'err')))
    assert_equal [[60, 0, 1], 50, 11, 'failed'], [counts(found), found.findings.size, found.omitted, found.findings.first.state]
  end

  def test_lines_of_any_shape_are_survived
    [nil, 'text', {}, { 'log' => nil }, { 'log' => 'x' }, { 'log' => { 'sources' => 'x' } }, { 'log' => { 'sources' => {}, 'messages' => nil, 'level' => 7 } }]
      .each { |line| assert_equal [], payload(puppet(line)).findings }
    assert_equal [], payload(puppet(logs: 'none')).findings
  end

  def test_what_is_stored_holds_no_control_characters_and_is_bounded
    found = payload(puppet(log("#{ENTRY}/value", "change from '1' to '2' failed: a\u0000b\nc#{'d' * 2000}", level: 'err'))).findings.first
    assert_equal ['a b c', 1024], [found.message[0, 5], found.message.size]
  end

  def test_a_report_of_standfast_itself_is_taken_whole
    raw = puppet(reporter: 'standfast', metrics: {}, reported_at: '2026-11-27T12:08:46.123456Z', standfast: report.reject { |name, _| name == 'host' })
    found = payload(raw)
    assert_equal [31, 28, 2, finding, 'web17.example.com'],
      [found.checked, found.in_sync, found.drifted, found.findings.first.to_h.transform_keys(&:to_s), found.host]
    assert_equal 'config_report', ForemanStandfast::PuppetReport.source(raw)
  end

  def test_a_report_of_standfast_that_sends_nothing_along_is_read_from_its_lines
    line = log('/Standfast/Limits_entry[1013/soft/nproc]/value', "current_value '1024', should be '4096' (drift)")
    [nil, { 'schema' => 1, 'checked' => 31, 'drifted' => 1, 'failed' => 0, 'findings' => [] }].each do |sent|
      found = payload(puppet(line, reporter: 'standfast', metrics: {}, reported_at: '2026-11-27T12:08:46.123456Z', standfast: sent))
      assert_equal [[1, 0, 0], 'limits_entry[1013/soft/nproc]', sent && 31], [counts(found), found.findings.first.resource, found.checked]
    end
  end

  def test_only_reports_of_standfast_have_its_origin
    scanner = ForemanStandfast::ReportScanner
    assert_equal 'Standfast', scanner.identify_origin('reporter' => 'standfast')
    [{}, { 'reporter' => 'ansible' }, { 'reporter' => nil }, { 'standfast' => {} }].each { |raw| assert_nil scanner.identify_origin(raw) }
  end
end
