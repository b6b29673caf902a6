# frozen_string_literal: true

require 'time'

module ForemanStandfast
  # A drift report of schema 1, checked: what is here can be stored as it is. Pure Ruby.
  class Payload
    SCHEMA = 1
    # Bytes of a body.
    MOST_BYTES = 256 * 1024
    MOST_FINDINGS = 50
    MOST_CHANGES = 20
    MOST_EVIDENCE = 10
    COUNTS = %w[in_sync drifted corrected failed].freeze
    STATES = %w[failed drifted corrected finding].freeze
    COUNT = (0..1_000_000).freeze
    LINE = (0..2_147_483_647).freeze
    HOST = /\A[a-z0-9._-]+\z/.freeze
    TIME = /\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\z/.freeze
    # Seconds that the clock of a host may be ahead, and that a report may have waited.
    MOST_AHEAD = 24 * 3600
    MOST_BEHIND = 30 * 24 * 3600

    # One finding: `changes` and `evidence` are lists of hashes with text for keys, as they came.
    Finding = Struct.new(:resource, :state, :changes, :message, :evidence, :diff, keyword_init: true)

    attr_reader :host, :reported_at, :version, :mode, :policy, :checked, :in_sync, :drifted, :corrected, :failed, :findings, :omitted

    # @param body [Object] the decoded JSON below `drift_report`
    # @param now [Time] of this server
    # @return [Payload]
    # @raise [Invalid] naming the first field that breaks the protocol
    def self.parse(body, now: Time.now.utc)
      raise Invalid.new('drift_report', 'must be an object') unless body.is_a?(Hash)

      new(Fields.new(body), now)
    end

    # A report that was made here, of Puppet's or of another kind: within the bounds, and not checked again.
    # @param attributes [Hash{Symbol => Object}] the readers of this class; counts that are not known are nil
    def self.derived(attributes)
      allocate.tap { |payload| attributes.each { |name, value| payload.instance_variable_set("@#{name}", value) } }
    end

    # @return [String] `in_sync`, `drifted` or `failed`
    def state
      DriftState.told(failed: failed, drifted: drifted)
    end

    private

    def initialize(fields, now)
      fields.valid('schema', fields.integer('schema', LINE) == SCHEMA, "must be #{SCHEMA}")
      @host = fields.text('host', 1..255, pattern: HOST)
      @reported_at = time(fields, now)
      @version = fields.text('version', 1..32)
      @mode = fields.word('mode', %w[check apply])
      @policy = fields.word('policy', %w[file stdin snapshot catalog default])
      counts(fields)
      @findings = sorted(fields.objects('findings', MOST_FINDINGS) { |finding| finding(finding) })
      @omitted = fields.integer('omitted', COUNT, default: 0)
    end

    def counts(fields)
      @checked = fields.integer('checked', COUNT)
      @in_sync, @drifted, @corrected, @failed = COUNTS.map { |name| fields.integer(name, COUNT) }
      fields.valid('checked', @checked == in_sync + drifted + corrected + failed, "must be the sum of #{COUNTS.join(', ')}")
    end

    def time(fields, now)
      text = fields.text('reported_at', 27..27, pattern: TIME)
      time = parsed(text)
      fields.valid('reported_at', time, 'must be a time')
      fields.valid('reported_at', time <= now + MOST_AHEAD, 'must not be more than 24 hours ahead: is the clock right?')
      fields.valid('reported_at', time >= now - MOST_BEHIND, 'must not be older than 30 days')
      time
    end

    # `Time.iso8601` takes the 30th of February for the 2nd of March.
    def parsed(text)
      time = Time.iso8601(text).utc
      time if time.strftime('%FT%T.%6NZ') == text
    rescue ArgumentError
      nil
    end

    def finding(fields)
      Finding.new(
        resource: fields.text('resource', 1..255),
        state: fields.word('state', STATES),
        changes: fields.objects('changes', MOST_CHANGES, default: []) { |change| change(change) },
        message: fields.text('message', 0..1024, default: ''),
        evidence: fields.objects('evidence', MOST_EVIDENCE, default: []) { |line| evidence(line) },
        diff: fields.text('diff', 0..8192, default: '', lines: true)
      )
    end

    def change(fields)
      { 'property' => fields.text('property', 1..64),
        'is' => fields.text('is', 0..1024, null: true),
        'should' => fields.text('should', 0..1024) }
    end

    def evidence(fields)
      { 'file' => fields.text('file', 1..1024),
        'line' => fields.integer('line', LINE, null: true),
        'text' => fields.text('text', 0..1024, default: ''),
        'effect' => fields.text('effect', 0..255, default: '') }
    end

    # In the order of the protocol, whatever order they came in; within a state as they came.
    def sorted(findings)
      findings.each_with_index.sort_by { |finding, index| [STATES.index(finding.state), index] }.map(&:first)
    end
  end
end
