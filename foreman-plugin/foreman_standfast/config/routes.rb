# frozen_string_literal: true

# The pages of the plugin.
Rails.application.routes.draw do
  namespace :foreman_standfast do
    # The id is a host's: its number, or its name, in which there are dots.
    resources :drift, only: %i[index show], constraints: { id: %r{[^/]+?}, format: /html|json|csv/ } do
      collection { get 'auto_complete_search' }
    end
  end
end
