# frozen_string_literal: true

module ForemanStandfast
  # A time as it is written in Foreman's searches: `3 days ago`, `yesterday`, `2026-11-27 12:30`.
  module Moment
    AGO = /\A(\d{1,6})\s+(minute|hour|day|week|month|year)s?\s+ago\z/.freeze
    DAYS = { 'today' => 0, 'yesterday' => 1 }.freeze

    # What PostgreSQL can hold and somebody may mean.
    YEARS = (1..9999).freeze

    # @return [ActiveSupport::TimeWithZone, nil] in the user's time zone; nil where it is no time
    def self.parse(text)
      moment = read(text.to_s.strip.downcase)
      moment if moment && YEARS.cover?(moment.year)
    rescue ArgumentError, RangeError
      nil
    end

    def self.read(text)
      found = text.match(AGO)
      return found[1].to_i.public_send(found[2]).ago if found

      days = DAYS[text]
      days ? Time.zone.now.beginning_of_day - days.days : Time.zone.parse(text)
    end
    private_class_method :read
  end
end
