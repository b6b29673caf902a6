# frozen_string_literal: true

# The connection to Foreman: one, kept open, with the certificate that the proxy is registered with.

require 'net/http'
require 'openssl'
require 'timeout'
require 'uri'
require 'smart_proxy_standfast/answer'

module Proxy
  module Standfast
    # Not thread-safe: the one thread that forwards has it. Where Foreman is, and with which certificate and authority
    # it is spoken to, are the proxy's own settings, read again at each new connection.
    class Connection
      PATH = 'api/v2/standfast/drift_reports'
      LONGEST_ANSWER = 64 * 1024 # bytes
      IDLE = 60 # seconds after which a kept connection is not trusted any more
      NO_ANSWER = [SystemCallError, IOError, SocketError, Timeout::Error, OpenSSL::SSL::SSLError, Net::ProtocolError,
                   Net::HTTPBadResponse, Net::HTTPHeaderSyntaxError].freeze

      # The answer has more bytes than anyone needs.
      class TooLong < IOError; end

      def initialize(settings)
        @settings = settings
        @http = nil
      end

      # Sends the body and returns an Answer; raises nothing that the network or Foreman can cause.
      # A connection that was kept open may have been closed by the other side: one try more, on a new one. If Foreman
      # has stored the report all the same, it knows it again by host and time.
      def post(body)
        kept = !@http.nil?
        begin
          exchange(body)
        rescue *NO_ANSWER => e
          close
          return Answer.unreachable("no answer: #{e.class}") unless kept && !e.is_a?(Timeout::Error)

          kept = false
          retry
        end
      rescue Unready => e
        close
        Answer.misconfigured(e.message)
      end

      def close
        @http&.finish
      rescue IOError
        nil
      ensure
        @http = nil
      end

      private

      # The proxy's settings do not allow a connection.
      class Unready < StandardError; end
      private_constant :Unready

      def exchange(body)
        Timeout.timeout(@settings.timeout) do
          connect unless @http
          answer = nil
          @http.request(request(body)) { |response| answer = read(response) }
          close unless @http.started?
          answer
        end
      end

      def connect
        foreman = ::Proxy::HttpRequest::ForemanRequest.new
        http = prepare(foreman)
        @requests = foreman.request_factory
        http.open_timeout = @settings.connect_timeout
        http.read_timeout = @settings.timeout
        http.write_timeout = @settings.timeout
        http.keep_alive_timeout = IDLE
        http.max_retries = 0
        http.start
        @http = http
      end

      # A certificate that is missing or broken, or no foreman_url, is for an admin to mend.
      def prepare(foreman)
        raise ArgumentError, 'no http' unless %w[http https].include?(foreman.uri.scheme) && foreman.uri.host

        foreman.http
      rescue SystemCallError, OpenSSL::OpenSSLError, URI::Error, ArgumentError, TypeError => e
        raise Unready, "foreman_url or its certificates cannot be used: #{e.class}"
      end

      def request(body)
        request = @requests.create_post(PATH, body)
        request['Accept-Encoding'] = 'identity' # so that the bound on the answer is one on its bytes
        request
      end

      def read(response)
        text = +''
        response.read_body do |part|
          text << part
          raise TooLong, 'answer too long' if text.bytesize > LONGEST_ANSWER
        end
        Answer.of(response.code.to_i, response['Retry-After'], text.force_encoding(Encoding::UTF_8))
      end
    end
  end
end
