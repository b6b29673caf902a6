# frozen_string_literal: true

require_relative 'helper'

# Hosts in every state, and a request as a user, for the tests of the pages.
module PagesTest
  include StandInTest

  # What a hostile host may send, in each text of a finding.
  HOSTILE = {
    'resource' => 'limits_entry[<script>alert(1)</script>/soft/nproc]', 'state' => 'drifted', 'message' => '</p><script>alert(2)</script>',
    'changes' => [{ 'property' => '<img src=x onerror=alert(3)>', 'is' => '"><script>alert(4)</script>', 'should' => "'&amp;" }],
    'evidence' => [{ 'file' => '/etc/<i>x</i>', 'line' => 3, 'text' => '<svg onload=alert(5)>', 'effect' => '<b>wins</b>' }],
    'diff' => "-<script>alert(6)</script>\n+</pre><script>alert(7)</script>\n"
  }.freeze

  def hosts_in_every_state(now = Time.now.utc)
    host('never.example.com')
    record(host('sync.example.com'), clean(at: now - 60))
    record(host('drift.example.com'), report(at: now - 120, findings: [finding('limits_entry[kiwi/soft/nproc]'), finding('ntp_monlist[main]')]))
    record(host('fail.example.com'), failed_report(now - 180))
    record(host('stale.example.com'), report(at: now - (20 * 24 * 3600)))
  end

  def failed_report(at)
    failed = finding('rsyslog_forward[central]', 'failed', message: 'line 7: parameter "tagret" not known', diff: '',
      changes: [{ 'property' => 'target', 'is' => nil, 'should' => 'loghost:2514' }])
    report(at: at, in_sync: 30, drifted: 0, failed: 1, findings: [failed])
  end

  def viewer
    @viewer ||= user('eve', 'Standfast viewer')
  end

  def see(path, as: viewer, **params)
    login = ActionController::HttpAuthentication::Basic.encode_credentials(as.login, 'secret')
    get path, params: params, headers: { 'Authorization' => login }
  end

  def overview(**params)
    see('/foreman_standfast/drift', **params)
  end

  # @return [Array<String>] the names of the hosts in the table, in its order
  def hosts_shown
    css_select('tbody tr > th[scope=row]').map { |cell| cell.text.strip }
  end
end
