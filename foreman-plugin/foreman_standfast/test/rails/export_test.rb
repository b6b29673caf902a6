# frozen_string_literal: true

require_relative 'pages_helper'
require 'csv'

class ExportTest < ActionDispatch::IntegrationTest
  include PagesTest

  setup { hosts_in_every_state }

  def csv(**params)
    see('/foreman_standfast/drift.csv', **params)
    assert_response :success
    CSV.parse(response.body, headers: true)
  end

  def json(**params)
    see('/foreman_standfast/drift.json', **params)
    assert_response :success
    response.parsed_body
  end

  test 'CSV and JSON hold the rows of the page, in its order' do
    overview(order: 'host desc')
    names = hosts_shown
    assert_equal names, csv(order: 'host desc').map { |row| row['host'] }
    assert_equal names, json(order: 'host desc')['hosts'].map { |row| row['host'] }
    assert_equal ['drift.example.com'], csv(state: 'drifted').map { |row| row['host'] }
    assert_equal ['drift.example.com'], json(search: 'drift = drifted')['hosts'].map { |row| row['host'] }
  end

  test 'the exports are of all pages' do
    30.times { |number| host("more#{number}.example.com") }
    assert_equal 35, csv(per_page: 5).size
    assert_equal 35, json(per_page: 5)['hosts'].size
    assert_equal 35, json(per_page: 5)['total']
  end

  test 'a row tells state, times in UTC, counts and resources' do
    row = csv(state: 'drifted').first.to_h
    assert_equal %w[drifted check snapshot agent 31 29 2 0 0 0], row.values_at(*%w[state mode policy source checked in_sync drifted corrected failed omitted])
    assert_equal 'limits_entry[kiwi/soft/nproc]; ntp_monlist[main]', row['resources']
    assert_match(/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/, row['since'])
    never = json(state: 'never')['hosts'].first
    assert_nil never['since']
    assert_nil never['checked']
  end

  test 'a host that drifted since it reported first is stale since the interval was over' do
    Setting[:standfast_interval] = 60
    stale = json(state: 'stale')['hosts'].first
    assert_equal 3600, Time.parse(stale['since']) - Time.parse(stale['last_check'])
  end

  test 'cells that a spreadsheet would run are text' do
    ['=1+1', '+1', '-1', '@SUM(A1)', "\t=1", "\r=1"].each { |cell| assert_equal "'#{cell}", ForemanStandfast::DriftExport.defused(cell) }
    ['limits_entry[a]', '', 'a=b'].each { |cell| assert_equal cell, ForemanStandfast::DriftExport.defused(cell) }
    assert_equal(-1, ForemanStandfast::DriftExport.defused(-1))
    record(host('evil.example.com'), report(findings: [finding('=cmd|" /C calc"!A0')]))
    assert_equal "'=cmd|\" /C calc\"!A0", csv(search: 'name = evil.example.com').first['resources']
  end

  test 'an export is a file with the day in its name, and is not kept by caches' do
    csv
    assert_match(/\Aattachment; filename="drift-\d{4}-\d\d-\d\d\.csv"\z/, response.headers['Content-Disposition'])
    assert_equal 'text/csv; charset=utf-8', response.headers['Content-Type']
    assert_equal 'no-cache', response.headers['Cache-Control']
    assert_nil response.headers['ETag'], 'for a checksum the whole is gathered before it is sent'
    assert_equal 'nosniff', response.headers['X-Content-Type-Options']
  end

  test 'an export is made in slices, and asks for nothing that depends on the user once it is sent' do
    stub = 7.times.map { |number| host("slice#{number}.example.com") }
    list = ForemanStandfast::DriftList.new(Host::Managed.all, { 'search' => 'name ~ slice' })
    rows = list.each_row
    User.current = user('bound', 'Standfast viewer', organization_id: 99)
    assert_equal stub.map(&:name), rows.map(&:name)
  end
end
