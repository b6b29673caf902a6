# frozen_string_literal: true

require_relative 'services'

class DriftStateTest < Minitest::Test
  NOW = Time.utc(2026, 11, 27, 12)
  HOUR = 3600

  def state(checked_at: NOW - HOUR, failed: 0, drifted: 0, now: NOW, interval: 13 * HOUR)
    ForemanStandfast::DriftState.of(checked_at: checked_at, failed: failed, drifted: drifted, now: now, interval: interval)
  end

  def test_a_host_that_was_never_checked_has_never_reported
    assert_equal 'never', state(checked_at: nil, failed: 3)
  end

  def test_a_host_without_drift_or_failures_is_in_sync
    assert_equal 'in_sync', state
  end

  def test_a_failure_outweighs_drift
    assert_equal 'drifted', state(drifted: 2)
    assert_equal 'failed', state(drifted: 2, failed: 1)
  end

  def test_a_report_is_stale_once_the_interval_is_over_and_not_before
    assert_equal 'drifted', state(drifted: 1, checked_at: NOW - (13 * HOUR))
    assert_equal 'stale', state(drifted: 1, failed: 1, checked_at: NOW - (13 * HOUR) - 1)
  end

  def test_without_an_interval_nothing_is_ever_stale
    assert_equal 'in_sync', state(checked_at: NOW - (9000 * HOUR), interval: nil)
  end

  def test_a_report_of_the_future_is_not_stale
    assert_equal 'in_sync', state(checked_at: NOW + HOUR)
  end

  def test_a_host_is_stale_since_its_interval_was_over_and_in_other_states_since_they_began
    since = ->(name) { ForemanStandfast::DriftState.since(state: name, since: NOW - (99 * HOUR), checked_at: NOW - (20 * HOUR), interval: 13 * HOUR) }
    assert_equal NOW - (7 * HOUR), since.call('stale')
    assert_equal NOW - (99 * HOUR), since.call('drifted')
  end

  def test_each_state_has_a_number_of_its_own_and_back
    names = ForemanStandfast::DriftState::NAMES
    assert_equal names, names.map { |name| ForemanStandfast::DriftState.name(ForemanStandfast::DriftState.code(name)) }
  end
end
