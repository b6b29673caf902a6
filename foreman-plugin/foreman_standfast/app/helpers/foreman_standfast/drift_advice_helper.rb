# frozen_string_literal: true

module ForemanStandfast
  # What the page of a host says in sentences, and the commands that it names.
  module DriftAdviceHelper
    # What `standfast explain` tells of each family of resources.
    STANDFAST_TOPICS = { 'ntp' => 'ntp', 'snmp' => 'snmp', 'rsyslog' => 'rsyslog' }.freeze
    # Only what can be pasted into a shell as it stands gets into a command: titles come from hosts.
    STANDFAST_LIMITS_TITLE = %r{\A(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)/[^/]+/(?<item>[a-z]+)\z}.freeze
    # Commands that are named at most; the rest is alike.
    STANDFAST_MOST_COMMANDS = 6

    # The state in a sentence.
    # @param facet [HostFacet, nil]
    def standfast_summary(state, facet)
      case state
      when 'in_sync' then _('All that is desired is in force.')
      when 'drifted' then standfast_drifted_words(facet.drifted)
      when 'failed'
        failed = n_('%d resource could not be checked or brought about.', '%d resources could not be checked or brought about.', facet.failed)
        safe_join([failed % facet.failed, (standfast_drifted_words(facet.drifted) if facet.drifted.positive?)].compact, ' ')
      when 'stale' then _('The host has fallen silent.')
      else _('The host has never reported.')
      end
    end

    # Commands that explain these findings on the host, each once.
    # @param findings [Array<Finding>]
    # @return [Array<String>]
    def standfast_explanations(findings)
      findings.reject { |finding| finding.state == 'corrected' }
              .map { |finding| standfast_explanation(finding.resource) }.compact.uniq.first(STANDFAST_MOST_COMMANDS)
    end

    private

    def standfast_drifted_words(count)
      n_('%d resource differs from what is desired.', '%d resources differ from what is desired.', count) % count
    end

    def standfast_explanation(resource)
      kind, title = resource.match(/\A(\w+)\[(.*)\]\z/m)&.captures
      return nil unless kind

      family = kind.downcase.split('_').first
      return "standfast explain #{STANDFAST_TOPICS[family]}" if STANDFAST_TOPICS.key?(family)
      return nil unless family == 'limits' && (found = title.match(STANDFAST_LIMITS_TITLE))

      "standfast explain limits --user #{found[:user]} --item #{found[:item]}"
    end
  end
end
