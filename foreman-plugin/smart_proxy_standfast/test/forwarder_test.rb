# frozen_string_literal: true

# Forwarding to a stand-in for Foreman over TLS, step by step.

require 'helper'
require 'foreman_standin'

class ForwarderTest < Minitest::Test
  include Proxy::Standfast

  def setup
    @dir = Dir.mktmpdir
    @files = nil
    @log = StringIO.new
    Proxy::Log.sink = Logger.new(@log)
    @ca = Authority.new(@dir, 'Puppet CA')
    @foreman = ForemanStandin.new(@ca, 'proxy.example.com', known: %w[a b c])
    own = @ca.issue('proxy.example.com')
    configure(own, @ca.file, @foreman.url)
    @dead = File.join(@dir, 'spool/dead')
    open
  end

  def teardown
    @connection.close
    @foreman.close
    FileUtils.rm_rf(@dir)
    Proxy::Log.sink = Logger.new(IO::NULL)
  end

  def configure(pair, authority, url)
    Proxy::SETTINGS.foreman_ssl_cert = pair.certificate
    Proxy::SETTINGS.foreman_ssl_key = pair.key
    Proxy::SETTINGS.foreman_ssl_ca = authority
    Proxy::SETTINGS.foreman_url = url
  end

  def open(**change)
    @files&.instance_variable_get(:@lock)&.close
    figures = settings(File.join(@dir, 'spool'), timeout: 1, connect_timeout: 1, **change)
    @files = SpoolFiles.new(figures.spool_dir, patience: 0)
    @now = 1000.0
    @spool = Spool.new(@files, figures, -> { @now })
    @connection = Connection.new(figures)
    @forwarder = Forwarder.new(@spool, @connection, figures)
  end

  def put(host, at: Time.now, **options)
    report = Report.parse(Reports.body(host, at: at, **options))
    @spool.put(report)
    report.body
  end

  def answers(*list)
    @foreman.behave = ->(_number, _host) { list.shift }
  end

  def logged
    @log.string.lines.grep(/standfast/)
  end

  def state
    @forwarder.figures[:state]
  end

  def test_a_body_arrives_to_the_byte_as_a_report_of_version_2_of_the_api_and_leaves_the_spool
    body = put('a')
    assert_equal 0, @forwarder.step(0)
    assert_equal [body], @foreman.arrivals.map(&:body)
    assert_match(/\APOST [^?]*\?? HTTP.*^Content-Type: application\/json\r$/mi, @foreman.requests.first)
    assert_match(/^Accept: application\/json,version=2\r$/i, @foreman.requests.first)
    assert_equal [0, 1], [@spool.size, @forwarder.figures[:forwarded]]
  end

  def test_many_reports_go_over_one_connection
    30.times { |n| put(%w[a b c][n % 3], at: Time.now + n) && @forwarder.step(0) }
    assert_equal [30, 1], [@foreman.arrivals.size, @foreman.connections]
  end

  def test_a_kept_connection_that_was_cut_is_made_anew_at_once
    put('a') && @forwarder.step(0)
    answers(:cut)
    put('b')
    assert_equal 0, @forwarder.step(0)
    assert_equal [%w[a b], 'forwarding', 2], [@foreman.arrivals.map(&:host), state, @foreman.connections]
    assert_empty @log.string.lines.grep(/ERROR|WARN/)
  end

  def test_a_report_that_was_stored_though_no_answer_came_is_sent_again_and_counts_once
    [:store_and_cut, :store_and_500].each_with_index do |what, n|
      answers(what)
      put('a', at: Time.now + n)
      assert_operator @forwarder.step(0), :>, 0
      @now += 1000
      assert_equal 0, @forwarder.step(0)
    end
    assert_equal [true, false, true, false], @foreman.arrivals.map(&:stored)
  end

  def test_an_unknown_host_is_told_tried_again_slowly_and_given_up_after_so_many_tries
    open(unknown_host_tries: 3, slow_retry: 100)
    put('stranger')
    2.times do
      assert_equal 0, @forwarder.step(0)
      assert_equal [1, []], [@spool.size, Dir.children(@dead)]
      assert_nil @spool.take(0)
      @now += 101
    end
    assert_equal 'unknown host stranger', @spool.verdicts.last('stranger')['message']
    @forwarder.step(0)
    assert_equal [0, %w[stranger.json], 1], [@spool.size, Dir.children(@dead), logged.grep(/does not know/).size]
  end

  def test_an_unknown_host_hinders_nobody_and_is_forgotten_when_foreman_knows_it
    %w[stranger a].each { |host| put(host) }
    2.times { assert_equal 0, @forwarder.step(0) }
    assert_equal %w[a], @foreman.arrivals.map(&:host)
    @foreman.instance_variable_set(:@known, nil)
    @now += 1000
    @forwarder.step(0)
    assert_equal %w[a stranger], @foreman.arrivals.map(&:host)
    assert_nil @spool.verdicts.last('stranger')
  end

  def test_an_unknown_host_whose_report_is_old_is_given_up_at_the_first_try
    put('stranger', at: Time.now - (8 * 86_400))
    @forwarder.step(0)
    assert_equal [0, %w[stranger.json]], [@spool.size, Dir.children(@dead)]
  end

  def test_a_report_that_foreman_refuses_is_a_dead_letter_and_the_next_follows_at_once
    answers([422, {}, '{"error":{"field":"policy","message":"is odd"}}'])
    body = put('a')
    put('b')
    assert_equal 0, @forwarder.step(0)
    letter = JSON.parse(File.read(File.join(@dead, 'a.json')))
    assert_equal [body, 422, 'policy: is odd'], letter.values_at('report', 'status', 'message')
    assert_equal %w[refused policy:\ is\ odd], @spool.verdicts.last('a').values_at('outcome', 'message')
    @forwarder.step(0)
    assert_equal %w[b], @foreman.arrivals.map(&:host)
    assert_match(/refuses the report of a: answered 422 for policy/, logged.first)
  end

  def test_access_denied_keeps_all_waits_long_and_is_logged_once
    configure(@ca.issue('other.example.com'), @ca.file, @foreman.url)
    %w[a b].each { |host| put(host) }
    3.times { assert_includes 450..900, @forwarder.step(0) }
    assert_equal [2, []], [@spool.size, Dir.children(@dead)]
    assert_equal 1, logged.size
    assert_match(/Foreman answered 403; an admin must change that; 2 reports wait/, logged.first)
    configure(@ca.issue('proxy.example.com'), @ca.file, @foreman.url)
    assert_equal [0, 0], [@forwarder.step(0), @forwarder.step(0)]
    assert_match(/takes reports again/, logged.grep(/INFO/).last)
  end

  def test_no_plugin_at_foreman_or_a_login_page_keeps_all
    [[404, {}, ''], [200, {}, '<html>'], [302, { 'Location' => 'https://127.0.0.1:9/' }, '']].each do |answer|
      answers(answer)
      put('a')
      assert_includes 450..900, @forwarder.step(0)
      assert_equal [1, []], [@spool.size, Dir.children(@dead)]
    end
  end

  def test_an_overloaded_foreman_is_given_the_time_that_it_asks_for
    answers([503, { 'Retry-After' => '70' }, ''], [429, {}, ''])
    put('a')
    assert_includes 70..75, @forwarder.step(0)
    assert_operator @forwarder.step(0), :<=, 10
    assert_equal 0, @forwarder.step(0)
  end

  def test_a_report_at_which_foreman_always_fails_does_not_keep_the_others
    @foreman.behave = ->(_number, host) { host == 'a' ? [500, {}, ''] : nil }
    %w[a b c].each { |host| put(host) }
    assert_includes 2.5..5, @forwarder.step(0)
    2.times { assert_equal 0, @forwarder.step(0) }
    assert_equal [%w[b c], 1], [@foreman.arrivals.map(&:host), @spool.size]
    @now += 6
    assert_includes 2.5..5, @forwarder.step(0)
  end

  def test_a_foreman_that_is_away_stalls_or_never_ends_its_answer_is_tried_again_and_bounded
    put('a')
    { stall: 'Timeout::Error', endless: 'Proxy::Standfast::Connection::TooLong', cut: 'EOFError' }.each do |what, why|
      answers(what, what)
      assert_operator @forwarder.step(0), :>, 0
      assert_equal "Foreman no answer: #{why}", state
    end
    configure(@ca.issue('proxy.example.com'), @ca.file, 'https://127.0.0.1:9/')
    assert_operator @forwarder.step(0), :>, 0
    assert_equal 'Foreman no answer: Errno::ECONNREFUSED', state
    assert_equal 1, @spool.size
  end

  def test_a_foreman_of_a_foreign_authority_gets_nothing
    foreign = Authority.new(@dir, 'Foreign CA')
    configure(@ca.issue('proxy.example.com'), foreign.file, @foreman.url)
    put('a')
    assert_operator @forwarder.step(0), :>, 0
    assert_equal [[], 'Foreman no answer: OpenSSL::SSL::SSLError'], [@foreman.requests, state]
  end

  def test_settings_of_the_proxy_that_allow_no_connection_are_an_admins_matter
    own = @ca.issue('proxy.example.com')
    put('a')
    [[own, ''], [own, 'foreman.example.com'], [own, ':'],
     [Authority::Pair.new('/nowhere', own.key), @foreman.url],
     [Authority::Pair.new(own.certificate, @ca.file), @foreman.url]].each do |pair, url|
      configure(pair, @ca.file, url)
      assert_includes 450..900, @forwarder.step(0), url
      assert_match(/cannot be used/, state)
    end
    assert_empty @foreman.requests
  end

  def test_the_thread_forwards_by_itself_outlives_an_error_and_ends_when_told
    broken = true
    @spool.define_singleton_method(:done) { |entry| broken ? (broken = false; raise 'canary') : super(entry) }
    open_pace
    @forwarder.start
    @forwarder.start
    put('a')
    wait_until { @spool.size.zero? }
    assert_equal [true, false], @foreman.arrivals.map(&:stored)
    assert_match(/cannot forward: RuntimeError at .*forwarder_test\.rb/, logged.first)
    refute_match(/canary/, @log.string)
    threads = Thread.list.select { |thread| thread.name == 'standfast-forwarder' }
    assert_equal 1, threads.size
    @forwarder.stop
    refute threads.first.alive?
  end

  def open_pace
    @forwarder.instance_variable_set(:@pace, Pace.new(0.01, 0.1))
  end

  def wait_until
    1000.times { yield ? return : sleep(0.01) }
    flunk 'it did not come about within 10 seconds'
  end
end
