# frozen_string_literal: true

# Foreman's dashboard, as far as a widget meets it: the widget's partial, and what Foreman hands it.
module Dashboard
  # The hosts that the user may see, narrowed by the dashboard's search.
  class Data
    attr_reader :filter

    def initialize(filter)
      @filter = filter
    end

    def hosts
      Host.authorized(:view_hosts).search_for(filter).reorder('')
    end
  end
end

# Each widget is fetched on its own, and by whoever may log in.
class DashboardController < ApplicationController
  def show
    @data = Dashboard::Data.new(params[:search])
    Organization.current = Organization.find_by(id: params[:organization_id])
    render partial: "dashboard/#{params[:id]}"
  ensure
    Organization.current = nil
  end

  private

  def authorized?
    true
  end
end

[Organization, Location].each do |taxonomy|
  taxonomy.class_eval do
    # There is no nesting here.
    def subtree_ids
      [id]
    end
  end
end

class ApplicationController
  private

  # Foreman's page for what is not there.
  def not_found(_exception = nil)
    render plain: 'not found', status: :not_found
  end
end

# What a user who is no admin belongs to.
class User
  def my_organizations
    Organization.where(id: organization_id)
  end

  def my_locations
    Location.where(id: location_id)
  end
end
