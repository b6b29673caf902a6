# frozen_string_literal: true

require_relative 'pages_helper'
require 'fileutils'
require 'rack/handler/webrick'
require 'selenium-webdriver'
require 'tmpdir'

# The application behind a real web server on loopback, and a headless Chromium that looks at it.
module BrowserTest
  include PagesTest

  FLAGS = %w[--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
             --disable-sync --window-size=1200,1000].freeze
  # Where pictures of the pages are kept, if they are wanted.
  PICTURES = ENV['STANDFAST_PICTURES']

  def setup
    super
    @server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: 0, Logger: WEBrick::Log.new(File::NULL), AccessLog: [])
    @server.mount('/', Rack::Handler::WEBrick, logged_in)
    @thread = Thread.new { @server.start }
    @profile = Dir.mktmpdir('standfast-chromium')
    viewer
  end

  def teardown
    close_browser
    @server.shutdown
    @thread.join
    FileUtils.remove_entry(@profile)
    super
  end

  # In the place of Foreman's session: each request is the viewer's.
  def logged_in
    login = ActionController::HttpAuthentication::Basic.encode_credentials('eve', 'secret')
    ->(env) { Rails.application.call(env.merge('HTTP_AUTHORIZATION' => login)) }
  end

  # @param scripts [Boolean] whether pages may run scripts
  def browser(scripts: true)
    @browser ||= begin
      options = Selenium::WebDriver::Chrome::Options.new(binary: '/usr/bin/chromium', args: FLAGS + ["--user-data-dir=#{@profile}"])
      options.add_preference('profile.managed_default_content_settings.javascript', 2) unless scripts
      Selenium::WebDriver.for(:chrome, options: options, service: Selenium::WebDriver::Service.chrome(path: '/usr/bin/chromedriver'))
    end
  end

  def close_browser
    @browser&.quit
    @browser = nil
  end

  def visit(path)
    browser.navigate.to("http://127.0.0.1:#{@server.config[:Port]}#{path}")
  end

  def all(css)
    browser.find_elements(css: css)
  end

  def first(css)
    browser.find_element(css: css)
  end

  # Follows what stands there, and waits for the page that comes.
  def follow(element)
    old = browser.find_element(css: 'html')
    element.click
    Selenium::WebDriver::Wait.new(timeout: 30).until { gone?(old) && all('main').any? }
  end

  def gone?(element)
    element.tag_name
    false
  rescue Selenium::WebDriver::Error::StaleElementReferenceError, Selenium::WebDriver::Error::NoSuchElementError
    true
  end

  def picture(name)
    return unless PICTURES

    FileUtils.mkdir_p(PICTURES)
    browser.save_screenshot(File.join(PICTURES, "#{name}.png"))
  end
end
