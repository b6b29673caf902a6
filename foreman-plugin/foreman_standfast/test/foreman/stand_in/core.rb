# frozen_string_literal: true

require 'ostruct'

# Small things of Foreman that are everywhere.
SETTINGS = { version: OpenStruct.new(notag: '3.14.0', full: '3.14.0') }.freeze

# Translations: what is marked must be text, or gettext finds nothing to translate.
module GettextStandIn
  def _(text)
    raise ArgumentError, "no text: #{text.inspect}" unless text.is_a?(String)

    text
  end

  alias N_ _

  def n_(one, many, count)
    count == 1 ? _(one) : _(many)
  end
end
Object.include(GettextStandIn)

module Foreman
  class Exception < ::StandardError; end

  # Exceptions that Foreman was told to log.
  module Logging
    def self.told
      @told ||= []
    end

    def self.exception(message, error)
      told << [message, error]
      Rails.logger.error("#{message}: #{error.class}: #{error.message}")
    end
  end

  # Foreman 3.18's recurring tasks.
  module Cron
    def self.tasks
      @tasks ||= Hash.new { |all, cadence| all[cadence] = [] }
    end

    def self.register(cadence, task)
      raise ArgumentError, "unknown cadence #{cadence}" unless %i[hourly daily weekly monthly].include?(cadence)

      tasks[cadence] |= [task]
    end
  end
end

# Which version of the API a route is for.
class ApiConstraints
  def initialize(options)
    @version = options.fetch(:version)
    @default = options.fetch(:default)
  end

  def matches?(request)
    request.params[:apiv] == "v#{@version}" || @default
  end
end
