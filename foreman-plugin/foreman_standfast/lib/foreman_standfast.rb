# frozen_string_literal: true

# The Foreman plugin of standfast: drift of hardening as Foreman's host status, searches, pages and API.
module ForemanStandfast
  # What the plugin's tables begin with: `standfast_host_facets`, `standfast_findings`, `standfast_drift_days`.
  def self.table_name_prefix
    'standfast_'
  end

  # Routes and parameters are named after `host_facet`, not `foreman_standfast_host_facet`.
  def self.use_relative_model_naming?
    true
  end
end

require 'foreman_standfast/version'
require 'foreman_standfast/engine'
