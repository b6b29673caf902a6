# frozen_string_literal: true

require_relative 'pages_helper'

class WidgetTest < ActionDispatch::IntegrationTest
  include PagesTest

  def widget(**params)
    see('/widgets/standfast_drift_widget', **params)
    assert_response :success
  end

  test 'the widget counts hosts in each state and leads to them' do
    hosts_in_every_state
    widget
    assert_equal %w[1 1 1 1 1], css_select('.standfast-counts strong').map(&:text)
    assert_select '.standfast-counts a', text: /Failed/ do |(link)|
      see(link['href'])
      assert_equal ['fail.example.com'], hosts_shown
    end
  end

  test "the widget keeps to the dashboard's search, and its links do too" do
    hosts_in_every_state
    widget(search: 'name ~ drift')
    assert_equal %w[0 1 0 0 0], css_select('.standfast-counts strong').map(&:text)
    assert_select '.standfast-counts a[href*="search=name"]', 5
  end

  test 'the trend is a picture with the same numbers in a table' do
    hosts_in_every_state
    3.times { |days| ForemanStandfast::DriftDay.record(Time.now.utc - (days * 24 * 3600)) }
    widget(as: user('root', admin: true))
    assert_select 'svg[role=img][aria-label]' do
      assert_select 'g', 3
      assert_select 'rect.standfast-fill-failed', 3
      assert_select 'g title', text: /#{Time.now.utc.to_date.iso8601} – Failed: 1, Drifted: 1/
    end
    assert_select 'details table tbody tr', 3
    assert_select 'details tbody tr:first-child th', text: Time.now.utc.to_date.iso8601
  end

  test 'the bars are as high as the numbers, and none leaves the picture' do
    record(host('a.example.com'), clean)
    3.times { |number| record(host("b#{number}.example.com"), report) }
    ForemanStandfast::DriftDay.record
    widget(as: user('root', admin: true))
    heights = css_select('svg[role=img] rect').to_h { |bar| [bar['class'], bar['height'].to_f] }
    assert_in_delta heights['standfast-fill-in_sync'] * 3, heights['standfast-fill-drifted'], 0.2
    assert_equal 0.0, heights['standfast-fill-failed']
    css_select('svg[role=img] rect').each { |bar| assert_operator bar['x'].to_i, :>=, 0 }
    css_select('svg[role=img] rect').each { |bar| assert_operator bar['y'].to_f, :>=, 0 }
  end

  test 'the trend is of the organizations of the user, or of the one that is chosen' do
    organizations = %w[Ours Theirs].map { |name| Organization.create!(name: name) }
    organizations.each { |organization| record(host("#{organization.name.downcase}.example.com", organization_id: organization.id), report) }
    record(host('free.example.com'), report)
    ForemanStandfast::DriftDay.record
    drifted = -> { css_select('details tbody td:nth-of-type(2)').map(&:text) }
    widget(as: user('bo', 'Standfast viewer', organization_id: organizations.first.id, location_id: Location.create!(name: 'L').id))
    assert_equal [], drifted.call, 'no host of the organization is in the location'
    root = user('root', admin: true)
    widget(as: root)
    assert_equal ['3'], drifted.call
    widget(as: root, organization_id: organizations.last.id)
    assert_equal ['1'], drifted.call
  end

  test 'before the first count there is a word in the place of the trend' do
    widget
    assert_select 'svg', false
    assert_select 'p', text: /The trend begins/
  end

  test 'who may not see drift is told so, and nothing else' do
    hosts_in_every_state
    widget(as: user('ray', 'Standfast reporter'))
    assert_select 'p', text: /You may not see drift/
    assert_select '.standfast-counts', false
  end

  test 'the icon of the origin is an image of 16 by 16 dots that Foreman finds' do
    see('/assets/foreman_standfast/Standfast.png')
    assert_response :success
    assert_equal "\x89PNG\r\n\x1A\n".b, response.body.byteslice(0, 8)
    assert_equal [16, 16], response.body.byteslice(16, 8).unpack('NN')
  end
end
