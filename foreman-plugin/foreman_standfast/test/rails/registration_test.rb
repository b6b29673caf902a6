# frozen_string_literal: true

require_relative 'helper'
require 'fileutils'
require 'tmpdir'

class RegistrationTest < ActionDispatch::IntegrationTest
  include StandInTest

  def plugin
    Foreman::Plugin.find(:foreman_standfast)
  end

  def routed
    Rails.application.routes.routes.map { |route| [route.defaults[:controller], route.defaults[:action]] }
  end

  test 'every file of the plugin holds the constant that its name says' do
    Rails.autoloaders.main.eager_load
  end

  test 'each action of the plugin needs a permission, and each permission is of an action that is routed' do
    ours = routed.select { |controller, _| controller.to_s.match?(/standfast/) }.uniq.sort
    granted = plugin.permissions.values.flat_map { |rule| rule[:actions].flat_map { |controller, actions| actions.map { |action| [controller, action.to_s] } } }
    assert_equal ours, granted.sort
  end

  test 'the role for uploads holds that permission alone, and none that makes hosts' do
    assert_equal %i[upload_standfast_drift], plugin.roles.fetch('Standfast reporter')[:permissions]
    assert_equal [{ 'api/v2/standfast/drift_reports' => %i[create] }], [plugin.permissions[:upload_standfast_drift][:actions]]
    assert_equal %i[view_standfast_drift view_hosts], plugin.roles.fetch('Standfast viewer')[:permissions]
  end

  test 'each documented address is routed to the action that it is documented at, and all are documented' do
    # It documents itself when it is loaded.
    Api::V2::Standfast::DriftReportsController
    documented = Apipie.documented.select { |(controller, _), _| controller.match?(/standfast/) }
    documented.each do |(controller, action), addresses|
      addresses.each do |verb, path|
        found = Rails.application.routes.recognize_path("/api/v2#{path.gsub(/:\w+/, '7')}", method: verb)
        assert_equal [controller, action], [found[:controller], found[:action]], path
      end
    end
    assert_equal(%w[create index show], documented.keys.map(&:last).sort)
  end

  test 'names of hosts have dots, in addresses too' do
    found = Rails.application.routes.recognize_path('/api/v2/hosts/web1.example.com/standfast/drift_report')
    assert_equal 'web1.example.com', found[:host_id]
  end

  test 'the plugin tells Foreman its origin with its class, its widget and its recurring tasks' do
    assert_equal [%w[Standfast ConfigReport]], plugin.origins
    assert_equal %w[standfast_drift_widget], plugin.widgets.map { |widget| widget[:template] }
    assert_equal({ hourly: %w[standfast:refresh], daily: %w[standfast:expire] }, Foreman::Cron.tasks)
    assert_equal 'foreman_standfast', plugin.gettext
  end

  test 'a Foreman without recurring tasks takes the plugin all the same' do
    cron = Foreman.send(:remove_const, :Cron)
    reloaded_registration
  ensure
    Foreman.const_set(:Cron, cron)
  end

  test 'without the bundle of the tab Foreman is told of none, since it would wait for it on every page' do
    assert_not ForemanStandfast::Engine.tab_built?
    assert_equal [], plugin.global_js_files
    reloaded_registration { assert_equal [], plugin.global_js_files }
  end

  test 'with the bundle of the tab Foreman loads it on its pages' do
    ForemanStandfast::Engine.stub(:tab_built?, true) do
      reloaded_registration { assert_equal ['global'], plugin.global_js_files }
    end
  end

  test 'the bundle is looked for where the build of a package leaves it, and where that of a developer does' do
    Dir.mktmpdir do |directory|
      roots = %w[plugin foreman].map { |name| File.join(directory, name) }
      roots.each do |root|
        entry = File.join(root, 'public/webpack/foreman_standfast/foreman_standfast_remoteEntry.js')
        FileUtils.mkdir_p(File.dirname(entry))
        assert_not ForemanStandfast::Engine.tab_built?(roots)
        File.write(entry, '')
        assert ForemanStandfast::Engine.tab_built?(roots)
        FileUtils.remove_entry(root)
      end
    end
  end

  def reloaded_registration
    before = Foreman::Plugin.registered.delete(:foreman_standfast)
    settings = SettingDefinitions.known.dup
    SettingDefinitions.known.clear
    load ForemanStandfast::Engine.root.join('lib/foreman_standfast/register.rb').to_s
    assert_equal before.permissions.keys, plugin.permissions.keys
    yield if block_given?
  ensure
    Foreman::Plugin.registered[:foreman_standfast] = before
    SettingDefinitions.known.replace(settings)
  end

  test 'the list of reports shows the icon of standfast, and leaves others as they are' do
    controller = ConfigReportsController.new
    controller.define_singleton_method(:helpers) { Class.new { define_method(:image_path) { |name| "/assets/#{name}" } }.new }
    icons = %w[Standfast Puppet].map { |origin| controller.send(:origin_image_path, ConfigReport.new(origin: origin)) }
    assert_equal [{ src: '/assets/foreman_standfast/Standfast.png', label: 'Standfast' }, { src: nil, label: 'Puppet' }], icons
    assert_equal 'foreman_standfast/Standfast.png', Class.new { include ReportsHelper }.new.standfast_report_origin_icon
  end

  test "a host's JSON tells its drift" do
    web = host
    record(web, report)
    views = ForemanStandfast::Engine.root.join('app/views').to_s
    told = JSON.parse(Rabl::Renderer.json(web.reload, Facets.registered[:standfast_facet].views[:list], view_path: views, locals: {}))
    assert_equal ['drifted', 2, 31], told['standfast_facet'].values_at('status', 'drifted', 'checked')
  end

  test 'the gem holds all files that a Foreman needs, and says that it is a plugin' do
    root = ForemanStandfast::Engine.root.to_s
    gem = Dir.chdir(root) { Gem::Specification.load('foreman_standfast.gemspec') }
    assert_equal ['true', 'GPL-3.0-or-later', ForemanStandfast::VERSION], [gem.metadata['is_foreman_plugin'], gem.licenses.first, gem.version.to_s]
    %w[LICENSE README.md CHANGELOG.md lib/foreman_standfast/register.rb config/api_routes.rb db/seeds.d/75-standfast_feature.rb
       lib/tasks/foreman_standfast_tasks.rake locale/foreman_standfast.pot
       package.json webpack/index.js webpack/global_index.js webpack/src/HostDriftTab/index.js].each { |file| assert_includes gem.files, file }
    assert gem.required_ruby_version.satisfied_by?(Gem::Version.new('2.7.0'))
  end
end
