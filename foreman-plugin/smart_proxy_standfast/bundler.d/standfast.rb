# frozen_string_literal: true

gem 'smart_proxy_standfast'
