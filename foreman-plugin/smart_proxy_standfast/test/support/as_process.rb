# frozen_string_literal: true

# What the tests of the plugin as a process share: an authority, a Foreman, the process itself, and waiting for what it does.

require 'foreman_standin'
require 'proxy_process'

# For test classes; `prepare` belongs in their setup.
module AsProcess
  # Makes @dir, @ca, @foreman, which knows these hosts, or all, and @proxy with these settings, not yet started.
  def prepare(known: nil, **plugin)
    @dir = Dir.mktmpdir
    @ca = Authority.new(@dir, 'Puppet CA')
    @foreman = ForemanStandin.new(@ca, 'proxy.example.com', known: known)
    @proxy = ProxyProcess.new(@dir, @ca, @foreman.url, **plugin)
  end

  def teardown
    @proxy.kill
    @foreman.close
    FileUtils.rm_rf(@dir)
  end

  def wait_until
    1500.times { yield ? return : sleep(0.02) }
    flunk "it did not come about within 30 seconds\n#{File.read(@proxy.log).lines.last(20).join}"
  end
end
