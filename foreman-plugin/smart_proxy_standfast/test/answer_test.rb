# frozen_string_literal: true

# What each answer of Foreman means, how long the next try waits, and how often a host may report.

require 'helper'

class AnswerTest < Minitest::Test
  include Proxy::Standfast

  STORED = '{"id":1,"stored":true}'
  HOST = '{"error":{"field":"host","message":"unknown host x"}}'
  FIELD = '{"error":{"field":"findings[3].state","message":"is odd"}}'

  KINDS = [
    [201, STORED, :done], [200, '{"id":1,"stored":false,"reason":"older"}', :done],
    [200, '<html>log in</html>', :misconfigured], [201, '{"id":null}', :misconfigured], [204, '', :misconfigured],
    [301, '', :misconfigured], [302, STORED, :misconfigured],
    [400, '{}', :refused], [401, '', :misconfigured], [403, HOST, :misconfigured], [404, '', :misconfigured],
    [405, '', :misconfigured], [406, '', :refused], [408, '', :overloaded], [413, '', :refused], [415, '', :refused],
    [422, HOST, :unknown_host], [422, FIELD, :refused], [422, '', :refused], [422, '[]', :refused],
    [422, '{"error":"x"}', :refused], [425, '', :overloaded], [429, '', :overloaded],
    [500, STORED, :failed], [501, '', :failed], [502, '', :overloaded], [503, '', :overloaded], [504, '', :overloaded],
    [100, '', :failed], [999, '', :failed]
  ].freeze

  def test_each_status_and_body_has_its_meaning
    KINDS.each { |status, body, kind| assert_equal kind, Answer.of(status, nil, body).kind, "#{status} #{body}" }
  end

  def test_the_reason_names_the_field_and_is_one_short_line
    answer = Answer.of(422, nil, JSON.generate(error: { field: 'mode', message: "a\nb\u0000\e[31m#{'x' * 999}" }))
    assert_match(/\Amode: a b \[31mx+\z/, answer.message)
    assert_equal [255, 'answered 422 for mode'], [answer.message.length, answer.detail]
    assert_equal 'unknown host x', Answer.of(422, nil, HOST).message
  end

  def test_what_is_logged_holds_no_text_of_foreman
    answer = Answer.of(422, nil, JSON.generate(error: { field: "canary\nline", message: 'canary' }))
    assert_equal 'answered 422', answer.detail
  end

  def test_retry_after_is_seconds_or_a_date_and_bounded
    { nil => nil, '7' => 7, '0' => 1, '99999' => 3600, 'soon' => nil, '-1' => nil,
      (Time.now + 30).httpdate => 29..31, (Time.now - 30).httpdate => 1 }.each do |value, wanted|
      seconds = Answer.of(503, value, '').retry_after
      assert wanted === seconds, "#{value}: #{seconds.inspect}" # rubocop:disable Style/CaseEquality
    end
  end

  def test_the_wait_doubles_to_its_bound_with_jitter_and_begins_anew_after_a_success
    pace = Pace.new(5, 900, Random.new(1))
    waits = Array.new(60) { pace.failed }
    waits.each_with_index do |wait, n|
      most = [900, 5 * (2**n)].min
      assert_includes (most / 2.0)..most, wait
    end
    assert_operator waits.last(10).uniq.size, :>, 5
    pace.ok
    assert_operator pace.failed, :<=, 5
    assert_includes 60..65, pace.failed(60)
  end

  def test_a_host_has_a_burst_and_then_its_rate_and_is_forgotten_when_it_is_quiet
    now = 0.0
    rate = Rate.new(settings('/x', host_burst: 2, host_reports_per_hour: 3600), -> { now })
    assert_equal [nil, nil, 1], Array.new(3) { rate.take('a') }
    now = 1.0
    assert_equal [nil, 1], Array.new(2) { rate.take('a') }
    now = 100.0
    (Rate::SWEEP * 2).times { |n| rate.take("h#{n}") }
    now = 200.0
    Rate::SWEEP.times { rate.take('b') }
    assert_equal 1, rate.size
  end
end
