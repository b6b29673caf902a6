# frozen_string_literal: true

# Measures one process of the plugin under the reports of many hosts; see README.md. Loopback only, ends by itself.
#
#   ruby bench/load.rb [--hosts 10000] [--findings 10] [--seconds 60] [--clients 2] [--foreman-ms 0] [--every 1800]
#
# Each report comes over a connection of its own with a certificate of its own, as hosts do it. The proxy's key is
# RSA 4096, as Puppet makes it; the hosts share one of RSA 2048, which the proxy cannot tell, and the authority has one
# of RSA 2048, so that the clients need not the more of the machine. First at the rate of so many hosts that report once
# in `every` seconds, then as fast as they are taken.

$LOAD_PATH.unshift(File.expand_path('../test/support', __dir__))
require 'optparse'
require 'tmpdir'
require 'fileutils'
require 'certificates'
require 'foreman_standin'
require 'proxy_process'
require 'reports'

# What is asked for on the command line.
OPTIONS = { hosts: 10_000, findings: 10, seconds: 60, clients: 2, 'foreman-ms': 0, every: 1800 }.dup
OptionParser.new do |parser|
  OPTIONS.each { |name, value| parser.on("--#{name} N", Integer, "default #{value}") { |n| OPTIONS[name] = n } }
end.parse!

