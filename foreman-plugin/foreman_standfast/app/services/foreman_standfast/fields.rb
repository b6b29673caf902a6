# frozen_string_literal: true

module ForemanStandfast
  # Reads fields of a decoded JSON object within bounds, and says of what is out of them where it is. Values are never
  # repeated in messages: they go to logs, and what breaks the protocol may hold anything.
  class Fields
    CONTROL = /\p{Cntrl}/.freeze
    CONTROL_BUT_LINES = /[\p{Cntrl}&&[^\n\t]]/.freeze

    # @param hash [Hash] with text for keys
    # @param path [String] what the names of its fields begin with, as `findings[3].`
    def initialize(hash, path = '')
      @hash = hash
      @path = path
    end

    # @param length [Range] of characters
    # @param default [Object] what a missing field is; none: it must be there
    def text(name, length, default: nil, null: false, lines: false, pattern: nil)
      value = fetch(name, default)
      return nil if value.nil? && null

      valid(name, value.is_a?(String), 'must be text')
      valid(name, value.encoding == Encoding::UTF_8 && value.valid_encoding?, 'must be UTF-8')
      valid(name, length.cover?(value.length), "must be #{length.begin} to #{length.end} characters long")
      valid(name, !value.match?(lines ? CONTROL_BUT_LINES : CONTROL), 'must not hold control characters')
      valid(name, value.match?(pattern), "must match #{pattern.source.delete_prefix('\A').delete_suffix('\z')}") if pattern
      value
    end

    def word(name, words)
      value = fetch(name, nil)
      valid(name, words.include?(value), "must be one of #{words.join(', ')}")
      value
    end

    def integer(name, range, default: nil, null: false)
      value = fetch(name, default)
      return nil if value.nil? && null

      valid(name, value.is_a?(Integer), 'must be an integer')
      valid(name, range.cover?(value), "must be #{range.begin} to #{range.end}")
      value
    end

    # Objects of a list, each read by the block.
    def objects(name, most, default: nil)
      list = fetch(name, default)
      valid(name, list.is_a?(Array), 'must be a list')
      valid(name, list.size <= most, "must hold at most #{most}")
      list.each_with_index.map do |item, index|
        place = "#{name}[#{index}]"
        valid(place, item.is_a?(Hash), 'must be an object')
        yield Fields.new(item, "#{@path}#{place}.")
      end
    end

    def valid(name, holds, message)
      raise Invalid.new("#{@path}#{name}", message) unless holds
    end

    private

    def fetch(name, default)
      @hash.fetch(name) { default }
    end
  end
end
