# frozen_string_literal: true

module ForemanStandfast
  # One thing that a host's newest drift report found: what differs, on what line, and since when.
  class Finding < ::ApplicationRecord
    # `failed`, `drifted`, `corrected`, and `finding`: wrong, but named by no desired state.
    STATES = %w[failed drifted corrected finding].freeze

    belongs_to_host
    belongs_to :facet, class_name: 'ForemanStandfast::HostFacet', primary_key: :host_id, foreign_key: :host_id,
      inverse_of: :findings, optional: true

    validates :resource, :since, presence: true
    validates :state, inclusion: { in: STATES }
  end
end
