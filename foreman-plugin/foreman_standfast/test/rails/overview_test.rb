# frozen_string_literal: true

require_relative 'pages_helper'

class OverviewTest < ActionDispatch::IntegrationTest
  include PagesTest

  setup { hosts_in_every_state }

  test 'all hosts are listed, the most urgent first, with their state in words' do
    overview
    assert_response :success
    assert_equal %w[fail drift stale never sync].map { |name| "#{name}.example.com" }, hosts_shown
    words = css_select('tbody tr td:nth-of-type(1)').map { |cell| cell.text.strip }
    assert_equal ['✗ Failed', '≠ Drifted', '… Stale', '○ Never reported', '✓ In sync'], words
  end

  test 'the counts are of all hosts that match, whatever state is asked for' do
    overview(state: 'drifted')
    assert_equal ['drift.example.com'], hosts_shown
    assert_equal %w[5 1 1 1 1 1], css_select('.standfast-counts strong').map(&:text)
    assert_select '.standfast-counts a[aria-current=true]', text: /Drifted/
  end

  test 'the links of the counts lead to just those hosts' do
    overview
    css_select('.standfast-counts a').each do |link|
      count = link.at_css('strong').text.to_i
      see(link['href'])
      assert_equal count, hosts_shown.size, link['href']
    end
  end

  test 'hosts are found by part of a resource, taken as it stands' do
    overview(resource: 'NTP_monlist')
    assert_equal %w[drift.example.com stale.example.com], hosts_shown
    overview(resource: '%')
    assert_equal [], hosts_shown
    assert_select 'main p', text: /No host that you may see matches/
  end

  test "hosts are found by Foreman's own search" do
    overview(search: 'name ~ drift')
    assert_equal ['drift.example.com'], hosts_shown
    assert_select 'input[name=search]' do |(field)|
      assert_equal 'name ~ drift', field['value']
    end
  end

  test 'a search that makes no sense shows its reason and no host' do
    overview(search: 'nonsense = <b>')
    assert_response :bad_request
    assert_equal [], hosts_shown
    assert_select '[role=alert]', text: /nonsense/
    assert_select '[role=alert] b', false
    see('/foreman_standfast/drift.json', search: 'nonsense = 1')
    assert_response :bad_request
    assert_equal 'search', response.parsed_body['error']['field']
    see('/foreman_standfast/drift.csv', search: 'nonsense = 1')
    assert_response :bad_request
  end

  test 'a state and an order that are none are as if they were not there' do
    overview(state: "x' OR 1=1", order: 'password; DROP TABLE hosts', page: '-3', per_page: 'many')
    assert_response :success
    assert_equal 5, hosts_shown.size
    overview(search: { 'a' => 'b' }, state: ['drifted'], order: { 'x' => 'y' }, page: ['2'])
    assert_response :success
    assert_equal 5, hosts_shown.size
  end

  test 'the table is sorted both ways by each column, hosts that never reported last where nothing is known of them' do
    overview(order: 'since asc')
    assert_equal 'never.example.com', hosts_shown.last
    overview(order: 'since desc')
    assert_equal 'never.example.com', hosts_shown.last
    overview(order: 'host desc')
    assert_equal hosts_shown.sort.reverse, hosts_shown
    overview(order: 'checked asc')
    assert_equal %w[stale fail drift sync never], hosts_shown.map { |name| name.split('.').first }
    overview(order: 'findings desc')
    assert_equal %w[drift stale fail never sync], hosts_shown.map { |name| name.split('.').first }
  end

  test 'a heading says how the table is sorted, and turns it round' do
    overview(order: 'host asc')
    assert_select 'th[aria-sort=ascending] a', text: /Host/ do |(link)|
      see(link['href'])
    end
    assert_select 'th[aria-sort=descending] a', text: /Host/
  end

  test 'the pages hold all hosts, each once' do
    seen = []
    overview(per_page: 5, order: 'host asc')
    20.times { |number| host(format('more%02d.example.com', number)) }
    loop_pages { seen.concat(hosts_shown) }
    assert_equal Host::Managed.order(:name).pluck(:name), seen
  end

  test 'a page beyond the last is empty and no error, whatever else is asked for' do
    overview(page: '9' * 40, per_page: '9' * 40, search: "name ~ exa\0mple", resource: "\0")
    assert_response :success
    assert_equal [], hosts_shown
  end

  test 'what never reported links nowhere but to its page' do
    overview(state: 'never')
    assert_select 'tbody tr a', 1
    assert_select 'tbody time', false
  end

  private

  def loop_pages
    overview(per_page: 5, order: 'host asc')
    yield
    while (following = css_select('a[rel=next]').first)
      see(following['href'])
      yield
    end
  end
end
