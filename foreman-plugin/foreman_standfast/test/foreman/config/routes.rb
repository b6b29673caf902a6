# frozen_string_literal: true

# Routes of Foreman itself, as far as the plugin's pages lead there.
Rails.application.routes.draw do
  get 'widgets/:id', to: 'dashboard#show'
  get 'hosts/:id', to: 'hosts#show', as: :host, constraints: { id: %r{[^/]+} }
end
