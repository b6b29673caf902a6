# frozen_string_literal: true

module ForemanStandfast
  # The hosts of the overview page with what is known of their drift: filtered, sorted and cut into pages by the database.
  # The page, the CSV and the JSON are made of the same rows.
  class DriftList
    # Hosts on a page: what a request may ask for, and what it gets that asks for nothing.
    PER_PAGE = (5..200).freeze
    DEFAULT_PER_PAGE = 20
    # No Foreman has so many pages; beyond this, numbers end to be numbers.
    LAST_PAGE = 1_000_000
    # Rows that an export holds in memory at a time.
    SLICE = 500
    # Resources that are named per host; the rest is a number.
    NAMED = 3
    # What can be sorted by, and which way at first: what is urgent or old comes first.
    ORDERS = { 'host' => 'asc', 'state' => 'asc', 'since' => 'asc', 'checked' => 'asc', 'findings' => 'desc' }.freeze
    DIRECTIONS = %w[asc desc].freeze
    # The order of the states: what an admin must see to comes first.
    URGENCY = %w[failed drifted stale never in_sync].freeze

    # A host. Times are nil and counts nil where the host never reported.
    Row = Struct.new(:id, :name, :state, :since, :checked_at, :mode, :policy, :source, :checked, :in_sync, :drifted, :corrected, :failed,
      :omitted, :resources, keyword_init: true) do
      # What differs or failed at the last check, named or not.
      def findings
        resources.size + omitted.to_i
      end
    end

    FACET_COLUMNS = %i[since checked_at mode policy source checked in_sync drifted corrected failed omitted].freeze

    # `chosen_per_page` is what was asked for, or nil.
    attr_reader :search, :state, :resource, :order, :direction, :page, :per_page, :chosen_per_page, :now

    # @param hosts [ActiveRecord::Relation] those that the user may see
    # @param asked [Hash{String => Object}] `search`, `state`, `resource`, `order` as `since desc`, `page`, `per_page`; what makes
    #   no sense is as if it were not there
    def initialize(hosts, asked, now: Time.now.utc, default_per_page: DEFAULT_PER_PAGE)
      @hosts = hosts
      @now = now
      @search = text(asked['search'])
      @resource = text(asked['resource'])
      @state = asked['state'] if DriftState::NAMES.include?(asked['state'])
      @order, @direction = ordering(asked['order'])
      @page = asked['page'].to_i.clamp(1, LAST_PAGE)
      @chosen_per_page = asked['per_page'].to_i.clamp(PER_PAGE.begin, PER_PAGE.end) if asked['per_page'].to_i.positive?
      @per_page = @chosen_per_page || default_per_page.to_i.clamp(PER_PAGE.begin, PER_PAGE.end)
    end

    # How many hosts are in each state, whatever state is asked for.
    # @raise [ScopedSearch::QueryNotSupported] for a search that makes no sense, as all that follow
    def counts
      @counts ||= HostFacet.counts(found, now)
    end

    # @return [Integer] hosts that match
    def total
      state ? counts.fetch(state) : counts.values.sum
    end

    def pages
      [(total + per_page - 1) / per_page, 1].max
    end

    # @return [Array<Row>] of this page
    def rows
      rows_of(sorted_ids.slice((page - 1) * per_page, per_page) || [])
    end

    # All rows, a slice at a time; nothing that depends on the user is asked for once this has been called.
    # @return [Enumerator<Row>]
    def each_row
      ids = sorted_ids
      Enumerator.new do |all|
        ids.each_slice(SLICE) { |some| rows_of(some).each { |row| all << row } }
      end
    end

    private

    # A NUL is no text to the database.
    def text(value)
      value.is_a?(String) ? value.delete("\0").strip.first(1000) : ''
    end

    def ordering(value)
      name, direction = value.to_s.split(' ', 2)
      return ['state', 'asc'] unless ORDERS.key?(name)

      [name, DIRECTIONS.include?(direction) ? direction : ORDERS.fetch(name)]
    end

    # The hosts that match search and resource. Which ones is decided in a subquery: what a search joins must not multiply rows.
    def found
      @found ||= begin
        visible = @hosts.search_for(search).reorder(nil).select("#{table}.id")
        hosts = ::Host::Managed.unscoped.where(id: visible)
        resource.empty? ? hosts : hosts.where(id: with_resource)
      end
    end

    def with_resource
      pattern = "%#{Finding.sanitize_sql_like(resource)}%"
      Finding.where('resource ILIKE ?', pattern).select(:host_id)
    end

    def sorted_ids
      @sorted_ids ||= begin
        hosts = found.left_joins(:standfast_facet)
        hosts = hosts.where("#{state_sql} = ?", state) if state
        hosts.order(Arel.sql("#{order_sql} #{direction} NULLS LAST, #{table}.name ASC, #{table}.id ASC")).pluck(Arel.sql("#{table}.id"))
      end
    end

    def order_sql
      case order
      when 'host' then "#{table}.name"
      when 'since' then since_sql
      when 'checked' then "#{facets}.checked_at"
      when 'findings' then findings_sql
      else urgency_sql
      end
    end

    def urgency_sql
      cases = URGENCY.each_with_index.map { |name, place| "WHEN '#{name}' THEN #{place}" }
      "CASE #{state_sql} #{cases.join(' ')} END"
    end

    # DriftState.since, said to the database.
    def since_sql
      interval = Settings.interval
      return "#{facets}.since" unless interval

      "CASE #{state_sql} WHEN 'stale' THEN #{facets}.checked_at + INTERVAL '#{Integer(interval)} seconds' ELSE #{facets}.since END"
    end

    def findings_sql
      "(SELECT COUNT(*) FROM #{Finding.table_name} WHERE #{Finding.table_name}.host_id = #{table}.id) + COALESCE(#{facets}.omitted, 0)"
    end

    def state_sql
      @state_sql ||= HostFacet.state_sql(now)
    end

    def table
      ::Host::Managed.table_name
    end

    def facets
      HostFacet.table_name
    end

    # @return [Array<Row>] in the order of the ids; hosts that are gone by now are left out
    def rows_of(ids)
      names = ::Host::Managed.unscoped.where(id: ids).pluck(:id, :name).to_h
      known = HostFacet.where(host_id: ids).index_by(&:host_id)
      resources = Finding.where(host_id: ids).order(:host_id, :position).pluck(:host_id, :resource).group_by(&:first)
      ids.select { |id| names.key?(id) }.map { |id| row(id, names[id], known[id], (resources[id] || []).map(&:last)) }
    end

    def row(id, name, facet, resources)
      row = Row.new(id: id, name: name, state: 'never', resources: resources)
      return row unless facet

      FACET_COLUMNS.each { |column| row[column] = facet[column] }
      row.state = facet.state(now)
      row.since = facet.state_since(now)
      row
    end
  end
end
