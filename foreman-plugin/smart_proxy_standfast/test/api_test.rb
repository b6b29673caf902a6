# frozen_string_literal: true

# Each answer of the API, under rack-test, with the environment that WEBrick gives.

require 'helper'
require 'rack/test'

class ApiTest < Minitest::Test
  include Rack::Test::Methods

  NAME = 'web17.example.com'

  attr_reader :app

  def setup
    @dir = Dir.mktmpdir
    @container = nil
    @log = StringIO.new
    @ca = Authority.new(@dir, 'Puppet CA')
    @pem = certificate(NAME)
    boot
  end

  def teardown
    @container.get_dependency(:standfast_forwarder).stop
    FileUtils.rm_rf(@dir)
  end

  # Foreman is away in these tests: nothing listens there.
  def boot(**change)
    @container&.get_dependency(:standfast_forwarder)&.stop
    Proxy::SETTINGS.foreman_url = 'http://127.0.0.1:9/'
    Proxy::SETTINGS.trusted_hosts = ['foreman.example.com']
    @spool_dir = File.join(@dir, "spool#{rand(1_000_000)}")
    @app, @container = Standin.boot({ spool_dir: @spool_dir, retry_min: 900, **change }, Logger.new(@log))
  end

  def certificate(*names, **options)
    File.read(@ca.issue(*names, **options).certificate)
  end

  def send_report(body, pem: @pem, https: 'on', type: 'application/json', **env)
    post '/standfast/drift_reports', body,
         { 'CONTENT_TYPE' => type, 'HTTPS' => https, 'SSL_CLIENT_CERT' => pem }.merge(env.transform_keys(&:to_s))
    last_response
  end

  def answer
    JSON.parse(last_response.body)
  end

  def spooled
    Dir.children(File.join(@spool_dir, 'todo')).sort
  end

  def assert_refused(status, field, body, **options)
    send_report(body, **options)
    assert_equal [status, field], [last_response.status, answer['error']['field']], last_response.body
    assert_empty spooled
  end

  def test_a_report_is_on_disk_to_the_byte_and_private_when_202_is_answered
    body = Reports.body(NAME)
    send_report(body)
    assert_equal [202, { 'spooled' => true, 'host' => NAME }], [last_response.status, answer]
    file = File.join(@spool_dir, 'todo', "#{NAME}.json")
    assert_equal body, File.read(file)
    assert_equal [0o600, 0o700], [File.stat(file).mode & 0o777, File.stat(File.dirname(file)).mode & 0o777]
  end

  def test_plain_http_is_refused_whatever_comes_with_it
    ['', 'off', nil].each { |https| assert_refused(403, nil, Reports.body(NAME), https: https) }
    assert_match(/HTTPS/, answer['error']['message'])
  end

  def test_a_request_without_a_certificate_that_names_one_host_is_refused
    many = certificate(NAME, 'other.example.com')
    none = certificate(alternatives: [NAME])
    odd = certificate("#{NAME}/../x", alternatives: [])
    ['', nil, 'no certificate', many, none, odd].each do |pem|
      assert_refused(403, nil, Reports.body(NAME), pem: pem)
    end
  end

  def test_a_body_that_names_another_host_is_refused_with_the_field
    assert_refused(403, 'host', Reports.body('web18.example.com'))
  end

  def test_an_alternative_name_is_no_name_to_report_for
    assert_refused(403, 'host', Reports.body('puppet'), pem: certificate(NAME, alternatives: [NAME, 'puppet']))
  end

  def test_a_certname_in_capitals_is_the_host_in_small_letters
    send_report(Reports.body(NAME), pem: certificate('WEB17.Example.com'))
    assert_equal 202, last_response.status
  end

  def test_a_host_that_is_given_twice_is_refused_also_when_one_is_spelt_with_escapes
    body = Reports.body(NAME)
    ['"host":"web18.example.com",', '"h\u006fst":"web18.example.com",'].each do |second|
      assert_refused(400, 'drift_report', body.sub('"host"', "#{second}\"host\""))
      assert_refused(400, 'drift_report', body.sub('"version"', "#{second}\"version\""))
    end
    assert_refused(400, 'drift_report', body.sub('{', '{"drift_report":{"host":"web18.example.com"},'))
  end

  def test_a_key_beside_the_report_is_refused_for_it_would_speak_with_the_authority_of_the_proxy
    assert_refused(400, 'drift_report', JSON.generate(drift_report: Reports.fields(NAME), organization_id: 1))
  end

  def test_what_is_no_report_at_all_is_refused
    ['', 'null', '[]', '{}', '{"drift_report":[]}', '{"drift_report":', "{\"drift_report\":\"\xff\"}", '{"a":NaN}',
     '{"drift_report":1}'].each { |body| assert_refused(400, 'drift_report', body) }
  end

  def test_deep_nesting_is_refused
    assert_refused(400, 'drift_report', "{\"drift_report\":#{'[' * 10_000}#{']' * 10_000}}")
  end

  def test_a_body_over_the_bound_is_refused_and_one_of_the_bound_is_taken
    body = Reports.body(NAME)
    longest = body.sub('"version"', "\"filler\":\"#{'x' * (262_144 - body.bytesize - 12)}\",\"version\"")
    assert_equal 262_144, longest.bytesize
    assert_refused(413, 'drift_report', longest.sub('xx', 'xxx'))
    assert_refused(413, 'drift_report', longest.sub('xx', 'xxx'), CONTENT_LENGTH: '5')
    send_report(longest)
    assert_equal 202, last_response.status
  end

  def test_another_content_type_or_encoding_is_refused
    ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''].each do |type|
      assert_refused(415, nil, Reports.body(NAME), type: type)
    end
    assert_refused(415, nil, Reports.body(NAME), HTTP_CONTENT_ENCODING: 'gzip')
    send_report(Reports.body(NAME), type: 'application/json; charset=utf-8')
    assert_equal 202, last_response.status
  end

  WRONG = {
    'schema' => [2, '1', nil, 1.0], 'host' => ['', 'WEB17.example.com', 17, nil, "#{NAME}\n", 'x' * 256],
    'reported_at' => ['yesterday', '2026-11-27T12:08:46Z', '2026-02-31T12:08:46.123456Z', 7, nil,
                      '2026-11-27T25:08:46.123456Z', Reports.time(Time.now + (2 * 86_400)),
                      Reports.time(Time.now - (31 * 86_400))],
    'version' => ['', 'x' * 33, 1, nil], 'mode' => ['noop', nil], 'policy' => ['x', nil],
    'checked' => [-1, 1_000_001, '3', 1.5, nil, 30], 'in_sync' => [nil], 'drifted' => [[]], 'corrected' => [true],
    'failed' => [-1], 'omitted' => [{}, -1],
    'findings' => [nil, {}, Array.new(51) { |n| Reports.finding(n) }]
  }.freeze

  def test_each_field_of_the_envelope_that_is_wrong_is_named
    boot(host_burst: 1000)
    WRONG.each do |field, values|
      values.each { |value| assert_refused(422, field, Reports.body(NAME, **{ field.to_sym => value })) }
    end
  end

  def test_a_finding_that_is_wrong_is_named_by_its_place
    good = Reports.finding(1)
    { 'findings[1]' => 7, 'findings[1].resource' => good.merge(resource: ''),
      'findings[1].state' => good.merge(state: 'bad'), 'findings[1].changes' => good.merge(changes: {}),
      'findings[1].evidence' => good.merge(evidence: 'x') }.each do |field, finding|
      assert_refused(422, field, Reports.body(NAME, findings: [good, finding]))
    end
  end

  PIECES = ['{', '}', '[', ']', '"', ',', ':', '\\u0000', '\\ud800', "\xff", "\0", 'null', '-', '"host":', '//',
            '9' * 400, 'web18.example.com', "\u2028", '{"drift_report":'].map(&:b).freeze

  # Parts of a sound body, each in a random place replaced, doubled or taken out.
  def mangled(random)
    body = Reports.body(NAME).b
    (1 + random.rand(4)).times do
      at = random.rand(body.bytesize)
      again = body[random.rand(body.bytesize), 40]
      body[at, random.rand(12)] = [PIECES.sample(random: random), again, ''].sample(random: random)
    end
    body
  end

  def test_whatever_a_body_holds_it_is_taken_whole_for_its_own_host_or_refused_with_a_reason
    boot(host_burst: 100_000)
    seed = Random.new_seed
    random = Random.new(seed)
    statuses = Array.new(1500) do
      body = mangled(random)
      send_report(body)
      assert_includes [202, 400, 403, 422], last_response.status, "seed #{seed}: #{body.inspect}"
      assert_empty spooled - ["#{NAME}.json"], "seed #{seed}: #{body.inspect}"
      refute_empty answer['error']['message'] unless last_response.status == 202
      last_response.status
    end
    assert_equal [202, 400, 422], statuses.uniq.sort - [403]
  end

  def test_unknown_further_fields_are_taken_and_omitted_may_be_absent
    assert_equal 202, send_report(Reports.body(NAME, future: { deep: [1] })).status
    assert_equal 202, send_report(Reports.body(NAME, omitted: nil)).status
  end

  def test_a_host_that_reports_too_often_is_told_when_it_may_again_and_others_are_not_hindered
    boot(host_burst: 3, host_reports_per_hour: 60)
    statuses = Array.new(4) { send_report(Reports.body(NAME)).status }
    assert_equal [202, 202, 202, 429], statuses
    assert_includes 55..60, last_response['Retry-After'].to_i
    send_report(Reports.body('web18.example.com'), pem: certificate('web18.example.com'))
    assert_equal 202, last_response.status
  end

  def test_a_full_spool_takes_only_newer_reports_of_hosts_that_wait
    boot(spool_count: 1)
    assert_equal 202, send_report(Reports.body(NAME)).status
    send_report(Reports.body('web18.example.com'), pem: certificate('web18.example.com'))
    assert_equal [429, '300'], [last_response.status, last_response['Retry-After']]
    assert_equal 202, send_report(Reports.body(NAME)).status
    assert_equal ["#{NAME}.json"], spooled
  end

  def test_a_spool_of_so_many_bytes_is_full
    boot(spool_bytes: 2000)
    assert_equal 202, send_report(Reports.body(NAME)).status
    assert_equal 429, send_report(Reports.body(NAME, drift: 20)).status
    assert_empty Dir.children(File.join(@spool_dir, 'tmp'))
  end

  def test_a_disk_that_takes_nothing_is_answered_with_503_and_leaves_nothing
    FileUtils.rm_rf(File.join(@spool_dir, 'tmp'))
    send_report(Reports.body(NAME))
    assert_equal [503, '300'], [last_response.status, last_response['Retry-After']]
    assert_empty spooled
  end

  def test_the_host_is_told_what_became_of_its_last_report
    verdict = Proxy::Standfast::Verdict.new('unknown_host', 422, "host: unknown host #{NAME}")
    @container.get_dependency(:standfast_spool).verdicts.note(NAME, verdict)
    send_report(Reports.body(NAME))
    assert_equal ['unknown_host', "host: unknown host #{NAME}"], answer['last'].values_at('outcome', 'message')
    assert_match(/\A\d{4}-\d\d-\d\dT/, answer['last']['at'])
  end

  def status_as(name, https: 'on')
    get '/standfast/status', {}, { 'HTTPS' => https, 'SSL_CLIENT_CERT' => name ? certificate(name) : '' }
    last_response.status
  end

  def test_the_status_is_for_trusted_hosts_alone
    assert_equal [403, 403, 403], [status_as(nil), status_as(NAME), status_as('foreman.example.com', https: nil)]
    Proxy::SETTINGS.trusted_hosts = nil
    assert_equal 403, status_as('foreman.example.com')
  end

  def test_the_status_has_the_figures_of_the_spool
    body = Reports.body(NAME)
    send_report(body)
    assert_equal 200, status_as('foreman.example.com')
    assert_equal [1, body.bytesize], answer['spool'].values_at('reports', 'bytes')
    assert_equal({ 'dead' => 0, 'dead_bytes' => 0, 'refused_hosts' => 0 }, answer['refused'])
    assert_equal 0, answer['forwarder']['forwarded']
  end

  def test_other_addresses_and_methods_are_not_found
    get '/standfast/drift_reports', {}, { 'HTTPS' => 'on', 'SSL_CLIENT_CERT' => @pem }
    assert_equal 404, last_response.status
  end

  def test_a_refusal_is_one_line_of_the_log_that_names_host_and_field_and_holds_nothing_of_the_body
    send_report(Reports.body(NAME, mode: "canary\nline"))
    send_report('{"drift_report": canary')
    lines = @log.string.lines.grep(/refused/)
    assert_equal 2, lines.size
    assert_match(/refused a report of web17\.example\.com with 422: mode must be one of/, lines.first)
    refute_match(/canary/, @log.string)
  end

  def test_the_plugin_is_disabled_by_a_setting_that_is_no_sound_figure
    { spool_count: 0, retry_min: 'x', spool_dir: 'relative', timeout: nil, retry_max: 1 }.each do |name, value|
      error = assert_raises(Proxy::Error::ConfigurationError) { settings(@dir, **{ name => value }) }
      assert_includes error.message, name.to_s
    end
  end
end
