# frozen_string_literal: true

class Source < ApplicationRecord; end
class Message < ApplicationRecord; end

class Log < ApplicationRecord
  belongs_to :source
  belongs_to :message
end

class Report < ApplicationRecord
  LEVELS = %w[debug info notice warning err alert emerg crit].freeze
  belongs_to_host
  has_many :logs, dependent: :destroy
end

class ConfigReport < Report
  METRICS = %w[applied restarted failed failed_restarts skipped pending].freeze

  def self.import(raw)
    ConfigReportImporter.import(raw)
  end
end

# Puppet's scanner comes first, and the first that knows a report has it.
class PuppetReportScanner
  def self.identify_origin(raw)
    source = raw['logs']&.last&.dig('log', 'sources', 'source')
    'Puppet' if source&.include?('Puppet')
  end

  def self.add_reporter_data(_report, _raw); end
end

# What Foreman does with an uploaded ConfigReport, in its order.
class ConfigReportImporter
  def self.authorized_smart_proxy_features
    ReportImporter.authorized_smart_proxy_features
  end

  def self.import(raw)
    new(raw).tap(&:import).report
  end

  attr_reader :report

  def initialize(raw)
    @raw = raw
  end

  def import
    create_report_and_logs
    host.refresh_statuses(statuses_for_refresh) if report.persisted?
  end

  private

  attr_reader :raw

  def host
    @host ||= Host::Managed.find_by(name: raw['host']) || Host::Managed.create!(name: raw['host'])
  end

  def create_report_and_logs
    time = Time.parse(raw['reported_at']).utc
    @report = ConfigReport.new(host: host, reported_at: time, status: packed, metrics: raw['metrics'].to_yaml)
    scan
    report.save!
    host.update!(last_report: time) if host.last_report.nil? || host.last_report < time
    (raw['logs'] || []).each { |log| import_log(log['log']) }
  end

  def scan
    [PuppetReportScanner, *Foreman::Plugin.report_scanners].each do |scanner|
      origin = scanner.identify_origin(raw) or next
      report.origin = origin
      return scanner.add_reporter_data(report, raw)
    end
  end

  def import_log(log)
    level = Report::LEVELS.index(log['level']) || raise(ArgumentError, "Invalid log level: #{log['level']}")
    message = Message.find_or_create_by!(value: log['messages']['message'])
    source = Source.find_or_create_by!(value: log['sources']['source'])
    report.logs.create!(level_id: level, message: message, source: source)
  end

  def packed
    ConfigReport::METRICS.each_with_index.sum { |name, i| [(raw['status'] || {})[name].to_i, 1023].min << (10 * i) }
  end

  def statuses_for_refresh
    [HostStatus.find_status_by_humanized_name('configuration')]
  end
end

class ReportImporter
  def self.authorized_smart_proxy_features
    ['Puppet']
  end
end

module ReportsHelper; end
