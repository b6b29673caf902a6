#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: GPL-3.0-or-later
# Measures how many reports per second a Foreman takes: drift reports of this plugin and, for comparison, its own ConfigReports.

require 'json'
require 'net/http'
require 'optparse'
require 'securerandom'

HELP = <<~TEXT
  Usage: ingest.rb --url URL --hosts PREFIX,COUNT (--user LOGIN --token-file FILE | --header NAME:VALUE ...) [options]

  Sends drift reports with 0, 10 and 50 findings and ConfigReports with 0, 10 and 100 log lines, from 1 and from 4 clients with
  a kept connection, in turns and in rounds, and prints reports per second (the median of the rounds) and the 95th percentile
  of the latency. Half of the log lines are texts that no report had before, as in Puppet's. The row "refused" is what any
  request costs: one that is let in and has no report. Not for a Foreman in use: it is kept busy, and the reports stay.

  The hosts are PREFIX001 to PREFIX<COUNT>, at least 12, and must exist. The user must see them, have the permissions
  upload_standfast_drift and upload_config_reports, and be no administrator, who is spared the checks. In Foreman's directory
  this makes them, a user PREFIX, and its token: rails runner ingest_hosts.rb PREFIX COUNT TOKEN_FILE

  Options:
TEXT

# Findings of a drift report, and log lines of the ConfigReport that it stands beside.
PAIRS = [[0, 0], [10, 10], [50, 100]].freeze
CLIENTS = [1, 4].freeze
CASES = CLIENTS.product([[:refused, 0]] + %i[drift config].product([0, 1, 2])).map(&:flatten).freeze
PATHS = { refused: '/api/v2/standfast/drift_reports', drift: '/api/v2/standfast/drift_reports', config: '/api/v2/config_reports' }.freeze

# What a host with so many differences would send; of the size of standfast's own.
module Body
  def self.drift(count, head)
    { drift_report: { schema: 1, version: '0.1.0', mode: 'check', policy: 'snapshot', checked: 60, in_sync: 60 - count, drifted: count,
                      corrected: 0, failed: 0, findings: Array.new(count) { |i| finding(i) }, omitted: 0, **head } }
  end

  def self.finding(number)
    is, should = [1024, 4096].map { |value| "user#{number} soft nproc #{value}" }
    { resource: "limits_entry[user#{number}/soft/nproc]", state: 'drifted', message: '',
      changes: [{ property: 'value', is: '1024', should: '4096' }],
      evidence: [{ file: '/etc/security/limits.conf', line: number + 1, text: is, effect: 'wins' }],
      diff: "--- actual\n+++ desired\n@@ -#{number + 1} +#{number + 1} @@\n-#{is}\n+#{should}\n" }
  end

  def self.config(count, head)
    { config_report: { logs: Array.new(count) { |i| line(i) }, **head,
                       status: { applied: count, restarted: 0, failed: 0, failed_restarts: 0, skipped: 0, pending: 0 },
                       metrics: { time: { config_retrieval: 1.5, total: 9.5 }, resources: { total: 60, changed: count } } } }
  end

  def self.line(number)
    sums = Array.new(2) { number.even? ? SecureRandom.hex(32) : format('%<number>064x', number: number) }
    { log: { level: 'notice', messages: { message: "content changed '{sha256}#{sums[0]}' to '{sha256}#{sums[1]}'" },
             sources: { source: "/Stage[main]/Hardening/File[/etc/hardening.d/#{number}.conf]" } } }
  end
end

