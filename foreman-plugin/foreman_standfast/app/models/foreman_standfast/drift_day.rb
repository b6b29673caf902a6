# frozen_string_literal: true

module ForemanStandfast
  # How many hosts of an organization and location were in which state on a day: the trend of the dashboard.
  class DriftDay < ::ApplicationRecord
    STATES = DriftState::NAMES

    # Counts all hosts as they are now, for today; said again on the same day, the later counts hold.
    # @return [Integer] rows written
    def self.record(now = Time.now.utc)
      rows = ::Host::Managed.unscoped { count_now(now) }
      transaction do
        where(day: now.to_date).delete_all
        insert_all!(rows) if rows.any?
      end
      rows.size
    end

    # The trend of what the user may see of organizations and locations.
    # @param organization_ids [Array<Integer>, nil] nil: all, also hosts that belong to none
    # @param location_ids [Array<Integer>, nil]
    # @return [Array<Hash>] `day` and a count per state, oldest first; days without counts are left out
    def self.trend(days:, organization_ids: nil, location_ids: nil, now: Time.now.utc)
      scope = where('day > ?', now.to_date - days)
      scope = scope.where(organization_id: organization_ids) if organization_ids
      scope = scope.where(location_id: location_ids) if location_ids
      sums = STATES.map { |state| Arel.sql("SUM(#{connection.quote_column_name(state)})") }
      scope.group(:day).order(:day).pluck(:day, *sums).map { |day, *counts| { 'day' => day }.merge(STATES.zip(counts.map(&:to_i)).to_h) }
    end

    # Removes what is older than so many days.
    # @return [Integer] rows removed
    def self.expire(days, now = Time.now.utc)
      where('day <= ?', now.to_date - days).delete_all
    end

    class << self
      private

      def count_now(now)
        state = Arel.sql(HostFacet.state_sql(now))
        found = ::Host::Managed.unscoped.where(type: 'Host::Managed').left_joins(:standfast_facet)
                               .group(:organization_id, :location_id, state).count
        rows = Hash.new { |all, key| all[key] = STATES.to_h { |name| [name, 0] } }
        found.each { |(organization, location, name), count| rows[[organization || 0, location || 0]][name] = count }
        rows.map { |(organization, location), counts| counts.merge('day' => now.to_date, 'organization_id' => organization, 'location_id' => location) }
      end
    end
  end
end
