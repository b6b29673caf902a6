# frozen_string_literal: true

# The REST API of the plugin: /api/v2/standfast/drift_reports, and a host's own report below its host.
Rails.application.routes.draw do
  namespace :api, defaults: { format: 'json' } do
    scope '(:apiv)', module: :v2, defaults: { apiv: 'v2' }, apiv: /v1|v2/, constraints: ApiConstraints.new(version: 2, default: true) do
      namespace :standfast do
        resources :drift_reports, only: %i[index create show], constraints: { id: %r{[^/]+} }
      end
      constraints(host_id: %r{[^/]+}) do
        get 'hosts/:host_id/standfast/drift_report', to: 'standfast/drift_reports#show', as: :host_standfast_drift_report
      end
    end
  end
end
