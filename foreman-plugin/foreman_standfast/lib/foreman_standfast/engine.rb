# frozen_string_literal: true

module ForemanStandfast
  # The Rails engine: where Foreman finds migrations, routes and tasks, and when the plugin extends Foreman's classes.
  class Engine < ::Rails::Engine
    engine_name 'foreman_standfast'

    config.paths['config/routes.rb'].unshift('config/api_routes.rb')

    initializer 'foreman_standfast.load_app_instance_data' do |app|
      ForemanStandfast::Engine.paths['db/migrate'].existent.each { |path| app.config.paths['db/migrate'] << path }
    end

    # Findings quote lines of the hosts' files: they belong into the database, not into Foreman's log.
    initializer 'foreman_standfast.filter_parameters' do |app|
      app.config.filter_parameters += %i[findings]
    end

    initializer 'foreman_standfast.register_plugin', before: :finisher_hook do |app|
      app.reloader.to_prepare { load "#{__dir__}/register.rb" unless ForemanStandfast::Engine.registered? }
    end

    config.to_prepare { ForemanStandfast::Engine.extend_foreman }

    rake_tasks do
      Rake::Task['db:seed'].enhance { ForemanStandfast::Engine.load_seed }
    end

    # Whether Foreman knows the plugin: where code is reloaded, Foreman forgets it with the rest.
    def self.registered?
      Foreman::Plugin.installed?('foreman_standfast')
    end

    # Where Foreman's build leaves what a browser loads first: in the plugin for a package, in Foreman while one develops.
    TAB_BUNDLE = 'public/webpack/foreman_standfast/foreman_standfast_remoteEntry.js'

    # Whether the tab of the host page was built. Foreman runs no script of its pages until each plugin that it was told of has
    # loaded: a plugin that tells it of a bundle that is not there stops those of all pages.
    # @param roots [Array<Pathname>]
    def self.tab_built?(roots = [root, Rails.root])
      roots.any? { |directory| File.file?(File.join(directory, TAB_BUNDLE)) }
    end

    # Puts the plugin's concerns into Foreman's classes. Prepends only, each of which calls `super`: other plugins extend
    # the same classes.
    def self.extend_foreman
      ::Host::Managed.include(ForemanStandfast::HostExtensions)
      ::Host::Managed.prepend(ForemanStandfast::HostCloning)
      ::ConfigReportImporter.prepend(ForemanStandfast::ReportImporterExtensions)
      ::ConfigReportsController.prepend(ForemanStandfast::ConfigReportsControllerExtensions)
      ::ReportsHelper.include(ForemanStandfast::ReportsHelper)
    end
  end
end
