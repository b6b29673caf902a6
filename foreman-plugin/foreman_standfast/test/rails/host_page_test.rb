# frozen_string_literal: true

require_relative 'pages_helper'

class HostPageTest < ActionDispatch::IntegrationTest
  include PagesTest

  def page(name, **options)
    see("/foreman_standfast/drift/#{name}", **options)
    assert_response :success
  end

  test 'a drifted host shows is and should, the line that decides, the difference and since when' do
    hosts_in_every_state
    page('drift.example.com')
    assert_select 'h1', text: 'Drift of drift.example.com'
    assert_select 'main p', text: /≠ Drifted\s+2 resources differ from what is desired/
    assert_select '.standfast-finding', 2
    assert_select '.standfast-finding h3', text: 'limits_entry[kiwi/soft/nproc]'
    assert_select '.standfast-finding:first-of-type tbody td', text: '1024'
    assert_select '.standfast-finding:first-of-type tbody td', text: '4096'
    assert_select '.standfast-finding:first-of-type li', text: %r{/etc/security/limits\.conf:12\s+1013 soft nproc 1024\s+wins}
    assert_select '.standfast-diff .standfast-removed', text: '-1013 soft nproc 1024'
    assert_select '.standfast-diff .standfast-added', text: '+1013 soft nproc 4096'
    assert_select '.standfast-diff .standfast-place', text: '--- actual'
    assert_select '.standfast-finding p time', text: /2 minutes ago/
    assert_select 'dd', text: 'a snapshot of an earlier Puppet catalog'
    assert_equal %w[31 29 2 0 0], css_select('.standfast-totals td').map(&:text)
  end

  test "the page leads to the host's page in Foreman, and back to all hosts" do
    hosts_in_every_state
    page('drift.example.com')
    assert_select '.toolbar a[href="/hosts/drift.example.com"]'
    assert_select '.breadcrumb a[href="/foreman_standfast/drift"]'
  end

  test 'a failed host tells why, and that nothing is there' do
    hosts_in_every_state
    page('fail.example.com')
    assert_select 'main p', text: /1 resource could not be checked or brought about/
    assert_select '.standfast-message', text: /Reason:\s+line 7: parameter "tagret" not known/
    assert_select '.standfast-finding td em', text: 'nothing'
  end

  test 'what to do names the commands that explain the findings' do
    record(host, report(findings: [finding('limits_entry[kiwi/soft/nproc]'), finding('ntp_monlist[main]'), finding('limits_entry[kiwi/soft/nproc]')]))
    page('web1.example.com')
    assert_equal ['standfast check', 'standfast explain limits --user kiwi --item nproc', 'standfast explain ntp', 'standfast apply'],
      css_select('h2:last-of-type + ul li code').map(&:text)
  end

  test 'a command never holds what a shell would run' do
    titles = ['limits_entry[$(reboot)/soft/nproc]', 'limits_entry[a;b/soft/nproc]', "limits_entry[a\nb/soft/nproc]", 'limits_entry[-x/soft/nproc]',
              'limits_entry[a/soft/`id`]', 'evil[x]', 'no kind at all']
    record(host, report(findings: titles.map { |title| finding(title) }.reject { |found| found['resource'].include?("\n") }))
    page('web1.example.com')
    assert_equal ['standfast check', 'standfast apply'], css_select('h2:last-of-type + ul li code').map(&:text)
  end

  test 'a host in sync has nothing to do' do
    hosts_in_every_state
    page('sync.example.com')
    assert_select 'main p', text: /All that is desired is in force/
    assert_select '.standfast-finding', false
    assert_select 'h2', text: 'What to do on the host', count: 0
  end

  test 'a host that never reported gets an explanation' do
    hosts_in_every_state
    page('never.example.com')
    assert_select 'main p', text: /No drift report of this host has ever arrived/
    assert_select 'main ol li code', text: 'standfast check --report'
    assert_select 'main p code', text: 'never.example.com'
  end

  test 'a stale host gets an explanation, and what was so then' do
    hosts_in_every_state
    page('stale.example.com')
    assert_select '.alert-warning', text: /The last report is of .*20 days ago.*nobody knows what is so now/m
    assert_select '.standfast-finding', 2
  end

  test 'what was left out of a report is told' do
    record(host, report(omitted: 7))
    page('web1.example.com')
    assert_select '.alert-info', text: /7 more findings were left out/
  end

  test 'what puppet reported has no counts that puppet does not tell' do
    record(host, report)
    ForemanStandfast::HostFacet.update_all(checked: nil, in_sync: nil, mode: nil, policy: nil, version: nil, source: 'puppet')
    page('web1.example.com')
    assert_equal %w[unknown unknown 2 0 0], css_select('.standfast-totals td').map(&:text)
    assert_select 'dd', text: 'a Puppet report'
    assert_select 'dt', text: 'Desired state from', count: 0
  end

  test 'nothing that a host sends becomes markup' do
    record(host, report(checked: 30, drifted: 1, findings: [HOSTILE]))
    ['/foreman_standfast/drift', '/foreman_standfast/drift/web1.example.com'].each do |path|
      see(path)
      assert_select 'script', false
      assert_select 'img, svg, i, main b', false
      assert_includes response.body, 'limits_entry[&lt;script&gt;alert(1)&lt;/script&gt;/soft/nproc]'
    end
    assert_select '.standfast-line', 2
    assert_select '.standfast-message', text: %r{</p><script>alert\(2\)</script>}
  end

  test 'a host is found by its number too, and what is none is not found' do
    record(host, report)
    page(Host::Managed.first.id)
    ['nosuch.example.com', '0', '99999999999999999999999', '%00', 'web1.example.com.csv'].each do |id|
      see("/foreman_standfast/drift/#{id}")
      assert_response :not_found, id
    end
  end

  test 'parameters are never shown' do
    hosts_in_every_state
    ['/foreman_standfast/drift', '/foreman_standfast/drift/drift.example.com'].each do |path|
      see(path, token: 'hunter2', per_page: '"><i>hunter3', order: 'hunter4')
      assert_no_match(/hunter/, response.body)
    end
  end
end
