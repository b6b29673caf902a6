# frozen_string_literal: true

require 'strscan'

# A small stand-in for the gem scoped_search, which Debian does not package: `field operator value` with and, or, not and
# brackets. It knows no completion and no free text. With SCOPED_SEARCH=DIRECTORY the gem's own lib is used.
module ScopedSearch
  class QueryNotSupported < StandardError; end

  # A field that can be searched for.
  class Field
    OPERATORS = %w[= != ~ !~ > < >= <=].freeze
    SQL = { '=' => '=', '!=' => '<>', '<>' => '<>', '~' => 'LIKE', '!~' => 'NOT LIKE', '>' => '>', '<' => '<', '>=' => '>=', '<=' => '<=',
            '^' => 'IN', '!^' => 'NOT IN' }.freeze
    AGO = /\A(\d+)\s+(minute|hour|day|week|month|year)s?\s+ago\z/.freeze

    # What only completion asks for.
    COMPLETION = %i[only_explicit complete_value complete_enabled].freeze

    attr_reader :name, :relation

    def initialize(klass, on:, relation: nil, rename: nil, operators: nil, ext_method: nil, **completion)
      raise ArgumentError, "unknown: #{completion.keys}" if (completion.keys - COMPLETION).any?

      @klass = klass
      @column = on
      @relation = relation
      @name = rename || on
      @operators = operators || OPERATORS
      @ext_method = ext_method
    end

    def condition(operator, value)
      # The gem, too, lets every operator through to a method.
      return external(operator, value) if @ext_method
      raise QueryNotSupported, "#{operator} is not supported for #{name}" unless @operators.include?(operator == '<>' ? '!=' : operator)

      owner = relation ? @klass.reflect_on_association(relation).klass : @klass
      column = "#{owner.quoted_table_name}.#{owner.connection.quote_column_name(@column)}"
      @klass.sanitize_sql_array(["#{column} #{SQL.fetch(operator).sub('LIKE', 'ILIKE')} ?", cast(owner, operator, value)])
    end

    private

    def external(operator, value)
      found = @klass.public_send(@ext_method, name.to_s, SQL.fetch(operator), value)
      unknown = found.keys - %i[conditions parameter]
      raise ArgumentError, "no #{unknown} here" if unknown.any?

      # As the gem does: a percent sign or a question mark in the SQL is taken for a place to fill.
      @klass.sanitize_sql_array([found.fetch(:conditions), *found.fetch(:parameter, [])])
    rescue StandardError => e
      raise QueryNotSupported, "external method '#{@ext_method}' failed with error: #{e}"
    end

    def cast(owner, operator, value)
      return "%#{value.tr('*', '%')}%" if operator.end_with?('~')
      return value unless owner.columns_hash.fetch(@column.to_s).type == :datetime

      ago = value.match(AGO)
      ago ? ago[1].to_i.public_send(ago[2]).ago : (Time.zone.parse(value) || raise(QueryNotSupported, "no time: #{value}"))
    end
  end

  # Turns a query into SQL.
  class Query
    def initialize(fields, text)
      @fields = fields
      @text = StringScanner.new(text)
      @relations = []
    end

    attr_reader :relations

    def sql
      all = any_of
      rest = @text.rest.strip
      raise QueryNotSupported, "not understood: #{rest}" unless rest.empty?

      all
    end

    private

    def any_of
      parts = [all_of]
      parts << all_of while @text.skip(/\s*(or\b|\|\|?)/i)
      "(#{parts.join(' OR ')})"
    end

    def all_of
      parts = [one]
      parts << one while @text.skip(/\s*(and\b|&&?)/i)
      "(#{parts.join(' AND ')})"
    end

    def one
      return "NOT #{one}" if @text.skip(/\s*(not\b|!(?=\s*\())/i)
      return comparison unless @text.skip(/\s*\(/)

      any_of.tap { @text.skip(/\s*\)/) || raise(QueryNotSupported, 'a bracket is not closed') }
    end

    def comparison
      name = @text.scan(/\s*[\w.]+/)&.strip
      operator = @text.scan(/\s*(!=|<>|!~|!\^|>=|<=|=|~|\^|>|<)/)&.strip
      value = @text.scan(/\s*\([^()]*\)/)&.strip&.delete('()') if operator&.end_with?('^')
      value ||= @text.scan(/\s*("[^"]*"|[^\s()"]+)/)&.strip&.delete('"')
      raise QueryNotSupported, 'field, operator and value are wanted' unless name && operator && value

      field = @fields[name.to_sym] || raise(QueryNotSupported, "Field '#{name}' not recognized for searching!")
      @relations |= [field.relation] if field.relation
      field.condition(operator, value)
    end
  end

  # What models get.
  module ClassMethods
    def scoped_search(on:, **options)
      field = Field.new(self, on: on, **options)
      scoped_search_fields[field.name] = field
    end

    def scoped_search_fields
      @scoped_search_fields ||= {}
    end

    def search_for(text = '', options = {})
      found = all
      order = options[:order]
      if text.present?
        query = Query.new(scoped_search_fields, text)
        sql = query.sql
        found = found.left_joins(*query.relations) if query.relations.any?
        found = found.where(sql)
      end
      return found if order.blank?
      raise QueryNotSupported, "no order: #{order}" unless order.match?(/\A\w+( (asc|desc))?\z/i)

      found.reorder(Arel.sql(order))
    end
  end
end
