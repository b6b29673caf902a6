# frozen_string_literal: true

# The plugin as a process behind real TLS, with certificates of its own authority, of another, and none.

require 'helper'
require 'as_process'

class ProcessTest < Minitest::Test
  include AsProcess

  CANARY = 'canary-c0mmunity-7'

  def setup
    prepare(known: ['web17.example.com'], retry_min: 0.05, retry_max: 0.2)
    @proxy.start
    @own = @ca.issue('web17.example.com')
  end

  def test_a_report_with_the_hosts_own_certificate_reaches_foreman_to_the_byte
    body = Reports.body('web17.example.com')
    assert_equal [202, { 'spooled' => true, 'host' => 'web17.example.com' }], @proxy.post(body, @own)
    wait_until { @foreman.arrivals.any? }
    assert_equal [body], @foreman.arrivals.map(&:body)
  end

  def test_what_has_no_right_to_report_gets_nothing_into_the_spool
    body = Reports.body('web17.example.com')
    foreign = Authority.new(@dir, 'Foreign CA').issue('web17.example.com')
    expired = @ca.issue('web17.example.com', expires: Time.now - 60)
    [foreign, expired].each do |pair|
      assert_raises(OpenSSL::SSL::SSLError, Errno::ECONNRESET, EOFError) { @proxy.post(body, pair) }
    end
    assert_equal [403, nil], @proxy.post(body, nil).then { |status, answer| [status, answer['error']['field']] }
    other = @ca.issue('web18.example.com', alternatives: ['web17.example.com'])
    assert_equal [403, 'host'], @proxy.post(body, other).then { |status, answer| [status, answer['error']['field']] }
    status, answer = @proxy.post_plain(body)
    assert_equal [403, 'plain HTTP: use the HTTPS port'], [status, answer['error']['message']]
    assert_equal 413, @proxy.post("#{body}#{' ' * 262_144}", @own).first
    figures = @proxy.get('/standfast/status', @ca.issue('foreman.example.com')).last
    assert_equal [0, 0], [figures['spool']['reports'], figures['forwarder']['forwarded']]
    assert_empty @foreman.requests
  end

  def test_the_status_is_for_trusted_hosts_and_says_what_foreman_answers
    trusted = @ca.issue('foreman.example.com')
    @foreman.behave = ->(_number, _host) { [403, {}, '{}'] }
    @proxy.post(Reports.body('web17.example.com'), @own)
    wait_until { @foreman.requests.any? }
    status = nil
    wait_until { (status = @proxy.get('/standfast/status', trusted).last)['forwarder']['state'] != 'forwarding' }
    assert_equal ['Foreman answered 403; an admin must change that', 1],
                 [status['forwarder']['state'], status['spool']['reports']]
    assert_equal 403, @proxy.get('/standfast/status', @own).first
    assert_equal 403, @proxy.get('/standfast/status', nil).first
  end

  def test_no_line_of_the_log_holds_anything_of_a_body_or_of_foremans_texts_whatever_happens
    echo = ->(status) { [status, {}, JSON.generate(error: { field: CANARY, message: CANARY })] }
    answers = [echo.call(500), echo.call(503), echo.call(422), :cut, echo.call(400), echo.call(200), echo.call(403)]
    @foreman.behave = ->(number, _host) { answers[number - 1] }
    post = ->(body, **options) { @proxy.post(body, @own, **options).first }
    assert_equal(202, post.call(Reports.body('web17.example.com', future: CANARY)))
    wait_until { @foreman.requests.size >= 3 }
    assert_equal(202, post.call(Reports.body('web17.example.com', future: CANARY)))
    wait_until { @foreman.requests.size >= 5 }
    refused = [Reports.body('web17.example.com', mode: CANARY), "{\"drift_report\": #{CANARY}", CANARY,
               Reports.body('web17.example.com').sub('"mode"', "\"#{CANARY}\":1,\"#{CANARY}\":2,\"mode\"")]
    assert_equal([422, 400, 400, 400], refused.map { |body| post.call(body) })
    assert_equal(415, post.call(CANARY, type: CANARY.dup))
    log = File.read(@proxy.log)
    assert_match(/refused a report of web17/, log)
    refute_includes log, CANARY
    ours = log.lines.grep(/standfast: /)
    assert_operator ours.size, :>=, 5
    assert_empty ours.grep_v(/\A[A-Z], \[\S+ #\d+\] +[A-Z]+ -- : standfast: \S/)
  end

  # A kill does not tell what was only in the kernel's memory; the calls do.
  def test_report_and_folder_are_synced_to_the_disk_before_the_answer_leaves
    lines = traced { assert_equal 202, @proxy.post(Reports.body('web17.example.com'), @own).first }
    thread = lines.grep(CALLS[:sync_file]).first.to_i # strace begins each line with it
    calls = lines.select { |line| line.to_i == thread }.map { |line| CALLS.find { |_, call| call.match?(line) }&.first }
    assert_equal %i[sync_file rename sync_folder send], calls.compact.drop_while { |call| call == :send }.uniq
  end

  CALLS = { sync_file: %r{fsync\(\d+<[^>]*/spool/tmp/}, rename: %r{rename\("[^"]*/tmp/[^"]*", "[^"]*/todo/},
            sync_folder: %r{fsync\(\d+<[^>]*/spool/todo>}, send: /write\(\d+<socket:/ }.freeze

  # The system calls of the proxy meanwhile.
  def traced
    trace = File.join(@dir, 'trace')
    tracer = Process.spawn('strace', '-f', '-y', '-e', 'trace=fsync,rename,write', '-o', trace, '-p', @proxy.pid.to_s,
                           err: File::NULL)
    wait_until do
      Dir["/proc/#{@proxy.pid}/task/*/status"].all? { |file| File.read(file)[/TracerPid:\s+(\d+)/, 1] == tracer.to_s }
    end
    yield
    Process.kill(:INT, tracer)
    Process.waitpid(tracer)
    tracer = nil
    File.readlines(trace)
  ensure
    Process.kill(:KILL, tracer) && Process.waitpid(tracer) if tracer
  end

  def test_a_second_process_on_the_same_spool_does_not_start
    second = ProxyProcess.new(@dir, @ca, @foreman.url)
    error = assert_raises(RuntimeError) { second.start }
    assert_match(/cannot use the spool: .*lock/, error.message)
  end
end
