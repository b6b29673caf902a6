# frozen_string_literal: true

require_relative 'helper'

class ApiTest < ActionDispatch::IntegrationTest
  include StandInTest
  self.use_transactional_tests = false

  PATH = '/api/v2/standfast/drift_reports'

  def upload(body, as: 'reporter', type: 'application/json', path: PATH, **headers)
    text = body.is_a?(String) ? body : JSON.generate(body)
    post path, params: text, headers: basic(as).merge('CONTENT_TYPE' => type, **headers)
    [status, answer]
  end

  def send_report(**changes)
    upload({ 'drift_report' => report(**changes) })
  end

  def fetch(path, as: 'viewer', **params)
    get path, params: params, headers: basic(as)
    [status, answer]
  end

  def answer
    JSON.parse(response.body)
  end

  def basic(login)
    login ? { 'HTTP_AUTHORIZATION' => ActionController::HttpAuthentication::Basic.encode_credentials(login, 'secret') } : {}
  end

  def everything
    [ForemanStandfast::HostFacet, ForemanStandfast::Finding, HostStatus::Status, Host::Managed].map { |table| table.unscoped.order(:id).map(&:attributes) }
  end

  # What the log says of refusals while the block runs.
  def logged(&block)
    whole_log(&block).lines.grep(/refused/)
  end

  # At the level that Foreman has in production.
  def whole_log
    lines = StringIO.new
    before = Rails.logger
    Rails.logger = ActionController::Base.logger = ActiveRecord::Base.logger = Logger.new(lines, level: Logger::INFO)
    yield
    lines.string
  ensure
    Rails.logger = ActionController::Base.logger = ActiveRecord::Base.logger = before
  end

  def assert_refused(code, field, body, **options)
    before = everything
    lines = logged { assert_equal [code, field], upload(body, **options).then { |status, told| [status, told['error']['field']] } }
    assert_equal 1, lines.size, lines.join
    assert_includes lines.first, field
    assert_equal before, everything, 'a refused report changed something'
  end

  setup do
    user('reporter', 'Standfast reporter')
    user('viewer', 'Standfast viewer')
    user('nobody')
    user('admin', admin: true)
  end

  test 'a report is stored and answered as the protocol says' do
    web = host
    code, told = send_report
    assert_equal 201, code
    assert_equal({ 'id' => ForemanStandfast::HostFacet.first.id, 'host_id' => web.id, 'host' => 'web1.example.com', 'status' => 'drifted',
                   'stored' => true }, told)
  end

  test 'a replay is answered with 200 and changes nothing' do
    host
    time = Time.now.utc
    send_report(at: time)
    before = everything
    code, told = send_report(at: time)
    assert_equal [200, false, 'drifted', 'this report is stored already'], [code, *told.values_at('stored', 'status', 'reason')]
    assert_equal before, everything
  end

  test 'a straggler is answered with 200 and the status of what is stored' do
    host
    upload({ 'drift_report' => clean })
    code, told = send_report(at: Time.now.utc - 60)
    assert_equal [200, false, 'in_sync', 'a newer report is stored'], [code, *told.values_at('stored', 'status', 'reason')]
  end

  test 'the answer says failed where something failed' do
    host
    assert_equal [201, 'failed'], send_report(failed: 1, in_sync: 28).then { |code, told| [code, told['status']] }
  end

  test 'a host is found by its certname before its name' do
    host('named.example.com', certname: 'other.example.com')
    wanted = host('aliased.example.com', certname: 'web1.example.com')
    host('web1.example.com')
    assert_equal wanted.id, send_report.last['host_id']
  end

  test 'the status of the host is refreshed, and that of Puppet left alone' do
    web = host(global_status: 0)
    send_report
    statuses = HostStatus::Status.where(host_id: web.id).pluck(:type, :status)
    assert_equal [['ForemanStandfast::DriftStatus', ForemanStandfast::DriftStatus::DRIFTED]], statuses
    assert_equal HostStatus::Global::WARN, web.reload.global_status
    assert_nil web.last_report
  end

  test 'an unknown host is refused and not made' do
    assert_refused 422, 'host', { 'drift_report' => report }
    assert_equal 'unknown host web1.example.com', upload({ 'drift_report' => report }).last['error']['message']
  end

  test 'a host of another organization is unknown to a user who is bound to one' do
    ours = Organization.create!(name: 'ours')
    user('bound', 'Standfast reporter', organization_id: ours.id)
    host(organization_id: Organization.create!(name: 'theirs').id)
    assert_refused 422, 'host', { 'drift_report' => report }, as: 'bound'
    Host::Managed.update_all(organization_id: ours.id)
    assert_equal 201, upload({ 'drift_report' => report }, as: 'bound').first
  end

  test 'each field that breaks the protocol is refused, named and logged once' do
    host
    { 'schema' => 2, 'reported_at' => 'yesterday', 'mode' => 'x', 'checked' => 30, 'findings' => 'none', 'host' => 'UPPER' }
      .each { |field, value| assert_refused 422, field, { 'drift_report' => report(field => value) } }
    assert_refused 422, 'findings[1].state', { 'drift_report' => report(findings: [finding('a[b]'), finding('a[b]', 'odd')]) }
    assert_refused 422, 'findings[0].message', { 'drift_report' => report(findings: [finding('a[b]', message: "a\u0000b")]) }
  end

  test 'ancient reports and those of the future are refused' do
    host
    assert_refused 422, 'reported_at', { 'drift_report' => report(at: Time.now.utc - (31 * 86_400)) }
    assert_refused 422, 'reported_at', { 'drift_report' => report(at: Time.now.utc + (25 * 3600)) }
  end

  test 'a wrapper that is no object is refused with 400' do
    host
    [{ 'drift_report' => 'text' }, { 'drift_report' => [report] }, { 'drift_report' => nil }, { 'drift_report' => 5 }, {}, report, []]
      .each { |body| assert_refused 400, 'drift_report', body }
  end

  test 'a body that is too large is refused with 413' do
    host
    body = { 'drift_report' => report(padding: 'x' * (256 * 1024)) }
    assert_refused 413, 'drift_report', body
    assert_equal 201, upload({ 'drift_report' => report(padding: 'x' * (250 * 1024)) }).first
  end

  test 'another content type is refused with 415' do
    host
    assert_equal 415, upload({ 'drift_report' => report }, type: 'text/plain').first
    assert_equal 0, ForemanStandfast::HostFacet.count
  end

  test 'without credentials, with wrong ones and without the permission nothing is taken' do
    host
    [nil, 'unknown', 'nobody', 'viewer'].each do |login|
      before = everything
      assert_equal [403, 'Access denied'], upload({ 'drift_report' => report }, as: login).then { |code, told| [code, told['error']['message']] }
      assert_equal before, everything
    end
  end

  test 'a reporter can do nothing but upload' do
    web = host
    send_report
    [PATH, "#{PATH}/1", "/api/v2/hosts/#{web.name}/standfast/drift_report"].each { |path| assert_equal 403, fetch(path, as: 'reporter').first, path }
  end

  test 'a registered proxy with the feature uploads for any host' do
    host
    proxy('proxy.example.com', 'Standfast')
    assert_equal 201, upload({ 'drift_report' => report }, as: nil, 'X-Verified-Certificate' => 'proxy.example.com').first
    assert_equal 'proxy', ForemanStandfast::HostFacet.first.source
  end

  test 'a proxy that may upload reports of Puppet may upload these' do
    host
    proxy('puppet.example.com', 'Puppet')
    assert_equal 201, upload({ 'drift_report' => report }, as: nil, 'X-Verified-Certificate' => 'puppet.example.com').first
  end

  test 'certificates of proxies without the feature and of nodes are refused' do
    host
    proxy('dns.example.com', 'DNS')
    %w[dns.example.com web1.example.com].each do |name|
      assert_equal 403, upload({ 'drift_report' => report }, as: nil, 'X-Verified-Certificate' => name).first
    end
  end

  def proxy(name, feature)
    SmartProxy.create!(name: name, url: "https://#{name}:8443").features << Feature.find_or_create_by!(name: feature)
  end

  test 'the list tells the newest report of each host' do
    host
    host('web2.example.com')
    send_report
    upload({ 'drift_report' => clean(host: 'web2.example.com') })
    code, told = fetch(PATH)
    assert_equal [200, 2], [code, told['total']]
    assert_equal [%w[web1.example.com drifted], %w[web2.example.com in_sync]], told['results'].map { |one| one.values_at('host', 'status') }
    assert_equal [31, 29, 2, 0, 0, 0, 'snapshot', 'check', '0.1.0', 'agent'],
      told['results'].first.values_at(*%w[checked in_sync drifted corrected failed omitted policy mode version source])
    assert_not told['results'].first.key?('findings')
  end

  test 'the list can be searched as hosts are, and paged' do
    %w[web1 web2 web3].each { |name| host("#{name}.example.com") }
    send_report
    %w[web2 web3].each { |name| upload({ 'drift_report' => clean(host: "#{name}.example.com") }) }
    names = ->(**params) { fetch(PATH, **params).last['results'].map { |one| one['host'][0, 4] } }
    assert_equal %w[web1], names.call(search: 'drift = drifted')
    assert_equal %w[web2], names.call(search: 'drift = in_sync and name ~ web2')
    assert_equal %w[web1], names.call(search: 'drift_checked > "1 day ago" and drift_resource ~ ntp')
    assert_equal [%w[web1 web2], %w[web3]], [names.call(per_page: 2), names.call(per_page: 2, page: 2)]
    assert_equal 400, fetch(PATH, search: 'drift = odd').first
  end

  test 'a report is shown with its findings, by its number and by its host' do
    web = host
    id = send_report.last['id']
    ["#{PATH}/#{id}", "/api/v2/hosts/#{web.name}/standfast/drift_report", "/api/hosts/#{web.id}/standfast/drift_report"].each do |path|
      code, told = fetch(path)
      assert_equal [200, 'web1.example.com', 2], [code, told['host'], told['findings'].size], path
      sent = finding('limits_entry[1013/soft/nproc]')
      assert_equal sent, told['findings'].first.except('since')
    end
  end

  test 'what there is no report of is not found' do
    web = host
    ["#{PATH}/77", "/api/v2/hosts/#{web.name}/standfast/drift_report", '/api/v2/hosts/none.example.com/standfast/drift_report']
      .each { |path| assert_equal 404, fetch(path).first, path }
  end

  test 'reports of hosts that a user may not see are not shown' do
    host(organization_id: Organization.create!(name: 'theirs').id)
    id = send_report.last['id']
    user('bound', 'Standfast viewer', organization_id: Organization.create!(name: 'ours').id)
    assert_equal [[], 404], [fetch(PATH, as: 'bound').last['results'], fetch("#{PATH}/#{id}", as: 'bound').first]
    assert_equal 403, fetch(PATH, as: 'nobody').first
  end

  test 'a list of many hosts costs as many statements as a list of one' do
    host
    send_report
    count = lambda do
      sent = 0
      listener = ActiveSupport::Notifications.subscribe('sql.active_record') do |*, event|
        # Foreman keeps settings in memory.
        sent += 1 unless event[:name] == 'SCHEMA' || event[:sql].include?('"settings"')
      end
      fetch(PATH)
      sent
    ensure
      ActiveSupport::Notifications.unsubscribe(listener)
    end
    fetch(PATH)
    one = count.call
    (2..8).each { |i| host("web#{i}.example.com") && upload({ 'drift_report' => clean(host: "web#{i}.example.com") }) }
    assert_equal one, count.call
  end

  test 'nothing that a finding quotes gets into the log, whether the report is taken or refused' do
    host
    canary = 'kanari-community'
    quoting = finding('snmp_community[poller]', message: canary, diff: canary, changes: [{ 'property' => 'a', 'is' => canary, 'should' => canary }])
    taken = whole_log { assert_equal 201, send_report(findings: [quoting]).first }
    refused = whole_log { assert_equal 422, send_report(findings: [quoting.merge('state' => canary)]).first }
    assert_includes taken, 'drift_report'
    assert_includes refused, 'findings[0].state'
    assert_not_includes taken + refused, canary
    assert_not_includes response.body, canary
  end

  test 'a host that is deleted while its report arrives is unknown' do
    host
    ForemanStandfast::Recorder.stub(:record, ->(*) { raise ActiveRecord::InvalidForeignKey, 'gone' }) do
      assert_refused 422, 'host', { 'drift_report' => report }
    end
  end

  test 'where the status cannot be stored nothing is, and the same report is taken again' do
    web = host
    time = Time.now.utc
    with_broken_status { assert_equal 500, send_report(at: time).first }
    assert_equal [0, 0], [ForemanStandfast::HostFacet.count, ForemanStandfast::Finding.count]
    assert_equal [201, 1], [send_report(at: time).first, web.host_statuses.count]
  end

  # Lets the last step of an upload fail.
  def with_broken_status
    broken = Module.new { define_method(:refresh_statuses) { |*| raise 'down' } }
    Host::Managed.prepend(broken)
    yield
  ensure
    broken.remove_method(:refresh_statuses)
  end

  test 'first reports of one host at the same moment are all answered, and one is kept' do
    web = host
    time = Time.now.utc
    codes = Array.new(8) { |i| Thread.new { open_session.then { |session| concurrent_upload(session, report(at: time + i)) } } }.map(&:value)
    assert_equal [], codes - [200, 201]
    assert_equal [time.to_i + 7, 1, 1], [web.standfast_facet.checked_at.to_i, ForemanStandfast::HostFacet.count, web.host_statuses.count]
  end

  def concurrent_upload(session, body)
    ActiveRecord::Base.connection_pool.with_connection do
      session.post PATH, params: JSON.generate('drift_report' => body), headers: basic('reporter').merge('CONTENT_TYPE' => 'application/json')
    end
    session.status
  end

  test 'an error of the database is a 500 that stores nothing' do
    host
    ForemanStandfast::Finding.stub(:insert_all!, ->(*) { raise ActiveRecord::StatementInvalid, 'disk full' }) { assert_equal 500, send_report.first }
    assert_equal 0, ForemanStandfast::HostFacet.count
  end
end
