# frozen_string_literal: true

# The feature of a Smart Proxy that runs smart_proxy_standfast: Foreman only believes in features that it knows.
feature = Feature.where(name: 'Standfast').first_or_create
raise "Unable to create proxy feature: #{feature.errors.full_messages.to_sentence}" if feature.nil? || feature.errors.any?
