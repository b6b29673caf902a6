# frozen_string_literal: true

require_relative 'services'

class PayloadTest < Minitest::Test
  include Reports

  # What is out of bounds, and the field that is named.
  WRONG = {
    'schema' => [nil, 2, '1', true, 1.0],
    'host' => [nil, '', 'Web17', 'a b', 'a/b', "a\n", "a\u0000", 'ä.example.com', 'a' * 256, 7, ['a']],
    'reported_at' => [nil, 'yesterday', '2026-11-27T12:08:46Z', '2026-11-27T12:08:46.123456+00:00', '2026-02-30T12:08:46.123456Z',
                      '2026-13-01T12:08:46.123456Z', 20_261_127, '2026-11-28T12:30:00.000001Z', '2026-10-28T12:29:59.999999Z'],
    'version' => [nil, '', '1' * 33, 1, "1\t0"],
    'mode' => [nil, 'enforce', '', 1, ['check']],
    'policy' => [nil, 'puppet', 3],
    'checked' => [nil, 30, -1, 1_000_001, '31', 31.0],
    'in_sync' => [nil, -1, '28', false],
    'drifted' => [nil, 1_000_001, [2]],
    'corrected' => [nil, 'none'],
    'failed' => [nil, 1.5],
    'findings' => [nil, {}, 'none'],
    'omitted' => [-1, '0', 1_000_001]
  }.freeze

  WRONG_FINDING = {
    'resource' => [nil, '', 'a' * 256, "a\u0007", 5],
    'state' => [nil, 'in_sync', 'DRIFTED', 1],
    'changes' => [nil, {}, 'none', Array.new(21) { { 'property' => 'p', 'is' => 'a', 'should' => 'b' } }],
    'message' => [nil, 'a' * 1025, "a\nb", 5],
    'evidence' => [nil, 'none', Array.new(11) { { 'file' => '/a', 'line' => 1, 'text' => '', 'effect' => '' } }],
    'diff' => [nil, 'a' * 8193, "a\rb", "a\u0000", "a\e[1m", "a\u0085", 5]
  }.freeze

  def refused(body)
    assert_raises(ForemanStandfast::Invalid, body.inspect[0, 200]) { parse(body) }
  end

  def test_a_report_is_taken_as_it_is
    payload = parse(report)
    assert_equal ['web17.example.com', '0.1.0', 'check', 'snapshot', 31, 28, 2, 0, 1, 0, 'failed'],
      [payload.host, payload.version, payload.mode, payload.policy, payload.checked, payload.in_sync, payload.drifted, payload.corrected,
       payload.failed, payload.omitted, payload.state]
    assert_equal Time.utc(2026, 11, 27, 12, 8, Rational(46_123_456, 1_000_000)), payload.reported_at
    assert_equal finding, payload.findings.first.to_h.transform_keys(&:to_s)
  end

  def test_what_is_out_of_bounds_is_refused_and_named
    WRONG.each { |field, values| values.each { |value| assert_equal field, refused(report(field => value)).field, value.inspect } }
  end

  def test_a_field_that_is_missing_is_named
    (WRONG.keys - %w[omitted]).each { |field| assert_equal field, refused(report.reject { |name, _| name == field }).field }
  end

  def test_what_is_out_of_bounds_in_a_finding_is_named_with_its_place
    WRONG_FINDING.each do |field, values|
      values.each { |value| assert_equal "findings[1].#{field}", refused(report(findings: [finding, finding(field => value)])).field }
    end
  end

  def test_what_is_out_of_bounds_within_lists_of_a_finding_is_named_with_its_place
    change = { 'property' => 'value', 'is' => '1', 'should' => '2' }
    line = { 'file' => '/etc/a', 'line' => 1, 'text' => '', 'effect' => '' }
    { ['changes', change, 'property'] => ['', 'a' * 65], ['changes', change, 'is'] => ['a' * 1025, 5], ['changes', change, 'should'] => [nil],
      ['evidence', line, 'file'] => ['', nil], ['evidence', line, 'line'] => [-1, '1'], ['evidence', line, 'text'] => ["a\tb"],
      ['evidence', line, 'effect'] => ['a' * 256] }.each do |(list, item, field), values|
      values.each do |value|
        told = refused(report(findings: [finding(list => [item, item.merge(field => value)])]))
        assert_equal "findings[0].#{list}[1].#{field}", told.field
      end
    end
  end

  def test_items_that_are_no_objects_are_named
    assert_equal 'findings[1]', refused(report(findings: [finding, 'wrong'])).field
    assert_equal 'findings[0].changes[0]', refused(report(findings: [finding(changes: [7])])).field
  end

  def test_more_findings_than_fifty_are_refused
    assert_equal 50, parse(report(findings: Array.new(50) { finding })).findings.size
    assert_equal 'findings', refused(report(findings: Array.new(51) { finding })).field
  end

  def test_what_is_no_object_is_refused
    [nil, [], 'text', 5, [report]].each { |body| assert_equal 'drift_report', refused(body).field }
  end

  def test_the_bounds_themselves_are_legal
    parse(report(host: 'a' * 255, version: '1' * 32, reported_at: '2026-11-28T12:30:00.000000Z', checked: 1_000_000, in_sync: 999_997))
    parse(report(reported_at: '2026-10-28T12:30:00.000000Z', findings: [finding(diff: 'ä' * 8192, message: '💥' * 1024, resource: 'r' * 255)]))
  end

  def test_what_is_not_there_may_be_null
    empty = { 'property' => 'value', 'is' => nil, 'should' => '' }
    line = { 'file' => '/etc/a', 'line' => nil, 'text' => '', 'effect' => '' }
    found = parse(report(findings: [finding(changes: [empty], evidence: [line])])).findings.first
    assert_equal [[empty], [line]], [found.changes, found.evidence]
  end

  def test_optional_texts_and_lists_may_be_missing
    found = parse(report(findings: [{ 'resource' => 'a[b]', 'state' => 'failed' }])).findings.first
    assert_equal [[], '', [], ''], [found.changes, found.message, found.evidence, found.diff]
    assert_equal 0, parse(report.reject { |name, _| name == 'omitted' }).omitted
  end

  def test_further_fields_are_ignored
    assert_equal parse(report).findings, parse(report(newer: { 'a' => 1 }, findings: [finding(severity: 'high')])).findings
  end

  def test_findings_are_kept_in_the_order_of_the_protocol
    mixed = %w[finding drifted corrected failed drifted].each_with_index.map { |state, i| finding(state: state, resource: "r[#{i}]") }
    assert_equal %w[r[3] r[1] r[4] r[2] r[0]], parse(report(findings: mixed)).findings.map(&:resource)
  end

  def test_a_message_repeats_nothing_of_what_was_sent
    secret = 's3cr3t-community'
    WRONG.each_key do |field|
      assert_equal false, refused(report(field => [secret])).message.include?(secret)
    end
    assert_equal false, refused(report(findings: [finding(state: secret)])).message.include?(secret)
  end

  def test_text_that_is_not_utf8_is_refused
    assert_equal 'findings[0].message', refused(report(findings: [finding(message: "\xff".dup.force_encoding('UTF-8'))])).field
  end
end