# One connection that sends to hosts of its own, so that no two clients wait for the row of one host.
class Client
  def initialize(options, number)
    @options = options
    @number = number
    uri = options[:url]
    @http = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https', keep_alive_timeout: 300, read_timeout: 120, max_retries: 0)
  end

  # The hosts of this client for a pair: those with as many findings as before, as hosts mostly have.
  def hosts(pair)
    slice = @options[:count] / (PAIRS.size * CLIENTS.max)
    first = ((pair * CLIENTS.max) + @number) * slice
    Array.new(slice) { |i| format('%<prefix>s%<number>03d', prefix: @options[:prefix], number: first + i + 1) }
  end

  # @return [Array<Float>] milliseconds of each request until the deadline
  def run(kind, pair, deadline)
    count = PAIRS[pair][kind == :drift ? 0 : 1]
    hosts(pair).cycle.lazy.take_while { now < deadline }.map { |host| post(kind, host, count) }.to_a
  end

  def post(kind, host, count)
    request = Net::HTTP::Post.new(PATHS[kind], 'Content-Type' => 'application/json', **@options[:headers])
    request.basic_auth(@options[:user], @options[:token]) if @options[:token]
    head = { host: host, reported_at: Time.now.utc.strftime('%FT%T.%6NZ') }
    request.body = kind == :refused ? '{}' : JSON.generate(Body.public_send(kind, count, head))
    start = now
    answer = @http.request(request)
    abort "#{kind} report of #{host}: #{answer.code} #{answer.body[0, 300]}" unless answer.code == (kind == :refused ? '400' : '201')
    (now - start) * 1000
  end
end

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def options
  options = { rounds: 5, seconds: 2.5, headers: {} }
  parser = OptionParser.new(HELP) do |o|
    o.on('--url URL', 'of Foreman') { |v| options[:url] = URI(v) }
    o.on('--user LOGIN') { |v| options[:user] = v }
    o.on('--token-file FILE', 'with a personal access token of the user') { |v| options[:token] = File.read(v).strip }
    o.on('--hosts PREFIX,COUNT', Array) { |prefix, count| options.update(prefix: prefix, count: Integer(count, 10)) }
    o.on('--header NAME:VALUE', 'as the web server tells the certificate of a Smart Proxy') { |v| options[:headers].store(*v.split(/:\s*/, 2)) }
    o.on('--rounds N', Integer, 'default 5, after a short one that does not count') { |v| options[:rounds] = v }
    o.on('--seconds N', Float, "of each of the #{CASES.size} cases in a round, default 2.5") { |v| options[:seconds] = v }
  end
  parser.parse!
  abort parser.help unless options[:url] && options[:count].to_i >= 12 && options[:rounds].positive?
  options
end

def measure(clients, kind, pair, seconds)
  start = now
  taken = clients.map { |client| Thread.new { client.run(kind, pair, start + seconds) } }.flat_map(&:value)
  { rate: taken.size / (now - start), taken: taken }
end

# @return [Array<Float>] reports per second and the 95th percentile in milliseconds
def figures(rounds)
  taken = rounds.flat_map { |round| round[:taken] }.sort
  rates = rounds.map { |round| round[:rate] }.sort
  [(rates[(rates.size - 1) / 2] + rates[rates.size / 2]) / 2.0, taken[(taken.size * 0.95).ceil - 1]]
end

def table(results)
  puts '| clients | drift report | per second | p95 ms | ConfigReport | per second | p95 ms | per second, times | p95, times |', "|#{'---|' * 9}"
  shown = ->((rate, p95)) { [rate.round(1), p95.round] }
  CLIENTS.each do |count|
    puts "| #{[count, 'refused', *shown[figures(results[[count, :refused, 0]])], *([''] * 5)].join(' | ')} |"
    PAIRS.each_with_index do |(findings, lines), pair|
      ours, other = %i[drift config].map { |kind| figures(results[[count, kind, pair]]) }
      puts "| #{[count, "#{findings} findings", *shown[ours], "#{lines} lines", *shown[other], *ours.zip(other).map { |a, b| (a / b).round(2) }].join(' | ')} |"
    end
  end
end

if $PROGRAM_NAME == __FILE__
  chosen = options
  all = Array.new(CLIENTS.max) { |number| Client.new(chosen, number) }
  # First each host is sent what it will be sent again: one that does not exist ends it here, for a ConfigReport would make it.
  all.each { |client| PAIRS.each_with_index { |(count), pair| client.hosts(pair).each { |host| client.post(:drift, host, count) } } }
  CASES.each { |count, kind, pair| measure(all.first(count), kind, pair, [0.5, chosen[:seconds]].min) }
  # Every other round backwards, so that neither of a pair always comes first.
  rounds = Array.new(chosen[:rounds]) { |round| round.even? ? CASES : CASES.reverse }
  table(rounds.flatten(1).map { |one| [one, measure(all.first(one[0]), one[1], one[2], chosen[:seconds])] }
              .group_by(&:first).transform_values { |runs| runs.map(&:last) })
end
