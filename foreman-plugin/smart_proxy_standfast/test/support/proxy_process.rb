# frozen_string_literal: true

# The plugin as a process of its own, with ports on loopback, that can be killed and started again.

require 'json'
require 'net/http'
require 'openssl'
require 'rbconfig'
require 'socket'

# Start, ask and kill it; its output is in `log`.
class ProxyProcess
  attr_reader :log, :port, :http_port, :pid

  def initialize(dir, authority, foreman_url, registered: 'proxy.example.com', **plugin)
    @authority = authority
    @port, @http_port = free_ports
    @log = File.join(dir, 'proxy.log')
    own = authority.issue(registered)
    proxy = { foreman_url: foreman_url, foreman_ssl_ca: authority.file, foreman_ssl_cert: own.certificate,
              foreman_ssl_key: own.key, ssl_ca_file: authority.file, ssl_certificate: own.certificate,
              ssl_private_key: own.key, trusted_hosts: ['foreman.example.com'] }
    @config = File.join(dir, 'proxy.json')
    File.write(@config, JSON.generate(proxy: proxy, https_port: @port, http_port: @http_port,
                                      plugin: { spool_dir: File.join(dir, 'spool') }.merge(plugin)))
  end

  # Returns when it listens.
  def start
    @pid = Process.spawn(RbConfig.ruby, File.join(__dir__, 'proxy_main.rb'), @config, %i[out err] => [@log, 'a'])
    600.times do
      return self if listens?
      raise "the proxy ended:\n#{File.read(@log)}" if Process.waitpid(@pid, Process::WNOHANG)

      sleep 0.05
    end
    raise 'the proxy does not listen'
  end

  def kill(signal = :KILL)
    return unless @pid

    Process.kill(signal, @pid)
    Process.waitpid(@pid)
    @pid = nil
  end

  # Status and body of the answer; raises what the network does.
  def post(body, pair, type: 'application/json')
    request = Net::HTTP::Post.new('/standfast/drift_reports', 'Content-Type' => type)
    request.body = body
    ask(request, pair)
  end

  def get(path, pair)
    ask(Net::HTTP::Get.new(path), pair)
  end

  # Over the plain port.
  def post_plain(body)
    http = Net::HTTP.new('127.0.0.1', @http_port, nil)
    answer = http.post('/standfast/drift_reports', body, 'Content-Type' => 'application/json')
    [answer.code.to_i, JSON.parse(answer.body)]
  end

  private

  def ask(request, pair)
    http = Net::HTTP.new('127.0.0.1', @port, nil)
    http.use_ssl = true
    http.ca_file = @authority.file
    http.max_retries = 0
    if pair
      http.cert = OpenSSL::X509::Certificate.new(File.read(pair.certificate))
      http.key = OpenSSL::PKey.read(File.read(pair.key))
    end
    answer = http.request(request)
    [answer.code.to_i, JSON.parse(answer.body)]
  end

  def listens?
    [@port, @http_port].each { |port| TCPSocket.new('127.0.0.1', port).close }
    true
  rescue SystemCallError
    false
  end

  def free_ports
    servers = Array.new(2) { TCPServer.new('127.0.0.1', 0) }
    servers.map { |server| server.addr[1] }
  ensure
    servers&.each(&:close)
  end
end
