# frozen_string_literal: true

# The pages of the plugin.
Rails.application.routes.draw do
  scope '/foreman_standfast', module: 'foreman_standfast', as: 'foreman_standfast' do
    get 'drift', to: 'drift#index', as: :drift_index, constraints: { format: /html|csv|json/ }
    # The id is a host's: its name, in which there are dots, or its number.
    get 'drift/:id', to: 'drift#show', as: :drift, format: false, constraints: { id: %r{[^/]+} }
  end
end
