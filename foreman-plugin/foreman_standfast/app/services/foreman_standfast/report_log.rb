# frozen_string_literal: true

module ForemanStandfast
  # Reads one log line of a ConfigReport that is about a resource of standfast: what it says of which property. Pure Ruby.
  class ReportLog
    # Puppet's types, as a Puppet log writes them.
    KINDS = %w[Limits_config Limits_entry Ntp_monlist Rsyslog_forward Snmp_access Snmp_community Standfast_limits].freeze
    # `/Stage[main]/Site/Limits_entry[1013/soft/nproc]/value`; a title may hold slashes and brackets.
    SOURCE = %r{(?:\A|/)(#{KINDS.join('|')})\[(.*)\](?:/([a-z_]+))?\z}.freeze
    DRIFT = /\Acurrent_value (.*), should be (.*) \((?:noop|drift)\)(?: \(corrective\))?\z/m.freeze
    CHANGE = /\A[a-z_]+ changed (.*?) to (.*?)(?: \(corrective\))?\z/m.freeze
    FAILURE = /\Achange from (.*?) to (.*?) failed: (.*)\z/m.freeze
    SKIPPED = /\ASkipping because of failed dependencies/.freeze

    attr_reader :resource, :property, :state, :is, :should, :message

    # @param log [Hash] as `{"log" => {"level" => …, "sources" => {"source" => …}, "messages" => {"message" => …}}}`
    # @return [ReportLog, nil] nil for lines about anything else, and for lines that say nothing of drift
    def self.of(log)
      line = log.is_a?(Hash) ? log['log'] : nil
      return nil unless line.is_a?(Hash)

      source = text(line, 'sources', 'source')
      kind, title, property = own(source)
      return nil unless kind

      found = new("#{kind.downcase}[#{title}]", property, line['level'].to_s, text(line, 'messages', 'message'))
      found if found.state
    end

    def self.text(line, outer, inner)
      part = line[outer]
      part.is_a?(Hash) ? part[inner].to_s.scrub('?').gsub(/\p{Cntrl}/, ' ').strip : ''
    end

    # Kind, title and property, where the source is a resource of ours and not the title of another that looks like one.
    def self.own(source)
      found = source.match(SOURCE)
      found.captures if found && found.pre_match.count('[') == found.pre_match.count(']')
    end
    private_class_method :text, :own

    def initialize(resource, property, level, text)
      @resource = resource[0, 255]
      @property = property.to_s[0, 64]
      @message = ''
      read(level, text)
    end

    # What differed, as a finding holds it.
    def change
      { 'property' => property, 'is' => is, 'should' => should } if should && !property.empty?
    end

    private

    def read(level, text)
      case level
      when 'err', 'alert', 'emerg', 'crit' then failed(text)
      when 'warning' then skipped(text)
      # Without a property it is of a refresh, not of the resource.
      when 'notice' then property.empty? ? nil : told(text)
      end
    end

    def failed(text)
      @state = 'failed'
      found = text.match(FAILURE)
      values(found[1], found[2]) if found
      @message = (found ? found[3] : text)[0, 1024]
    end

    # Nobody looked at it: it is neither in sync nor drifted.
    def skipped(text)
      return unless text.match?(SKIPPED)

      @state = 'finding'
      @message = text[0, 1024]
    end

    def told(text)
      if (found = text.match(DRIFT))
        @state = 'drifted'
        values(found[1], found[2])
      else
        @state = 'corrected'
        found = text.match(CHANGE)
        found ? values(found[1], found[2]) : @message = text[0, 1024]
      end
    end

    def values(before, after)
      @is = bare(before)
      @should = bare(after)
    end

    # Puppet quotes texts.
    def bare(value)
      (value.match(/\A'(.*)'\z/m)&.[](1) || value)[0, 1024]
    end
  end
end
