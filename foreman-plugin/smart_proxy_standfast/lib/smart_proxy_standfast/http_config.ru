require 'smart_proxy_standfast/api'

map '/standfast' do
  run Proxy::Standfast::Api
end
