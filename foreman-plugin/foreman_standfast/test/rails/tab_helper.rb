# frozen_string_literal: true

require_relative 'browser_helper'
require 'open3'

# The tab of the host page, bundled by esbuild with stand-ins for Foreman's React and PatternFly, in a real browser: it asks
# the real API of the plugin.
module TabTest
  include BrowserTest

  FOLDER = File.expand_path('../webpack', __dir__)
  # Where Debian's packages are; in the place of node_modules.
  MODULES = { 'NODE_PATH' => '/usr/share/nodejs' }.freeze
  FLAGS_OF_BUNDLE = ['--bundle', '--format=iife', '--loader:.js=jsx', '--define:process.env.NODE_ENV="development"', '--log-level=warning',
                     "--alias:foremanReact=#{FOLDER}/foremanReact", "--alias:@patternfly/react-core=#{FOLDER}/patternfly/index.js"].freeze
  # What React, PropTypes and the tab complain of is kept for the test.
  PAGE = <<~HTML
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="/tab.css"></head><body><h1>Host</h1><main></main>
    <script>
      window.URL_PREFIX = '';
      window.noFills = location.search.includes('nofills');
      window.problems = [];
      for (const kind of ['error', 'warn']) console[kind] = (...words) => window.problems.push(words.map(String).join(' '));
      addEventListener('error', event => window.problems.push(String(event.message)));
      addEventListener('unhandledrejection', event => window.problems.push(String(event.reason)));
    </script>
    <script src="/tab.js"></script></body></html>
  HTML

  class << self
    # @return [Hash{String => String}] the bundle: its script and its styles; made once
    def bundle
      @bundle ||= Dir.mktmpdir('standfast-tab') do |directory|
        complaints, status = esbuild(File.join(FOLDER, 'page.js'), "--outfile=#{directory}/tab.js")
        raise complaints unless status.success? && complaints.empty?

        %w[tab.js tab.css].to_h { |name| [name, File.read(File.join(directory, name))] }
      end
    end

    # @return [Array(String, Process::Status)] what it complained of, and how it ended
    def esbuild(*arguments, **input)
      Open3.capture2e(MODULES, 'esbuild', *arguments, *FLAGS_OF_BUNDLE, chdir: FOLDER, **input)
    end
  end

  def setup
    super
    serve('/tab', 'text/html; charset=utf-8', PAGE)
    serve('/tab.js', 'text/javascript; charset=utf-8', TabTest.bundle.fetch('tab.js'))
    serve('/tab.css', 'text/css; charset=utf-8', TabTest.bundle.fetch('tab.css'))
  end

  def teardown
    assert_equal [], problems if @browser
  ensure
    super
  end

  # What the page's console was told, or what was thrown there.
  def problems
    browser.execute_script('return window.problems')
  end

  def serve(path, type, body, status: 200)
    @server.mount_proc(path) do |_, answer|
      answer.status = status
      answer.content_type = type
      answer.body = body.respond_to?(:call) ? body.call : body
    end
  end

  def answer_of(name, **options, &block)
    serve("/api/v2/hosts/#{name}/standfast/drift_report", 'application/json', block, **options)
  end

  # Shows the tab of a host, and waits for it to hold what is looked for.
  def tab(name, css)
    visit("/tab?host=#{name}")
    wait_for(css)
  end

  def wait_for(css)
    Selenium::WebDriver::Wait.new(timeout: 30).until { all("main #{css}").any? || problems.any? }
    assert_equal [], problems
    first("main #{css}")
  end

  def shown
    first('main').text
  end

  def rows(css)
    all("main #{css} tbody tr").map { |row| row.find_elements(css: 'th, td').map(&:text) }
  end
end
