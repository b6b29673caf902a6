# frozen_string_literal: true

# What hosts and admins ask over HTTPS.

require 'json'
require 'sinatra/base'
require 'smart_proxy_standfast/wiring'

module Proxy
  module Standfast
    # POST /drift_reports for any host with a certificate of the proxy's authority, about itself;
    # GET /status for the proxy's trusted hosts.
    class Api < ::Sinatra::Base
      extend Wiring::Injection
      helpers ::Proxy::Log

      inject_attr :standfast_settings, :figures
      inject_attr :standfast_spool, :spool
      inject_attr :standfast_rate, :rate
      inject_attr :standfast_forwarder, :forwarder

      FULL_RETRY = 300 # seconds until a host may ask again for room

      before do
        content_type :json
        refuse(403, nil, 'plain HTTP: use the HTTPS port') unless %w[on yes 1].include?(request.env['HTTPS'].to_s)
      end

      post '/drift_reports' do
        name = CertificateName.of(request.env['SSL_CLIENT_CERT'])
        refuse(403, nil, 'no client certificate that names a host') unless name
        seconds = rate.take(name)
        refuse(429, nil, 'too many reports of this host', seconds) if seconds

        begin
          keep(Report.parse(bounded_body).check(name))
        rescue Report::Refused => e
          refuse(e.status, e.field, e.message, nil, name)
        end
      end

      get '/status' do
        name = CertificateName.of(request.env['SSL_CLIENT_CERT'])
        refuse(403, nil, 'not among the trusted_hosts of the proxy') unless name && trusted_hosts.include?(name)
        JSON.generate(version: VERSION, spool: spool.figures, refused: spool.verdicts.figures,
                      forwarder: forwarder.figures)
      end

      private

      # Where none are set the Smart Proxy itself trusts every certificate; here nobody is trusted then.
      def trusted_hosts
        Array(::Proxy::SETTINGS.trusted_hosts).map { |host| host.to_s.downcase }
      end

      # Refused before anything is parsed. Raises Report::Refused.
      def bounded_body
        most = figures.max_body_bytes
        raise Report::Refused.new(415, nil, 'Content-Type must be application/json') unless json?
        body = request.body.read(most + 1).to_s unless request.content_length.to_i > most
        return body if body && body.bytesize <= most

        raise Report::Refused.new(413, 'drift_report', "longer than #{most} bytes")
      end

      def json?
        request.media_type == 'application/json' && request.env['HTTP_CONTENT_ENCODING'].to_s.empty?
      end

      def keep(report)
        spool.put(report)
        forwarder.start
        status 202
        answer = { spooled: true, host: report.host }
        last = spool.verdicts.last(report.host)
        answer[:last] = last if last
        JSON.generate(answer)
      rescue Spool::Full
        refuse(429, nil, 'the spool is full', FULL_RETRY)
      rescue SystemCallError => e
        logger.error("standfast: cannot write to the spool: #{e.class}")
        refuse(503, nil, 'the spool cannot be written', FULL_RETRY)
      end

      def refuse(code, field, message, retry_after = nil, host = nil)
        headers 'Retry-After' => retry_after.to_s if retry_after
        why = [field, message].compact.join(' ')
        logger.warn("standfast: refused a report of #{host} with #{code}: #{why}") if host
        halt code, JSON.generate(error: { field: field, message: message }.compact)
      end
    end
  end
end
