# frozen_string_literal: true

# What an answer of Foreman to a drift report means.

require 'json'
require 'time'

module Proxy
  module Standfast
    # `kind` is one of
    # done: stored, or known already; unknown_host: may be known later; refused: will never be taken;
    # misconfigured: an admin must change something; overloaded: Foreman asks for time; failed: an error of its own,
    # perhaps with this report; unreachable: no answer.
    # `detail` is a short text that is safe to log: never a text of Foreman's, which may repeat what it was sent.
    # `message` is Foreman's, one line of at most 255 characters, for the host's last outcome and the dead letter.
    Answer = Struct.new(:kind, :status, :detail, :message, :retry_after) do
      # From the status, the value of Retry-After and the body (already bounded).
      def self.of(status, retry_after, body)
        fields = parse(body)
        error = fields['error'].is_a?(Hash) ? fields['error'] : {}
        field = error['field'].to_s
        field = nil unless /\A[a-z0-9_.\[\]]{1,64}\z/.match?(field)
        new(kind(status, field, fields), status, "answered #{status}#{" for #{field}" if field}",
            line(field == 'host' ? nil : field, error['message']), seconds(retry_after))
      end

      # No answer came; `detail` says why.
      def self.unreachable(detail)
        new(:unreachable, nil, detail, nil, nil)
      end

      # Nothing could be asked.
      def self.misconfigured(detail)
        new(:misconfigured, nil, detail, nil, nil)
      end

      def self.kind(status, field, fields)
        case status
        when 200..299 then [true, false].include?(fields['stored']) ? :done : :misconfigured
        when 422 then field == 'host' ? :unknown_host : :refused
        when 401, 403, 404, 405, 407, 300..399 then :misconfigured
        when 408, 425, 429, 502, 503, 504 then :overloaded
        when 400..499 then :refused
        else :failed
        end
      end
      private_class_method :kind

      def self.parse(body)
        fields = JSON.parse(body)
        fields.is_a?(Hash) ? fields : {}
      rescue JSON::ParserError, EncodingError
        {}
      end
      private_class_method :parse

      def self.line(field, message)
        text = [field, message.is_a?(String) ? message : nil].compact.join(': ')
        text.scrub('?').gsub(/[[:cntrl:]]+/, ' ')[0, 255]
      end
      private_class_method :line

      # RFC 9110, 10.2.3: seconds or a date. At most an hour, at least one second.
      def self.seconds(value)
        case value
        when nil then nil
        when /\A\d{1,9}\z/ then value.to_i.clamp(1, 3600)
        else (Time.httpdate(value) - Time.now).ceil.clamp(1, 3600)
        end
      rescue ArgumentError
        nil
      end
      private_class_method :seconds
    end
  end
end
