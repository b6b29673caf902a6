# frozen_string_literal: true

# The spool: what it holds after what was done to it, also by another process and at the worst instants.

require 'helper'

class SpoolTest < Minitest::Test
  include Proxy::Standfast

  HOST = 'web17.example.com'

  def setup
    @dir = Dir.mktmpdir
    @files = nil
    @now = 1000.0
    open
  end

  def teardown
    FileUtils.rm_rf(@dir)
  end

  # As a new process would, which is what releases the lock of the old one.
  def open(**change)
    @files&.instance_variable_get(:@lock)&.close
    figures = settings(@dir, **change)
    @files = SpoolFiles.new(@dir, patience: 0)
    @spool = Spool.new(@files, figures, -> { @now })
  end

  def report(host = HOST, at: Time.now, **options)
    Report.parse(Reports.body(host, at: at, **options))
  end

  def hosts
    taken = []
    while (entry, = @spool.take(0))
      taken << entry.host
      @spool.done(entry)
    end
    taken
  end

  def tree(folder)
    Dir.children(File.join(@dir, folder)).sort
  end

  def test_reports_come_out_as_they_were_put_in_the_oldest_host_first_and_leave_nothing
    %w[c a b].each { |host| @spool.put(report(host)) }
    entry, body = @spool.take(0)
    assert_equal ['c', File.read(File.join(@dir, 'todo/c.json'))], [entry.host, body]
    assert_equal %w[c a b], hosts
    assert_equal [[], [], 0], [tree('todo'), tree('tmp'), @spool.figures[:bytes]]
  end

  def test_the_order_and_the_bytes_survive_the_process
    %w[c a b].each { |host| @spool.put(report(host)) }
    bytes = @spool.figures[:bytes]
    open
    assert_equal bytes, @spool.figures[:bytes]
    assert_equal %w[c a b], hosts
  end

  def test_a_newer_report_replaces_the_one_that_waits_and_keeps_its_place_also_over_a_restart
    %w[a b].each { |host| @spool.put(report(host)) }
    newer = report('a', at: Time.now + 1, drift: 3)
    @spool.put(newer)
    assert_equal newer.body, @spool.take(0).last
    open
    assert_equal newer.body, @spool.take(0).last
    assert_equal %w[a b], hosts
  end

  def test_a_report_as_old_or_older_than_what_waits_changes_nothing
    now = Time.now
    first = report(at: now)
    @spool.put(first)
    @spool.put(report(at: now, drift: 2))
    @spool.put(report(at: now - 1, drift: 2))
    assert_equal first.body, @spool.take(0).last
    assert_equal [1, first.body.bytesize], @spool.figures.values_at(:reports, :bytes)
    assert_empty tree('tmp')
  end

  def test_what_was_replaced_while_it_was_forwarded_stays_in_the_spool
    @spool.put(report(at: Time.now))
    entry, = @spool.take(0)
    newer = report(at: Time.now + 1)
    @spool.put(newer)
    @spool.done(entry)
    assert_equal newer.body, @spool.take(0).last
  end

  def test_a_postponed_host_comes_again_when_its_time_has_come_and_hinders_nobody
    %w[a b].each { |host| @spool.put(report(host)) }
    @spool.postpone(@spool.take(0).first, 10)
    assert_equal %w[b], hosts
    @now += 11
    entry, = @spool.take(0)
    assert_equal ['a', 1], [entry.host, entry.tries]
  end

  def test_a_host_that_is_postponed_keeps_its_tries_when_it_reports_again
    @spool.put(report)
    @spool.postpone(@spool.take(0).first, 10)
    newer = report(at: Time.now + 1)
    @spool.put(newer)
    assert_nil @spool.take(0)
    @now += 11
    entry, body = @spool.take(0)
    assert_equal [1, newer.body], [entry.tries, body]
  end

  def test_take_wakes_up_for_a_report
    taker = Thread.new { @spool.take(30) }
    sleep 0.05
    @spool.put(report)
    assert_equal HOST, taker.value.first.host
  end

  def test_many_threads_leave_the_newest_of_each_host
    start = Time.now
    threads = Array.new(8) do |t|
      Thread.new { 40.times { |n| @spool.put(report("h#{n % 5}", at: start + ((n * 8) + t))) } }
    end
    threads.each(&:join)
    newest = 5.times.map { |h| [h, Reports.time(start + ((35 + h) * 8) + 7)] }.to_h
    5.times { |h| assert_includes File.read(File.join(@dir, "todo/h#{h}.json")), newest[h] }
    assert_equal [5, tree('todo').sum { |f| File.size(File.join(@dir, 'todo', f)) }],
                 @spool.figures.values_at(:reports, :bytes)
    assert_empty tree('tmp')
  end

  def test_what_a_killed_process_left_half_written_is_gone_and_the_rest_is_there
    @spool.put(report)
    File.write(File.join(@dir, 'tmp/1-1'), '{"drift_rep')
    open
    assert_equal [[], [HOST]], [tree('tmp'), hosts]
  end

  def test_a_process_killed_between_the_dead_letter_and_its_removal_buries_it_once
    @spool.put(report)
    entry, body = @spool.take(0)
    @spool.verdicts.bury(HOST, body, Verdict.new('refused', 422, 'x'))
    open
    entry, body = @spool.take(0)
    @spool.bury(entry, body, Verdict.new('refused', 422, 'x'))
    assert_equal [[], 1], [tree('todo'), @spool.verdicts.figures[:dead]]
  end

  def test_a_dead_letter_holds_report_and_reason_and_the_host_is_told_after_a_restart_too
    @spool.put(report)
    entry, body = @spool.take(0)
    @spool.bury(entry, body, Verdict.new('refused', 422, 'policy: x'))
    open
    letter = JSON.parse(File.read(File.join(@dir, 'dead', "#{HOST}.json")))
    assert_equal [HOST, 'refused', 422, 'policy: x', body],
                 letter.values_at('host', 'outcome', 'status', 'message', 'report')
    assert_equal 'refused', @spool.verdicts.last(HOST)['outcome']
    assert_equal({ dead: 1, dead_bytes: File.size(File.join(@dir, 'dead', "#{HOST}.json")), refused_hosts: 1 },
                 @spool.verdicts.figures)
    @spool.verdicts.clear(HOST)
    open
    assert_nil @spool.verdicts.last(HOST)
  end

  def test_the_dead_letters_are_bounded_and_the_oldest_go
    open(dead_count: 2)
    %w[a b c].each { |host| @spool.verdicts.bury(host, '{}', Verdict.new('refused', 422, 'x')) }
    assert_equal %w[b.json c.json], tree('dead')
    open(dead_count: 9, dead_bytes: 250)
    @spool.verdicts.bury('d', 'x' * 100, Verdict.new('refused', 422, 'x'))
    assert_equal %w[d.json], tree('dead')
  end

  def test_what_hosts_are_told_is_bounded
    open(spool_count: 2)
    %w[a b c].each { |host| @spool.verdicts.note(host, Verdict.new('refused', 422, 'x')) }
    assert_equal %w[b.json c.json], tree('last')
  end

  def test_a_file_that_is_no_report_or_has_the_name_of_another_is_put_aside
    File.write(File.join(@dir, 'todo/broken.json'), "{\xff")
    File.write(File.join(@dir, 'todo/other.json'), report.body)
    open
    assert_equal [[], %w[broken.json other.json]], [hosts, tree('dead')]
    assert_empty tree('todo')
  end

  def test_a_file_that_somebody_has_removed_is_no_report_any_more
    %w[a b].each { |host| @spool.put(report(host)) }
    File.unlink(File.join(@dir, 'todo/a.json'))
    assert_equal %w[b], hosts
    assert_equal 0, @spool.figures[:bytes]
  end

  def test_a_file_that_cannot_be_read_keeps_nobody_and_is_left_where_it_is
    %w[a b c].each { |host| @spool.put(report(host)) }
    File.unlink(File.join(@dir, 'todo/a.json'))
    Dir.mkdir(File.join(@dir, 'todo/a.json'))
    Dir.mkdir(File.join(@dir, 'last/a.json'))
    assert_equal 'b', @spool.take(0).first.host
    open
    assert_equal [%w[b c], %w[a.json], []], [hosts, tree('todo'), tree('dead')]
    assert_equal 0, @spool.figures[:bytes]
  end

  def test_the_longest_name_of_a_host_has_a_file_of_its_own
    names = %w[x y].map { |last| "#{'a' * 254}#{last}" }
    names.each { |host| @spool.put(report(host)) }
    open
    assert_equal names, hosts
  end

  def test_a_second_process_cannot_use_the_same_spool
    assert_raises(Errno::EWOULDBLOCK) { SpoolFiles.new(@dir, patience: 0) }
  end

  def test_a_spool_that_cannot_be_made_says_why
    File.write(File.join(@dir, 'file'), '')
    error = assert_raises(Spool::Unusable) { Spool.open(settings(File.join(@dir, 'file'))) }
    assert_match(/cannot use the spool: .*file/, error.message)
  end

  def test_ten_thousand_hosts_wait_and_are_loaded_again_in_order
    time = Time.now
    10_000.times do |n|
      path = File.join(@dir, 'todo', "h#{n}.json")
      File.write(path, Reports.body("h#{n}", at: time))
      File.utime(time + n, time + n, path)
    end
    open
    assert_equal 10_000, @spool.figures[:reports]
    assert_equal Array.new(10_000) { |n| "h#{n}" }, hosts
  end
end
