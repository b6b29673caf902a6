# frozen_string_literal: true

# A drift report as it comes over the wire: parsed within bounds, its envelope checked, its bytes kept.

require 'json'
require 'time'
require 'smart_proxy_standfast/certificate_name'

module Proxy
  module Standfast
    # What is checked is what this proxy relies on, and what would make a client of another schema fail later and
    # unseen. The findings' texts are judged by Foreman, which knows their bounds.
    class Report
      # Why a body is refused: `status` is the HTTP status, `field` names the place in the body.
      class Refused < StandardError
        attr_reader :status, :field

        def initialize(status, field, message)
          super(message)
          @status = status
          @field = field
        end
      end

      # An object that refuses a second value for a key: two readers may choose differently, and one reads for access.
      class Unambiguous < Hash
        def []=(key, value)
          raise Refused.new(400, 'drift_report', 'a key is given twice in one object') if key?(key)

          super
        end
      end

      SCHEMA = 1
      DEPTH = 12 # levels of JSON; schema 1 has 6
      FINDINGS = 50
      COUNT = 1_000_000
      MODES = %w[check apply].freeze
      POLICIES = %w[file stdin snapshot catalog default].freeze
      STATES = %w[failed drifted corrected finding].freeze
      PARTS = %w[in_sync drifted corrected failed].freeze # checked is their sum
      TIME = /\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\z/.freeze
      AHEAD = 24 * 3600
      BACK = 30 * 24 * 3600

      attr_reader :body, :host, :reported_at

      # Raises Refused (400) unless `body` is a JSON object with the one key `drift_report`.
      # Another key beside it could speak to Foreman with the authority of the proxy.
      def self.parse(body)
        text = body.dup.force_encoding(Encoding::UTF_8)
        refuse('not valid UTF-8') unless text.valid_encoding?
        whole = JSON.parse(text, max_nesting: DEPTH, object_class: Unambiguous, create_additions: false)
        refuse('must be an object with the key drift_report') unless whole.is_a?(Hash) && whole.key?('drift_report')
        refuse('no other key may stand beside drift_report') unless whole.size == 1
        refuse('must be an object') unless whole['drift_report'].is_a?(Hash)
        new(body, whole['drift_report'])
      rescue JSON::NestingError
        refuse("nested deeper than #{DEPTH} levels")
      rescue JSON::ParserError
        refuse('not valid JSON')
      end

      def self.refuse(message)
        raise Refused.new(400, 'drift_report', message)
      end
      private_class_method :refuse

      def initialize(body, fields)
        @body = body
        @fields = fields
        @host = fields['host']
        @reported_at = fields['reported_at']
      end

      # Checks the envelope; `name` is that of the certificate. Raises Refused (403 for another host, else 422).
      def check(name, now = Time.now)
        wrong('schema', "must be #{SCHEMA}") unless @fields['schema'].equal?(SCHEMA)
        check_host(name)
        check_time(now)
        check_words
        check_counts
        check_findings
        self
      end

      private

      def wrong(field, message)
        raise Refused.new(422, field, message)
      end

      def check_host(name)
        unless @host.is_a?(String) && CertificateName::PATTERN.match?(@host)
          wrong('host', 'must be 1 to 255 of a-z, 0-9, dot, underscore and hyphen')
        end
        raise Refused.new(403, 'host', 'is not the name of the certificate') unless @host == name
      end

      def check_time(now)
        time = @reported_at.is_a?(String) && TIME.match?(@reported_at) && Time.iso8601(@reported_at)
        unless time && time.strftime('%Y-%m-%dT%H:%M:%S.%6NZ') == @reported_at
          wrong('reported_at', 'must be a time in UTC such as 2026-11-27T12:08:46.123456Z')
        end
        wrong('reported_at', 'is more than 24 hours ahead') if time > now + AHEAD
        wrong('reported_at', 'is more than 30 days back') if time < now - BACK
      rescue ArgumentError
        wrong('reported_at', 'is no date')
      end

      def check_words
        version = @fields['version']
        wrong('version', 'must be 1 to 32 characters') unless version.is_a?(String) && version.length.between?(1, 32)
        wrong('mode', "must be one of #{MODES.join(', ')}") unless MODES.include?(@fields['mode'])
        wrong('policy', "must be one of #{POLICIES.join(', ')}") unless POLICIES.include?(@fields['policy'])
      end

      def check_counts
        [*PARTS, 'checked', 'omitted'].each do |key|
          value = @fields[key]
          next if value.nil? && key == 'omitted'
          next if value.is_a?(Integer) && value.between?(0, COUNT)

          wrong(key, "must be an integer from 0 to #{COUNT}")
        end
        sum = @fields.values_at(*PARTS).sum
        wrong('checked', "must be the sum of #{PARTS.join(', ')}") unless @fields['checked'] == sum
      end

      def check_findings
        findings = @fields['findings']
        unless findings.is_a?(Array) && findings.size <= FINDINGS
          wrong('findings', "must be an array of at most #{FINDINGS}")
        end
        findings.each_with_index { |finding, at| check_finding(finding, "findings[#{at}]") }
      end

      def check_finding(finding, at)
        wrong(at, 'must be an object') unless finding.is_a?(Hash)
        resource = finding['resource']
        unless resource.is_a?(String) && resource.length.between?(1, 255)
          wrong("#{at}.resource", 'must be 1 to 255 characters')
        end
        wrong("#{at}.state", "must be one of #{STATES.join(', ')}") unless STATES.include?(finding['state'])
        %w[changes evidence].each do |list|
          wrong("#{at}.#{list}", 'must be an array') unless finding[list].nil? || finding[list].is_a?(Array)
        end
      end
    end
  end
end
