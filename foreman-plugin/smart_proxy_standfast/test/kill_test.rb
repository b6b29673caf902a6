# frozen_string_literal: true

# Killed at random instants while hosts report and Foreman fails at random: nothing is lost, nothing counts twice.

require 'helper'
require 'as_process'

class KillTest < Minitest::Test
  include AsProcess

  HOSTS = 12
  REPORTS = 25 # of each host
  KILLS = 20
  NETWORK = [SystemCallError, IOError, OpenSSL::SSL::SSLError, Net::ReadTimeout].freeze

  def setup
    @seed = Random.new_seed
    @random = Random.new(@seed)
    prepare(retry_min: 0.01, retry_max: 0.05, timeout: 2, host_burst: 1000)
    @foreman.behave = faults(Random.new(@seed + 1))
    @bodies = {}
    @accepted = Hash.new { |hash, host| hash[host] = [] }
    @lock = Mutex.new
  end

  # A third of the requests go wrong, in all the ways in which they can.
  def faults(random)
    ways = [:cut, :store_and_cut, :store_and_500, [500, {}, ''], [503, {}, ''], [502, {}, '<html>']]
    later = [503, { 'Retry-After' => '1' }, '']
    ->(number, _host) { number % 40 == 39 ? later : (ways.sample(random: random) if random.rand < 0.33) }
  end

  # As the client does: the same body until it is taken. A report of a host is newer than the one before.
  def report_as(host, pair)
    REPORTS.times do |n|
      at = Time.now
      body = Reports.body(host, at: at, drift: n % 4)
      time = Reports.time(at)
      @lock.synchronize { @bodies[[host, time]] = body }
      sleep 0.05 until taken?(body, pair)
      @lock.synchronize { @accepted[host] << time }
      sleep 0.3 * @lock.synchronize { @random.rand }
    end
  end

  def taken?(body, pair)
    status, answer = @proxy.post(body, pair)
    raise "answered #{status} #{answer}" unless status == 202

    true
  rescue *NETWORK
    false
  end

  # Ends when all hosts have reported.
  def kill_at_random(hosts)
    kills = 0
    while hosts.any?(&:alive?)
      sleep(0.02 + (0.25 * @lock.synchronize { @random.rand }))
      next if kills >= KILLS

      @proxy.kill
      kills += 1
      @proxy.start
    end
    kills
  end

  def test_killed_at_random_instants_every_last_state_arrives_in_order_and_counts_once
    @proxy.start
    hosts = Array.new(HOSTS) do |n|
      pair = @ca.issue("h#{n}.example.com")
      Thread.new { report_as("h#{n}.example.com", pair) }
    end
    kills = kill_at_random(hosts)
    hosts.each(&:join)
    assert_operator kills, :>=, KILLS / 2, 'the run was too short to be killed often'
    wait_until { @foreman.states == last_states }
    check
  rescue Minitest::Assertion => e
    raise e.class, "#{e.message}\nseed #{@seed}"
  end

  def last_states
    @accepted.transform_values(&:last)
  end

  def check
    assert_equal HOSTS * REPORTS, @accepted.values.sum(&:size)
    by_host = @foreman.arrivals.group_by(&:host)
    by_host.each do |host, arrivals|
      times = arrivals.map(&:reported_at)
      assert_equal times.sort, times, "#{host}: an older report came after a newer one"
      counted = arrivals.select(&:stored).map(&:reported_at)
      assert_equal counted.uniq, counted, "#{host}: a report was counted twice"
      arrivals.each { |arrival| assert_equal @bodies.fetch([host, arrival.reported_at]), arrival.body }
    end
    wait_until { Dir.children(File.join(@dir, 'spool/todo')).empty? }
    assert_equal [[], []], %w[dead last].map { |folder| Dir.children(File.join(@dir, 'spool', folder)) }
  end
end
