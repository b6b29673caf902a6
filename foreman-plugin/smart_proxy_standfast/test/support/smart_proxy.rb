# frozen_string_literal: true

# A stand-in for what the plugin uses of the Smart Proxy: the same names and behaviour, nothing more, so that a call
# that the Smart Proxy does not have is a NoMethodError here too.

require 'logger'
require 'net/http'
require 'openssl'
require 'sinatra/base'
require 'uri'

module Proxy
  # The proxy's own settings.yml. An unknown setting is nil, as there.
  Settings = Struct.new(:foreman_url, :foreman_ssl_ca, :foreman_ssl_cert, :foreman_ssl_key, :ssl_ca_file,
                        :ssl_certificate, :ssl_private_key, :trusted_hosts, :forward_verify, keyword_init: true)
  SETTINGS = Settings.new

  # The logger of the Smart Proxy has the usual levels.
  module Log
    class << self
      attr_accessor :sink
    end

    def logger
      Log.sink
    end
  end

  # Errors of settings.
  module Error
    class ConfigurationError < StandardError; end
  end

  # The container in which plugins keep their objects.
  module DependencyInjection
    # A lambda is called once, when it is given.
    class Container
      def initialize
        @objects = {}
      end

      def singleton_dependency(name, maker)
        @objects[name] = maker.call
      end

      def get_dependency(name)
        @objects.fetch(name)
      end
    end

    # Defines readers and writers of what is in `container_instance`.
    module Accessors
      def inject_attr(name, reader)
        container = container_instance
        define_method(reader) { container.get_dependency(name) }
      end
    end
  end

  # The plugins that are loaded.
  class Plugins
    def self.instance
      @instance ||= new
    end

    def loaded
      @loaded ||= []
    end

    def find(&block)
      loaded.find(&block)
    end
  end

  # The words in which a plugin declares itself.
  class Plugin
    class << self
      attr_reader :rackup, :defaults, :loader, :wirings, :services, :name_of, :needs

      def rackup_path(path)
        @rackup = path
      end

      def default_settings(settings)
        @defaults = settings
      end

      def requires(name, version)
        @needs = [name, version]
      end

      def load_classes(&block)
        @loader = block
      end

      def load_dependency_injection_wirings(&block)
        @wirings = block
      end

      def start_services(*names)
        @services = names
      end

      def plugin(name, version)
        raise 'a version is wanted' unless Gem::Version.correct?(version)

        @name_of = name
        Plugins.instance.loaded << { name: name, class: self }
      end
    end
  end

  # The way to Foreman.
  module HttpRequest
    # Makes requests to addresses below foreman_url.
    class Factory
      def initialize(base)
        @base = base
      end

      def create_post(path, body)
        post = Net::HTTP::Post.new(URI.join(@base.to_s, path))
        post['Accept'] = 'application/json,version=2'
        post.content_type = 'application/json'
        post.body = body
        post
      end
    end

    # Has a Net::HTTP with the proxy's certificate, not started.
    class ForemanRequest
      def uri
        URI.parse(SETTINGS.foreman_url.to_s)
      end

      def request_factory
        Factory.new(uri)
      end

      def http
        @http ||= Net::HTTP.new(uri.host, uri.port).tap do |http|
          next unless (http.use_ssl = uri.scheme == 'https')

          http.verify_mode = OpenSSL::SSL::VERIFY_PEER
          http.ca_file = SETTINGS.foreman_ssl_ca
          http.cert = OpenSSL::X509::Certificate.new(File.read(SETTINGS.foreman_ssl_cert))
          http.key = OpenSSL::PKey.read(File.read(SETTINGS.foreman_ssl_key))
        end
      end
    end
  end
end

# As the Smart Proxy starts a plugin; returns the Rack application.
module Standin
  def self.boot(plugin_settings, log)
    Proxy::Log.sink = log
    require 'smart_proxy_standfast'
    plugin = Proxy::Standfast::Plugin
    container = Proxy::DependencyInjection::Container.new
    Proxy::Plugins.instance.find { |p| p[:name] == :standfast }[:di_container] = container
    plugin.loader.call
    plugin.wirings.call(container, plugin.defaults.merge(plugin_settings))
    plugin.services.each { |name| container.get_dependency(name).start }
    Sinatra::Base.set :environment, :production
    forget_api
    rackup = File.read(plugin.rackup)
    [Rack::Builder.new { instance_eval(rackup, plugin.rackup) }.to_app, container]
  end

  # An API keeps the container that it was loaded with; a test has several, one after the other.
  def self.forget_api
    Proxy::Standfast.send(:remove_const, :Api) if Proxy::Standfast.const_defined?(:Api)
    $LOADED_FEATURES.delete_if { |path| path.end_with?('smart_proxy_standfast/api.rb') }
  end
  private_class_method :forget_api
end
