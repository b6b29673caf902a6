# frozen_string_literal: true

# A small stand-in for Foreman with the plugin foreman_standfast: keeps the newest report of each host, ignores what is
# as old or older, wants the certificate of a registered proxy, and fails when it is told to.

require 'json'
require 'openssl'
require 'socket'

# Answers on a port of loopback. `behave` is asked at each request, with its number and host, and returns
# nil (as Foreman would), [status, headers, body], :cut (before it stores), :store_and_cut, :store_and_500, :stall or
# :endless (an answer without end).
class ForemanStandin
  Arrival = Struct.new(:host, :reported_at, :body, :stored)

  attr_reader :port, :arrivals, :states, :connections, :requests
  attr_accessor :behave

  def initialize(authority, registered, known: nil)
    @known = known
    @registered = registered
    @behave = ->(_number, _host) {}
    @arrivals = []
    @states = {}
    @connections = 0
    @requests = []
    @lock = Mutex.new
    @tcp = TCPServer.new('127.0.0.1', 0)
    @port = @tcp.addr[1]
    @tls = OpenSSL::SSL::SSLServer.new(@tcp, context(authority))
    @threads = []
    @acceptor = Thread.new { accept }
  end

  def url
    "https://127.0.0.1:#{@port}/"
  end

  def close
    @acceptor.kill
    @threads.each(&:kill)
    @tcp.close
  end

  private

  def context(authority)
    own = authority.issue('foreman.example.com')
    OpenSSL::SSL::SSLContext.new.tap do |context|
      context.cert = OpenSSL::X509::Certificate.new(File.read(own.certificate))
      context.key = OpenSSL::PKey.read(File.read(own.key))
      context.ca_file = authority.file
      context.verify_mode = OpenSSL::SSL::VERIFY_PEER
    end
  end

  def accept
    loop do
      socket = @tls.accept
      @lock.synchronize { @connections += 1 }
      @threads << Thread.new { serve(socket) }
    rescue OpenSSL::SSL::SSLError, SystemCallError
      next
    end
  end

  def serve(socket)
    name = socket.peer_cert && socket.peer_cert.subject.to_a.assoc('CN')[1]
    while (head = socket.gets("\r\n\r\n"))
      length = head[/content-length: *(\d+)/i, 1].to_i
      body = socket.read(length)
      break unless body&.bytesize == length && answer(socket, head, body, name)
    end
  rescue SystemCallError, IOError, OpenSSL::SSL::SSLError
    nil
  ensure
    socket.close
  end

  # False when the connection ends here.
  def answer(socket, head, body, name)
    host = JSON.parse(body).dig('drift_report', 'host')
    what = @lock.synchronize do
      @requests << head
      @behave.call(@requests.size, host)
    end
    case what
    when :cut then return false
    when :stall then sleep
    when :endless then loop { write(socket, 200, {}, 'x' * 65_536, 1 << 40) }
    end
    return write(socket, *what) if what.is_a?(Array)

    reply = receive(body, name, head)
    return false if what == :store_and_cut

    reply = [500, {}, '{}'] if what == :store_and_500
    write(socket, *reply)
  end

  def receive(body, name, head)
    return [404, {}, '{}'] unless head.start_with?('POST /api/v2/standfast/drift_reports')
    return [403, {}, '{"error":{"message":"Access denied"}}'] unless name == @registered

    report = JSON.parse(body).fetch('drift_report')
    host = report['host']
    if @known && !@known.include?(host)
      return [422, {}, JSON.generate(error: { field: 'host', message: "unknown host #{host}" })]
    end

    stored = keep(host, report['reported_at'], body)
    [stored ? 201 : 200, {}, JSON.generate(id: 1, host: host, status: 'drifted', stored: stored)]
  end

  def keep(host, reported_at, body)
    @lock.synchronize do
      stored = !@states.key?(host) || @states[host] < reported_at
      @states[host] = reported_at if stored
      @arrivals << Arrival.new(host, reported_at, body, stored)
      stored
    end
  end

  def write(socket, status, headers, body, length = body.bytesize)
    lines = { 'Content-Type' => 'application/json', 'Content-Length' => length }.merge(headers)
    socket.write("HTTP/1.1 #{status} X\r\n#{lines.map { |k, v| "#{k}: #{v}\r\n" }.join}\r\n#{body}")
    true
  end
end
