# frozen_string_literal: true

require_relative 'helper'

class SearchTest < ActiveSupport::TestCase
  include StandInTest

  setup do
    @web = host
    @ntp = host('ntp1.example.com')
    @new = host('new1.example.com')
    record(@web, report(at: 5.days.ago, findings: [finding('limits_entry[*/hard/core]'), finding('snmp_access[main]', 'finding')]))
    ntp = { 'file' => '/etc/ntpsec/ntp.conf', 'line' => 52, 'text' => 'unrestrict default', 'effect' => 'wins' }
    record(@ntp, report(at: 1.hour.ago, findings: [finding('ntp_monlist[main]', evidence: [ntp])]))
  end

  def found(query)
    Host::Managed.search_for(query).order(:id).to_a
  end

  test 'hosts are found by their drift, and by what it is not' do
    assert_equal [@ntp], found('drift = drifted')
    assert_equal [@web], found('drift = stale')
    assert_equal [@web, @new], found('drift != drifted')
    assert_equal [@web, @ntp], found('drift ^ (drifted, stale)')
    assert_equal [@new], found('drift !^ (drifted, stale)')
  end

  test 'a state that is none, and an operator that makes no sense, are refused' do
    ['drift = odd', 'drift > drifted', 'drift ~ drift', 'drift ^ (drifted, odd)', 'drift_resource > a', 'drift_file < a', 'drift_since = today']
      .each { |query| assert_raises(ScopedSearch::QueryNotSupported, query) { found(query) } }
  end

  test 'hosts are found by the resource that a finding is of' do
    assert_equal [@ntp], found('drift_resource ~ ntp')
    assert_equal [@web], found('drift_resource ~ NMP_access')
    assert_equal [@ntp], found('drift_resource = "ntp_monlist[main]"')
    assert_equal [], found('drift_resource = ntp')
    assert_equal [@web, @new], found('drift_resource !~ ntp')
    assert_equal [@web, @new], found('drift_resource != "ntp_monlist[main]"')
  end

  test 'a star stands for anything, other signs for themselves' do
    assert_equal [@ntp], found('drift_resource ~ ntp*main')
    assert_equal [@web], found('drift_resource ~ "[*/hard/core]"')
    assert_equal [], found('drift_resource ~ %tp')
    assert_equal [], found('drift_resource ~ ntp_monlist_main')
    assert_equal [], found('drift_resource ~ "what?" or drift_resource ~ "100%d"')
  end

  test 'hosts are found by the file that a line of evidence is in' do
    assert_equal [@ntp], found('drift_file ~ ntpsec')
    assert_equal [@web], found('drift_file = /etc/security/limits.conf')
    assert_equal [@web, @new], found('drift_file !~ ntpsec')
  end

  test 'hosts are found by when their state began' do
    assert_equal [@ntp], found('drift_since > "3 days ago"')
    assert_equal [@web], found('drift_since < "3 days ago"')
    began = @ntp.standfast_facet.since
    assert_equal [[@ntp], []], [found("drift_since >= \"#{began.iso8601(6)}\""), found("drift_since > \"#{began.iso8601(6)}\"")]
    assert_equal [@web], found('drift_since < yesterday')
    ['odd', '3 ages ago', '2026-13-01', '999999 years ago'].each do |time|
      assert_raises(ScopedSearch::QueryNotSupported, time) { found("drift_since > \"#{time}\"") }
    end
  end

  test 'a stale host is found by when it became stale, which is what is shown' do
    became = @web.standfast_facet.state_since
    assert_equal became, @web.standfast_facet.checked_at + 780.minutes
    assert_equal [@web], found("drift = stale and drift_since >= \"#{became.iso8601(6)}\"")
    assert_equal [], found("drift = stale and drift_since > \"#{became.iso8601(6)}\"")
  end

  test 'hosts are found by when they were last checked' do
    assert_equal [@web], found('drift_checked < "2 days ago"')
    assert_equal [@ntp], found('drift_checked > "2 days ago"')
  end

  test 'searches can be joined with those of Foreman' do
    assert_equal [@ntp], found('drift = drifted and name ~ ntp and drift_since > "2 hours ago"')
    assert_equal [@web, @ntp], found('drift = drifted or drift = stale')
    assert_equal [@web, @new], found('not drift = drifted')
  end

  test 'what is searched for cannot become SQL' do
    ["x' OR '1'='1", 'x"); DROP TABLE hosts; --', "\\' OR 1=1 --"].each do |text|
      %i[search_by_drift_resource search_by_drift_file].each do |method|
        search = Host::Managed.public_send(method, method, 'LIKE', text)
        assert_equal [], Host::Managed.where([search[:conditions], *search[:parameter]]).to_a, text
        assert_not search[:conditions].include?('OR'), 'it is in the SQL'
      end
    end
    assert_equal 3, Host::Managed.count
  end
end
