# Reports drift to Foreman by a Smart Proxy with the plugin smart_proxy_standfast, with the Puppet certificate that the host has.
#
# A quarter of an hour is how long drift lasts at most before it is seen. What is as it was is told every six hours only.
class { 'standfast::report':
  url => 'https://proxy.example.com:8443/standfast',
}

class { 'standfast::check':
  interval  => '15m',
  scheduler => 'cron',
}
