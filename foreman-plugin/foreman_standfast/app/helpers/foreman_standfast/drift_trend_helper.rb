# frozen_string_literal: true

module ForemanStandfast
  # The trend of the dashboard's widget: a picture that needs no JavaScript, with the same numbers as a table.
  module DriftTrendHelper
    # Days that the widget looks back.
    STANDFAST_DAYS = 14
    # From the bottom up, what is wrong stands at the bottom, where it can be compared. Never reported is left out: it is no news.
    STANDFAST_STACK = %w[failed drifted stale in_sync].freeze
    # Units of the picture's own coordinates; it is scaled to the room that there is.
    STANDFAST_WIDTH = 420
    STANDFAST_HEIGHT = 90
    STANDFAST_BASE = 16

    # @return [Array<Hash>] as DriftDay.trend, for the organization and location that the user looks at
    def standfast_trend
      DriftDay.trend(days: STANDFAST_DAYS, organization_ids: standfast_taxonomy_ids(::Organization), location_ids: standfast_taxonomy_ids(::Location))
    end

    # @param days [Array<Hash>] as DriftDay.trend
    # @param today [Date]
    def standfast_trend_picture(days, today)
      most = days.map { |day| STANDFAST_STACK.sum { |state| day[state] } }.max.to_i
      label = _('Hosts in each state, a bar a day; the table below has the numbers')
      content_tag(:svg, viewBox: "0 0 #{STANDFAST_WIDTH} #{STANDFAST_HEIGHT + STANDFAST_BASE}", class: 'standfast-trend', role: 'img',
        'aria-label': label, xmlns: 'http://www.w3.org/2000/svg') do
        safe_join(days.map { |day| day_bar(day, today, [most, 1].max) })
      end
    end

    # What the colours of the bars stand for, from the top down as the bars are.
    def standfast_legend
      parts = STANDFAST_STACK.reverse.map do |state|
        swatch = content_tag(:svg, tag.rect(width: 10, height: 10, class: "standfast-fill-#{state}"), width: 10, height: 10, 'aria-hidden': 'true')
        content_tag(:span, safe_join([swatch, ' ', standfast_state_word(state)]))
      end
      content_tag(:p, safe_join([_('From the top:'), *parts], ' '), class: 'standfast-legend')
    end

    private

    # nil where all may be seen: whoever is no admin sees the trend of what is theirs.
    def standfast_taxonomy_ids(taxonomy)
      return taxonomy.current.subtree_ids if taxonomy.current
      return nil if User.current.admin?

      User.current.public_send("my_#{taxonomy.model_name.plural}").pluck(:id)
    end

    def day_bar(day, today, most)
      width = STANDFAST_WIDTH / STANDFAST_DAYS
      left = STANDFAST_WIDTH - ((today - day['day']).to_i + 1) * width
      top = STANDFAST_HEIGHT
      parts = STANDFAST_STACK.map do |state|
        height = (day[state] * STANDFAST_HEIGHT.to_f / most).round(1)
        top -= height
        tag.rect(x: left + 2, y: top.round(1), width: width - 4, height: height, class: "standfast-fill-#{state}")
      end
      safe_join([content_tag(:g, safe_join([content_tag(:title, day_words(day)), *parts])), day_label(day['day'], left + width / 2)])
    end

    def day_label(day, middle)
      content_tag(:text, day.strftime('%d'), x: middle, y: STANDFAST_HEIGHT + STANDFAST_BASE - 4, 'text-anchor': 'middle', class: 'standfast-day')
    end

    def day_words(day)
      states = STANDFAST_STACK.map { |state| "#{standfast_state_word(state)}: #{day[state]}" }
      "#{day['day'].iso8601} – #{states.join(', ')}"
    end
  end
end
