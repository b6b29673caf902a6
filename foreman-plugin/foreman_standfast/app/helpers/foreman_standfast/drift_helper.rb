# frozen_string_literal: true

module ForemanStandfast
  # Words, times and links of the pages of drift. Foreman puts the helpers of plugins into all its views: hence the long names.
  module DriftHelper
    # Signs beside the words, so that no state is told by colour alone.
    STANDFAST_SIGNS = { 'in_sync' => '✓', 'drifted' => '≠', 'failed' => '✗', 'stale' => '…', 'never' => '○', 'corrected' => '✓',
                        'finding' => '!' }.freeze
    # Findings in the order in which an admin wants to read them.
    STANDFAST_FINDING_STATES = %w[failed drifted corrected finding].freeze
    STANDFAST_DIFF_KINDS = { '+' => 'added', '-' => 'removed', '@' => 'place' }.freeze

    def standfast_state_word(state)
      _(DriftStatus::LABELS.fetch(DriftState.code(state)))
    end

    # The state as a sign and a word.
    def standfast_badge(state, word = standfast_state_word(state))
      content_tag(:span, class: "standfast-badge standfast-#{state}") do
        safe_join([content_tag(:span, STANDFAST_SIGNS.fetch(state), 'aria-hidden': 'true'), ' ', word])
      end
    end

    # A moment, to the second for machines and in the title, and how long ago it is. Foreman's own helper needs JavaScript.
    def standfast_time(time, now)
      return content_tag(:span, '–', title: _('unknown')) unless time

      zoned = time.in_time_zone
      content_tag(:time, datetime: time.utc.iso8601, title: zoned.strftime('%Y-%m-%d %H:%M:%S %Z')) do
        "#{zoned.strftime('%Y-%m-%d %H:%M %Z')} (#{standfast_distance(time, now)})"
      end
    end

    def standfast_distance(time, now)
      words = distance_of_time_in_words(time, now)
      time > now ? _('in %s') % words : _('%s ago') % words
    end

    # @return [String, nil] where the desired state came from
    def standfast_policy_word(policy)
      case policy
      when 'file' then _('a file on the host')
      when 'stdin' then _('what was given to the command')
      when 'snapshot' then _('a snapshot of an earlier Puppet catalog')
      when 'catalog' then _("the host's Puppet catalog")
      when 'default' then _('the default policy of standfast')
      end
    end

    def standfast_mode_word(mode)
      case mode
      when 'check' then _('checked only, nothing was changed')
      when 'apply' then _('enforced, and checked again')
      end
    end

    def standfast_source_word(source)
      case source
      when 'agent' then _('the host itself')
      when 'proxy' then _('a Smart Proxy')
      when 'puppet' then _('a Puppet report')
      when 'config_report' then _('a configuration report of standfast')
      end
    end

    def standfast_finding_heading(state)
      case state
      when 'failed' then _('Failed')
      when 'drifted' then _('Drifted')
      when 'corrected' then _('Corrected')
      else _('Other findings')
      end
    end

    def standfast_finding_explanation(state)
      case state
      when 'failed' then _('These could not be checked or brought about. The reason stands beside each.')
      when 'drifted' then _('These differ from what is desired.')
      when 'corrected' then _('These differed, and were put right. There is nothing to do.')
      else _('These are wrong, but no desired state names them: they count in no total.')
      end
    end

    # Foreman's page of the host: the one that its settings prefer, where there are two.
    def standfast_host_path(host)
      respond_to?(:current_host_details_path) ? current_host_details_path(host) : host_path(host)
    end

    # A link to the overview that keeps what is asked for but for what is said here; the first page, unless it is said.
    # @param changed [Hash{Symbol => Object}] also `page` and `format`
    def standfast_overview_path(list, **changed)
      asked = { search: list.search.presence, state: list.state, resource: list.resource.presence, order: "#{list.order} #{list.direction}",
                per_page: list.chosen_per_page }
      asked[:order] = nil if asked[:order] == 'state asc'
      foreman_standfast_drift_index_path(asked.merge(changed).compact)
    end

    # The heading of a column, by which the table can be sorted.
    def standfast_sortable(list, order, word)
      current = list.order == order
      direction = next_direction(list, order)
      arrow = current ? content_tag(:span, list.direction == 'asc' ? ' ▲' : ' ▼', 'aria-hidden': 'true') : ''
      sorted = ({ asc: 'ascending', desc: 'descending' }[list.direction.to_sym] if current)
      content_tag(:th, scope: 'col', 'aria-sort': sorted) do
        link_to(safe_join([word, arrow]), standfast_overview_path(list, order: "#{order} #{direction}"), title: _('Sort by %s') % word)
      end
    end

    # A unified diff, line by line; the signs that begin its lines stay, so that it reads without colour.
    def standfast_diff(diff)
      lines = diff.to_s.split("\n").map do |line|
        # The names of the two sides begin with the signs of lines, three of them.
        kind = line.start_with?('--- ', '+++ ') ? 'place' : STANDFAST_DIFF_KINDS[line[0]]
        content_tag(:span, line.empty? ? ' ' : line, class: ['standfast-line', ("standfast-#{kind}" if kind)])
      end
      content_tag(:pre, safe_join(lines, "\n"), class: 'standfast-diff', tabindex: '0', 'aria-label': _('Difference'))
    end

    # What stands for a value; where nothing is there, a word says so.
    def standfast_value(value)
      return content_tag(:em, _('nothing')) if value.nil?

      value.to_s.empty? ? content_tag(:em, _('empty')) : content_tag(:code, value)
    end

    private

    def next_direction(list, order)
      return DriftList::ORDERS.fetch(order) unless list.order == order

      list.direction == 'asc' ? 'desc' : 'asc'
    end
  end
end
