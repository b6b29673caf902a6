# frozen_string_literal: true

module Foreman
  class Plugin
    # What a plugin may say while it registers. What Foreman does not know raises here as it does there: there is no
    # method_missing. Arguments are checked against what Foreman would make of them later.
    class << self
      def registered
        @registered ||= {}
      end

      def register(id, &block)
        plugin = new(id)
        plugin.instance_eval(&block)
        registered[id] = plugin
      end

      def installed?(id)
        registered.key?(id.to_sym)
      end

      def find(id)
        registered[id.to_sym]
      end

      def report_scanners
        @report_scanners ||= []
      end
    end

    attr_reader :id, :permissions, :roles, :menus, :widgets, :statuses, :scanners, :origins, :documented, :action_scopes, :gettext,
      :global_js_files

    def initialize(id)
      @id = id
      @permissions = {}
      @roles = {}
      @menus = []
      @widgets = []
      @statuses = []
      @origins = []
      @global_js_files = []
      @action_scopes = Hash.new { |all, key| all[key] = [] }
    end

    def requires_foreman(matcher)
      return true if Gem::Dependency.new('', matcher).match?('', SETTINGS[:version].notag)

      raise Foreman::Exception, "requires Foreman #{matcher}"
    end

    def register_gettext(domain: nil)
      @gettext = domain || id.to_s
    end

    # Foreman loads `webpack/NAME_index.js` out of the bundle on each page.
    def register_global_js_file(name)
      raise ArgumentError, "no webpack/#{name}_index.js" unless ForemanStandfast::Engine.root.join('webpack', "#{name}_index.js").file?

      @global_js_files << name
    end

    def apipie_documented_controllers(globs)
      raise ArgumentError, "no file matches #{globs}" if globs.any? { |glob| Dir[glob].empty? }

      @documented = globs
    end

    def settings(&block)
      SettingDefinitions.instance_eval(&block)
    end

    def security_block(_name, &block)
      @secured = true
      instance_eval(&block)
      @secured = false
    end

    def permission(name, actions, resource_type: nil)
      raise ArgumentError, "#{name} stands outside of a security_block" unless @secured
      raise ArgumentError, "#{name}: actions are lists" unless actions.values.all?(Array)

      @permissions[name] = { actions: actions, resource_type: resource_type }
    end

    def role(name, permissions, description = '')
      @roles[name] = { permissions: permissions, description: description }
    end

    def add_all_permissions_to_default_roles(except: [])
      @default_roles_except = except
    end

    def menu(menu, name, caption:, url_hash:, parent: nil)
      raise ArgumentError, "no menu #{menu}" unless %i[top_menu admin_menu].include?(menu)
      raise ArgumentError, "no menu #{parent}" unless [nil, :monitor_menu, :hosts_menu, :configure_menu].include?(parent)

      @menus << { name: name, caption: caption, url: url_hash }
    end

    def widget(template, name:, sizex:, sizey:)
      @widgets << { template: template, name: name, sizex: sizex, sizey: sizey }
    end

    def register_custom_status(klass)
      raise ArgumentError, "#{klass} is no host status" unless klass < HostStatus::Status

      HostStatus.status_registry.add(klass)
      @statuses << klass
    end

    def register_facet(klass, name, &block)
      Facets.register(klass, name, &block)
    end

    def add_controller_action_scope(controller, action, &block)
      @action_scopes[[controller, action]] << block
    end

    def register_report_scanner(scanner)
      %i[identify_origin add_reporter_data].each do |method|
        raise ArgumentError, "#{scanner} has no #{method}" unless scanner.respond_to?(method)
      end
      self.class.report_scanners << scanner unless self.class.report_scanners.include?(scanner)
    end

    def register_report_origin(origin, report_class = 'Report')
      %w[interval out_of_sync_disabled].each do |name|
        setting = "#{origin.downcase}_#{name}"
        raise ArgumentError, "Foreman's dashboard asks for the setting #{setting}" unless SettingDefinitions.known.key?(setting)
      end
      @origins << [origin, report_class]
    end
  end
end

# The settings that plugins define.
module SettingDefinitions
  TYPES = %i[boolean integer float string text hash array].freeze

  class << self
    def known
      @known ||= {}
    end

    def category(_name, _label = nil, &block)
      instance_eval(&block)
    end

    def validates(name, rule, message:)
      known.fetch(name.to_s)[:rules] << [rule, message]
    end

    def setting(name, default:, description:, type:, full_name: nil)
      raise ArgumentError, "#{name} is defined already" if known.key?(name.to_s)
      raise ArgumentError, "#{name}: no type #{type}" unless TYPES.include?(type)

      known[name.to_s] = { default: default, description: description, type: type, full_name: full_name, rules: [] }
    end
  end
end
