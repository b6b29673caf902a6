# frozen_string_literal: true

module ForemanStandfast
  # A host that is made after another one has not been checked: Foreman copies all facets.
  module HostCloning
    def clone
      super.tap { |host| host.standfast_facet = nil }
    end
  end
end
