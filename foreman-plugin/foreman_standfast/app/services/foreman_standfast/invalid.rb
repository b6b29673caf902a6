# frozen_string_literal: true

module ForemanStandfast
  # A report that breaks the protocol: which field, and why. It is no ArgumentError on purpose: Foreman takes those for a
  # wrong time zone and runs the action again.
  class Invalid < StandardError
    # @return [String] as `findings[3].state`
    attr_reader :field

    def initialize(field, message)
      super(message)
      @field = field
    end
  end
end
