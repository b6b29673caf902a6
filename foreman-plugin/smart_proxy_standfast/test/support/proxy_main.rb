# frozen_string_literal: true

# The process that tests kill: the plugin behind WEBrick as the Smart Proxy runs it. Its one argument is a JSON file.

$LOAD_PATH.unshift(File.expand_path('../../lib', __dir__), __dir__)
require 'json'
require 'rack'
require 'webrick/https'
require 'smart_proxy'

config = JSON.parse(File.read(ARGV.fetch(0)), symbolize_names: true)
config[:proxy].each { |name, value| Proxy::SETTINGS[name] = value }
$stdout.sync = true
log = Logger.new($stdout)
app, = Standin.boot(config[:plugin], log)

tls = { SSLEnable: true, SSLVerifyClient: OpenSSL::SSL::VERIFY_PEER,
        SSLPrivateKey: OpenSSL::PKey.read(File.read(Proxy::SETTINGS.ssl_private_key)),
        SSLCertificate: OpenSSL::X509::Certificate.new(File.read(Proxy::SETTINGS.ssl_certificate)),
        SSLCACertificateFile: Proxy::SETTINGS.ssl_ca_file }

servers = { config[:https_port] => tls, config[:http_port] => {} }.map do |port, options|
  server = WEBrick::HTTPServer.new({ BindAddress: '127.0.0.1', Port: port, Logger: log, AccessLog: [] }.merge(options))
  server.mount '/', Rack::Handler::WEBrick, app
  server
end
trap(:TERM) { exit(0) }
servers.map { |server| Thread.new { server.start } }.each(&:join)
