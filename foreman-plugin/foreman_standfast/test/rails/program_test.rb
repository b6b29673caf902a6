# frozen_string_literal: true

require_relative 'pages_helper'
require 'fileutils'
require 'open3'
require 'rack/handler/webrick'
require 'tmpdir'

# The program itself reports to the plugin: from the lines of a host to the database and the pages, and no community on the way.
class ProgramTest < ActionDispatch::IntegrationTest
  include PagesTest
  self.use_transactional_tests = false

  REPOSITORY = File.expand_path('../../../..', __dir__)
  # What `cargo build` makes, where no other is named.
  PROGRAM = ENV.fetch('STANDFAST') { File.join(File.expand_path(ENV.fetch('CARGO_TARGET_DIR', 'target'), REPOSITORY), 'debug/standfast') }
  CANARY = 'canary-c0mmunity'
  HOST = 'web1.example.com'

  setup do
    @root = Dir.mktmpdir('standfast-program')
    @server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: 0, Logger: WEBrick::Log.new(File::NULL), AccessLog: [])
    @server.mount('/', Rack::Handler::WEBrick, Rails.application)
    @thread = Thread.new { @server.start }
    user('reporter', 'Standfast reporter')
    host(HOST)
    file('usr/sbin/snmpd', "\x7fELF", 0o755)
    file('etc/snmp/snmpd.conf', "rocommunity #{CANARY}\nrwcommunity #{CANARY}2 10.0.0.0/8\ncom2sec a default #{CANARY}3\n")
    file('etc/standfast/policy.ini', "[snmp_access main]\nwrite = forbid\nany_source = forbid\n\n[limits_entry */hard/core]\nvalue = 0\n")
    file('etc/security/limits.conf', "* hard core unlimited\n", 0o644)
    file('etc/standfast/token', "secret\n")
  end

  teardown do
    @server.shutdown
    @thread.join
    FileUtils.remove_entry(@root)
  end

  def file(path, text, mode = 0o600)
    path = File.join(@root, path)
    FileUtils.mkdir_p(File.dirname(path))
    File.write(path, text)
    File.chmod(mode, path)
  end

  # @return [String] all that it says
  def standfast(command, *codes)
    assert File.executable?(PROGRAM), "#{PROGRAM} is missing: cargo build makes it"
    said, status = Open3.capture2e(PROGRAM, command, '--report', '--root', @root, '--policy', "#{@root}/etc/standfast/policy.ini",
      '--url', "http://127.0.0.1:#{@server.config[:Port]}", '--certname', HOST, '--user', 'reporter', '--password-file', '/etc/standfast/token')
    assert_includes codes, status.exitstatus, said
    assert_includes said, 'delivered to 127.0.0.1'
    said
  end

  # All rows of all tables that hold what came from a host.
  def database
    tables = %w[standfast_host_facets standfast_findings standfast_drift_days host_status logs messages sources reports]
    tables.map { |table| ActiveRecord::Base.connection.select_values("SELECT row_to_json(t)::text FROM #{table} t").join("\n") }.join("\n")
  end

  def pages
    paths = ['/foreman_standfast/drift', '/foreman_standfast/drift.csv', '/foreman_standfast/drift.json', "/foreman_standfast/drift/#{HOST}",
             "/api/v2/hosts/#{HOST}/standfast/drift_report"]
    paths.to_h do |path|
      see(path)
      assert_response :success, path
      [path, response.body]
    end
  end

  test 'a drifted host shows its lines, an apply its repair, and no community stands in an answer, the database, a page or the log' do
    log = StringIO.new
    before = Rails.logger
    Rails.logger = ActionController::Base.logger = ActiveRecord::Base.logger = Logger.new(log, level: Logger::DEBUG)
    said = standfast('check', 2)
    shown = pages
    of_host = shown["/foreman_standfast/drift/#{HOST}"]
    assert_includes of_host, 'snmp_access[main]'
    assert_includes of_host, '/etc/snmp/snmpd.conf'
    assert_not_includes of_host, '✓'
    assert_operator ForemanStandfast::HostFacet.first.drifted, :>=, 1

    said += standfast('apply', 2)
    assert_equal 'corrected', ForemanStandfast::Finding.find_by!(resource: 'limits_entry[*/hard/core]').state
    mended = pages
    assert_includes mended["/foreman_standfast/drift/#{HOST}"], '✓'
    assert_equal [0, 2], ForemanStandfast::HostFacet.pick(:drifted, :corrected)
    all = [said, database, log.string, *shown.values, *mended.values].join("\n")
    assert_includes all, 'snmp_access'
    assert_not_includes all, CANARY
  ensure
    Rails.logger = ActionController::Base.logger = ActiveRecord::Base.logger = before
  end
end
