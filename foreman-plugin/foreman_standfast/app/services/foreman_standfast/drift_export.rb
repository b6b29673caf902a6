# frozen_string_literal: true

require 'csv'
require 'json'

module ForemanStandfast
  # Rows of the overview as CSV and as JSON, piece by piece, so that a server with many hosts holds few of them at a time.
  module DriftExport
    COLUMNS = %w[host state since last_check mode policy source checked in_sync drifted corrected failed omitted resources].freeze
    # What makes spreadsheets take a cell for a formula, or skip to what does.
    FORMULA = /\A[=+\-@\t\r]/.freeze

    class << self
      # @param rows [Enumerable<DriftList::Row>]
      # @return [Enumerator<String>]
      def csv(rows)
        Enumerator.new do |out|
          out << CSV.generate_line(COLUMNS)
          rows.each do |row|
            cells = values(row).merge('resources' => row.resources.join("; "))
            out << CSV.generate_line(cells.values.map { |value| defused(value) })
          end
        end
      end

      # @param rows [Enumerable<DriftList::Row>]
      # @param head [Hash] what stands before the rows
      # @return [Enumerator<String>] one object; its `hosts` are the rows
      def json(rows, head)
        Enumerator.new do |out|
          out << "#{JSON.generate(head).delete_suffix('}')},\"hosts\":["
          rows.each_with_index { |row, place| out << "#{',' if place.positive?}\n#{JSON.generate(values(row))}" }
          out << "\n]}\n"
        end
      end

      # A cell that begins like a formula is made text by an apostrophe, as spreadsheets read it.
      def defused(value)
        value.is_a?(String) && value.match?(FORMULA) ? "'#{value}" : value
      end

      private

      def values(row)
        {
          'host' => row.name, 'state' => row.state, 'since' => time(row.since), 'last_check' => time(row.checked_at),
          'mode' => row.mode, 'policy' => row.policy, 'source' => row.source, 'checked' => row.checked, 'in_sync' => row.in_sync,
          'drifted' => row.drifted, 'corrected' => row.corrected, 'failed' => row.failed, 'omitted' => row.omitted,
          'resources' => row.resources
        }
      end

      def time(value)
        value&.utc&.iso8601
      end
    end
  end
end