# Figures of a process, from /proc.
class Usage
  TICKS = 100.0 # of a second, as on every Linux that one meets

  def initialize(pid)
    @pid = pid
    @start = read
  end

  # CPU seconds, bytes written to the disk and wall seconds since the start.
  def so_far
    read.map { |name, value| [name, value - @start[name]] }.to_h
  end

  # MiB: now and at most.
  def memory
    status = File.read("/proc/#{@pid}/status")
    %w[VmRSS VmHWM].map { |name| status[/#{name}:\s+(\d+)/, 1].to_i / 1024.0 }
  end

  private

  def read
    times = File.read("/proc/#{@pid}/stat").rpartition(') ').last.split
    { cpu: (times[11].to_i + times[12].to_i) / TICKS,
      disk: File.read("/proc/#{@pid}/io")[/^write_bytes: (\d+)/, 1].to_i,
      wall: Process.clock_gettime(Process::CLOCK_MONOTONIC) }
  end
end

# A process of clients: each of its threads reports for one host after the other, at `rate` in all or without pause.
class Clients
  def initialize(authority, proxy, hosts, rate)
    @authority = authority
    @proxy = proxy
    @key = OpenSSL::PKey::RSA.generate(2048)
    @queue = Queue.new
    hosts.each { |host| @queue << host }
    @rate = rate
    @times = []
    @refused = 0
    @lock = Mutex.new
  end

  # Seconds of each report that was taken, and how many were not. Yields when it begins.
  def run(seconds, threads)
    pairs = Queue.new
    issuer = Thread.new { loop { pairs.size < 200 ? pairs << issue : sleep(0.02) } }
    sleep 0.05 until pairs.size >= 100
    yield
    @until = now + seconds
    @next = now
    Array.new(threads) { Thread.new { report(pairs) while now < @until } }.each(&:join)
    issuer.kill
    [@times, @refused]
  end

  private

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def issue
    host = @queue.pop
    @queue << host
    [host, @authority.issue(host, key: @key)]
  end

  def report(pairs)
    pace
    host, pair = pairs.pop
    body = Reports.body(host, drift: OPTIONS[:findings])
    started = now
    status, = @proxy.post(body, pair)
    @lock.synchronize { status == 202 ? @times << (now - started) : @refused += 1 }
    [pair.certificate, pair.key].each { |file| File.unlink(file) }
  end

  def pace
    return unless @rate

    at = @lock.synchronize { (@next += 1 / @rate) - (1 / @rate) }
    sleep([at - now, 0].max)
  end
end

# A whole measurement at `rate` reports a second (nil: as fast as they are taken); prints its line.
def measure(name, dir, authority, rate)
  foreman = ForemanStandin.new(authority, 'proxy.example.com')
  foreman.behave = ->(_number, _host) { sleep(OPTIONS[:'foreman-ms'] / 1000.0) if OPTIONS[:'foreman-ms'].positive? }
  folder = File.join(dir, name.tr(' ', '_'))
  Dir.mkdir(folder)
  proxy = ProxyProcess.new(folder, authority, foreman.url, host_burst: 100_000).start
  children = start_clients(dir, authority, proxy, rate)
  children.each { |reader, _| reader.gets }
  usage = Usage.new(proxy.pid)
  reports = children.map { |reader, pid| read_and_reap(reader, pid) }
  used = usage.so_far
  tell(name, reports, used, usage.memory)
  drain(foreman, reports, folder)
ensure
  proxy&.kill
  foreman&.close
end

# Processes of clients; each sends a line when it begins, and at the end what it has seen.
def start_clients(dir, authority, proxy, rate)
  Array.new(OPTIONS[:clients]) do |n|
    reader, writer = IO.pipe
    pid = fork do
      reader.close
      clients = clients(n, dir, authority, proxy, rate)
      writer.write(JSON.generate(clients.run(OPTIONS[:seconds], 4) { writer.puts; writer.flush }))
      writer.close
      exit!(0)
    end
    writer.close
    [reader, pid]
  end
end

def read_and_reap(reader, pid)
  JSON.parse(reader.read).tap { Process.waitpid(pid) }
end

def clients(number, dir, authority, proxy, rate)
  hosts = (number...OPTIONS[:hosts]).step(OPTIONS[:clients]).map { |n| "h#{n}.example.com" }
  Clients.new(authority.within(Dir.mktmpdir(nil, dir)), proxy, hosts.shuffle, rate && (rate / OPTIONS[:clients]))
end

def tell(name, reports, used, memory)
  times = reports.flat_map(&:first).sort
  count = times.size
  late = [times[count / 2], times[count * 95 / 100]].map { |seconds| seconds * 1000 }
  puts format('%s: %d reports, %.1f/s, %d refused; answered in %.0f ms (median), %.0f ms (95 %%)',
              name, count, count / used[:wall], reports.sum(&:last), *late)
  puts format('  CPU %.1f %% of a core, %.1f ms a report; memory %.0f MiB, at most %.0f; disk %.1f KiB a report',
              100 * used[:cpu] / used[:wall], 1000 * used[:cpu] / count, *memory, used[:disk] / 1024.0 / count)
end

# How long the rest takes to reach Foreman, and what was on the disk until then.
def drain(foreman, reports, folder)
  todo = Dir[File.join(folder, 'spool/todo/*')]
  bytes = todo.sum { |file| File.size?(file).to_i }
  started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  sleep 0.05 while Dir.children(File.join(folder, 'spool/todo')).any?
  took = Process.clock_gettime(Process::CLOCK_MONOTONIC) - started
  puts format('  at the end %d waited (%.1f MiB) and were at Foreman after %.1f s; %d of %d arrived, in %d connections',
              todo.size, bytes / 1024.0 / 1024, took, foreman.arrivals.size, reports.sum { |r| r.first.size },
              foreman.connections)
end

Dir.mktmpdir do |dir|
  bits = [2048]
  authority = Authority.new(dir, 'Puppet CA') { OpenSSL::PKey::RSA.generate(bits.shift || 4096) }
  size = Reports.body('h1', drift: OPTIONS[:findings]).bytesize
  puts "#{OPTIONS[:hosts]} hosts, once in #{OPTIONS[:every]} s, #{OPTIONS[:findings]} findings, #{size} bytes"
  measure('as scheduled', dir, authority, OPTIONS[:hosts] / OPTIONS[:every].to_f)
  measure('at full speed', dir, authority, nil)
end
