# frozen_string_literal: true

require 'time'

module ForemanStandfast
  # Derives a drift report from a ConfigReport as it was uploaded: from a run of Puppet with resources of ours, or from
  # standfast's own report to a Foreman without the plugin's endpoint. Pure Ruby.
  class PuppetReport
    # That a run had resources of ours is told by its times, where each type has a key, also when all was in sync.
    TYPES = ReportLog::KINDS.map(&:downcase).freeze
    # The worst that is said of a resource is its state.
    ORDER = Payload::STATES

    # @param raw [Hash] the ConfigReport's JSON, with text for keys
    # @return [Payload, nil] nil where the report is not about standfast: it then says nothing of drift
    def self.payload(raw, now: Time.now.utc)
      report = new(raw, now)
      return report.own if report.own?

      report.derived if report.puppet?
    end

    # @return [String] where the drift comes from, as the facet names it
    def self.source(raw)
      raw['reporter'] == ReportScanner::REPORTER ? 'config_report' : 'puppet'
    end

    def initialize(raw, now)
      @raw = raw
      @now = now
    end

    def own?
      raw['reporter'] == ReportScanner::REPORTER
    end

    def puppet?
      metrics = raw['metrics']
      times = metrics.is_a?(Hash) ? metrics['time'] : nil
      times.is_a?(Hash) && TYPES.any? { |type| times.key?(type) }
    end

    # The whole report, which standfast sends along; where that cannot be read, what the log lines say.
    def own
      sent = raw['standfast'].is_a?(Hash) ? raw['standfast'] : {}
      body = { 'version' => 'unknown', 'findings' => [], 'host' => raw['host'].to_s.downcase, 'reported_at' => raw['reported_at'] }
      payload = Payload.parse(body.merge(sent), now: now)
      payload.findings.empty? && findings.any? ? derived(sent) : payload
    rescue Invalid
      derived(sent)
    end

    # What log lines say. How many resources there were, and how many in sync, they do not say.
    def derived(sent = {})
      counts = findings.map(&:state).tally
      Payload.derived(
        host: raw['host'].to_s.downcase, reported_at: Time.parse(raw['reported_at'].to_s).utc,
        version: nil, mode: nil, policy: own? ? nil : 'catalog', checked: count(sent, 'checked'), in_sync: count(sent, 'in_sync'),
        drifted: counts.fetch('drifted', 0), corrected: counts.fetch('corrected', 0), failed: counts.fetch('failed', 0),
        findings: findings.first(Payload::MOST_FINDINGS), omitted: [findings.size - Payload::MOST_FINDINGS, 0].max
      )
    end

    private

    attr_reader :raw, :now

    def count(sent, name)
      sent[name] if sent[name].is_a?(Integer) && Payload::COUNT.cover?(sent[name])
    end

    def findings
      @findings ||= begin
        logs = raw['logs'].is_a?(Array) ? raw['logs'] : []
        by_resource = logs.map { |log| ReportLog.of(log) }.compact.group_by(&:resource)
        by_resource.map { |resource, lines| finding(resource, lines) }.each_with_index
                   .sort_by { |finding, index| [ORDER.index(finding.state), index] }.map(&:first)
      end
    end

    # Lines of one resource: a failure outweighs drift, drift a correction.
    def finding(resource, lines)
      state = lines.map(&:state).min_by { |found| ORDER.index(found) }
      of_state = lines.select { |line| line.state == state }
      Payload::Finding.new(
        resource: resource, state: state, changes: of_state.map(&:change).compact.first(Payload::MOST_CHANGES),
        message: of_state.map(&:message).find { |text| !text.empty? } || '', evidence: [], diff: ''
      )
    end
  end
end
