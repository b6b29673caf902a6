# frozen_string_literal: true

require_relative 'tab_helper'

class HostDriftTabTest < ActiveSupport::TestCase
  include TabTest

  test 'the tab tells the state, since when, the counts, what is and should be, the line that decides and the difference' do
    record(host, report(findings: [finding('limits_entry[kiwi/soft/nproc]', message: 'a process has the old limit')]))
    tab('web1.example.com', 'h2')
    assert_equal 'Drift', browser.title
    assert_equal '≠ Drifted 2 resources differ from what is desired.', line(first('main h2'))
    assert_equal ['Since when', 'Last check'], all('main dt').map(&:text)
    all('main dd').each { |moment| assert_match(/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d \(0 minutes ago\)\z/, moment.text) }
    assert_equal [%w[31 29 2 0 0]], rows('.standfast-tab-totals')
    assert_equal [%w[value 1024 4096]], rows('.standfast-tab-finding')
    assert_equal ['/etc/security/limits.conf:12 1013 soft nproc 1024 wins'], all('main .standfast-tab-evidence li').map(&:text)
    assert_includes shown, 'Note: a process has the old limit'
    assert_equal ['-1013 soft nproc 1024'], all('main .standfast-tab-line-removed').map(&:text).map(&:strip)
    assert_equal ['+1013 soft nproc 4096'], all('main .standfast-tab-line-added').map(&:text).map(&:strip)
    picture('tab')
  end

  test 'the link of the tab leads to the page of the host' do
    record(host, report)
    tab('web1.example.com', 'h2')
    assert_equal [], problems
    follow(first('main a'))
    assert_equal 'Drift of web1.example.com', first('h1').text
    close_browser
  end

  test 'what failed comes first with its reason, and a value that is not there is named so' do
    failed = finding('rsyslog_forward[central]', 'failed', message: 'line 7: parameter not known', diff: '', evidence: [],
      changes: [{ 'property' => 'target', 'is' => nil, 'should' => '' }])
    record(host, report(in_sync: 29, drifted: 1, failed: 1, findings: [failed, finding('ntp_monlist[main]')], omitted: 3))
    tab('web1.example.com', '.standfast-tab-omitted')
    assert_equal '✗ Failed 1 resource could not be checked or brought about. 1 resource differs from what is desired.', line(first('main h2'))
    assert_equal ['✗ Failed rsyslog_forward[central]', '≠ Drifted ntp_monlist[main]'], all('main h3').map { |title| line(title) }
    assert_includes shown, 'Reason: line 7: parameter not known'
    assert_equal %w[target nothing empty], rows('.standfast-tab-finding').first
    assert_match(/\A3 more findings were left out/, first('main .standfast-tab-omitted').text)
  end

  test 'of a host on which all is in force nothing is told but that' do
    record(host, clean)
    tab('web1.example.com', 'h2')
    assert_equal '✓ In sync All that is desired is in force.', line(first('main h2'))
    assert_equal '✓ In sync', first('main .label').text
    assert_equal [], all('main .standfast-tab-finding, main [class^=alert]')
  end

  test 'of a host that fell silent it says so above what was known' do
    record(host, report(at: Time.now.utc - (20 * 24 * 3600)))
    tab('web1.example.com', '.alert-warning')
    assert_includes first('main .alert-warning').text, 'What is shown below was so then; nobody knows what is so now.'
    assert_equal 2, all('main .standfast-tab-finding').size
    assert_equal '… Stale The host has fallen silent.', line(first('main h2'))
  end

  test 'of a host that has never reported it tells how it would, and under which name' do
    host('new.example.com')
    tab('new.example.com', '.alert-info')
    assert_includes shown, 'The host has never reported.'
    assert_includes shown, 'It must report under the name that Foreman has for it: new.example.com'
  end

  test 'a user who may see the host but not its drift is told the permission, and nothing of the drift' do
    record(host, report)
    viewer.roles = []
    tab('web1.example.com', '.alert-warning')
    assert_includes shown, 'The permission for it is: view_standfast_drift'
    assert_not_includes shown, 'limits_entry'
  end

  test 'where Foreman answers with an error, or not at all, the tab says that' do
    answer_of('broken.example.com', status: 500) { '{"error":{"message":"secret inside"}}' }
    tab('broken.example.com', '.alert-danger')
    assert_includes shown, 'Foreman answered with 500.'
    assert_not_includes shown, 'secret inside'
    answer_of('odd.example.com') { '{}' }
    tab('odd.example.com', '.alert-danger')
    browser.execute_script('window.fetch = () => Promise.reject(new Error("no network")); window.show("away.example.com")')
    Selenium::WebDriver::Wait.new(timeout: 30).until { shown.include?('Foreman did not answer.') }
  end

  test 'until the answer is there the tab shows that it waits' do
    wait = Queue.new
    answer_of('slow.example.com') { wait.pop }
    tab('slow.example.com', '[role=progressbar]')
    wait << told('slow.example.com').to_json
    wait_for('h2')
    assert_equal [], all('main [role=progressbar]')
  end

  test 'one who goes from host to host never sees the drift of the one before' do
    record(host, report)
    record(host('sync.example.com'), clean)
    tab('web1.example.com', '.standfast-tab-drifted')
    browser.execute_script('window.show("sync.example.com")')
    Selenium::WebDriver::Wait.new(timeout: 30).until { shown.include?('All that is desired is in force.') }
    # From now on there is no answer: what is shown is what was filed below the name of the host.
    browser.execute_script('window.fetch = () => new Promise(() => {}); window.show("web1.example.com")')
    wait_for('.standfast-tab-drifted')
    assert_includes first('main a').attribute('href'), 'web1.example.com'
    browser.execute_script('window.show("other.example.com")')
    wait_for('[role=progressbar]')
    assert_not_includes shown, 'Drifted'
  end

  test 'nothing that a host sends runs in the tab, all of it is shown as it is' do
    record(host, report(checked: 30, drifted: 1, findings: [HOSTILE]))
    tab('web1.example.com', '.standfast-tab-finding')
    assert_raises(Selenium::WebDriver::Error::NoSuchAlertError) { browser.switch_to.alert }
    assert_equal 0, browser.execute_script('return document.querySelectorAll("main script, main img, main svg, main i, main b").length')
    text = browser.execute_script('return document.querySelector("main").textContent')
    ['<script>alert(1)</script>', '<script>alert(2)</script>', '<img src=x onerror=alert(3)>', '<script>alert(4)</script>', "'&amp;",
     '<svg onload=alert(5)>', '/etc/<i>x</i>:3', '<b>wins</b>', '-<script>alert(6)</script>', '</pre><script>alert(7)</script>'].each do |sent|
      assert_includes text, sent
    end
  end

  test 'times as Foreman writes them, counts that Puppet does not tell, and states of a later plugin are taken' do
    later = { resource: 'x[y]', state: 'novel', since: nil, message: nil, diff: nil }
    answer_of('later.example.com') { told('later.example.com', status: 'novel', checked: nil, in_sync: nil, findings: [later]).to_json }
    tab('later.example.com', '.standfast-tab-finding')
    assert_equal [%w[unknown unknown 0 0 0]], rows('.standfast-tab-totals')
    assert_includes first('main dd').text, '2026-11-27T12:08:46'
    assert_equal '? novel x[y]', line(first('main h3'))
  end

  test 'a Foreman that has no place for the tab goes on without it' do
    visit('/tab?nofills')
    assert_equal 'no tab', browser.title
    assert_equal 1, problems.grep(/no tab of drift on the host page: Error: this Foreman has no such slot/).size
    browser.execute_script('window.problems = []')
  end

  test 'the stand-ins refuse what they do not know: a component, a file of Foreman, and a property' do
    ["import { Wizard } from '@patternfly/react-core'; console.log(Wizard)", "import { x } from 'foremanReact/nowhere'; console.log(x)",
     "import { nothing } from 'foremanReact/common/helpers'; console.log(nothing)"].each do |source|
      complaints, status = TabTest.esbuild('--outfile=/dev/null', stdin_data: source)
      assert_not status.success?, source
      assert_match(/No matching export|Could not resolve/, complaints)
    end
    assert_match(/has no property/, TabTest.bundle.fetch('tab.js'))
  end

  private

  # The text of an element as one line: a label in it stands on one of its own for the driver.
  def line(element)
    element.text.split.join(' ')
  end

  # What the API says of a host, with times as Foreman's JSON has them.
  def told(name, **changes)
    { id: 1, host_id: 1, host: name, status: 'in_sync', since: '2026-11-27 12:08:46 UTC', checked_at: '2026-11-27 12:08:46 UTC', checked: 3,
      in_sync: 3, drifted: 0, corrected: 0, failed: 0, omitted: 0, findings: [] }.merge(changes)
  end
end
