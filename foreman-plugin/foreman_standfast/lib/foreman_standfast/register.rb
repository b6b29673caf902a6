# frozen_string_literal: true

# What the plugin tells Foreman of itself: settings, permissions, roles, menu, widget, status, facet and scanner.
Foreman::Plugin.register :foreman_standfast do
  requires_foreman '>= 3.14'
  register_gettext

  apipie_documented_controllers ["#{ForemanStandfast::Engine.root}/app/controllers/api/v2/standfast/*.rb"]

  settings do
    category :cfgmgmt, N_('Configuration Management') do
      setting 'standfast_interval',
        type: :integer, default: 780, full_name: N_('Standfast interval'),
        description: N_('Minutes after which a host that sends no drift report counts as stale')
      setting 'standfast_out_of_sync_disabled',
        type: :boolean, default: false, full_name: N_('Standfast out of sync disabled'),
        description: N_('Never count a host as stale, however long ago its last drift report is')
      setting 'standfast_retention_days',
        type: :integer, default: 365, full_name: N_('Standfast retention'),
        description: N_('Days after which the trend of drift, and the last drift report of a host that sends none, are removed')
      %w[standfast_interval standfast_retention_days].each do |name|
        validates name, ->(value) { value.to_i.positive? }, message: N_('must be 1 or more')
      end
    end
  end

  security_block :foreman_standfast do
    permission :view_standfast_drift,
      { 'api/v2/standfast/drift_reports' => %i[index show],
        'foreman_standfast/drift' => %i[index show] },
      resource_type: 'ForemanStandfast::HostFacet'
    permission :upload_standfast_drift,
      { 'api/v2/standfast/drift_reports' => %i[create] },
      resource_type: 'ForemanStandfast::HostFacet'
  end

  # Whoever uploads may do nothing else: not see a host, not create one.
  role 'Standfast reporter', %i[upload_standfast_drift], N_('May upload drift reports for existing hosts, and nothing else')
  role 'Standfast viewer', %i[view_standfast_drift view_hosts], N_('May see hosts and their drift')
  add_all_permissions_to_default_roles

  menu :top_menu, :standfast_drift,
    caption: N_('Drift'), parent: :monitor_menu,
    url_hash: { controller: 'foreman_standfast/drift', action: :index }

  widget 'standfast_drift_widget', name: N_('Drift of hardening'), sizex: 6, sizey: 1

  # The tab of the host page; without it, all else is as it is.
  register_global_js_file 'global' if ForemanStandfast::Engine.tab_built?

  register_custom_status ForemanStandfast::DriftStatus
  register_facet ForemanStandfast::HostFacet, :standfast_facet do
    configure_host do
      set_dependent_action :destroy
      api_view list: 'foreman_standfast/host_facets/base', single: 'foreman_standfast/host_facets/base'
    end
  end

  # Both lists ask each host for its state.
  %w[HostsController Api::V2::HostsController].each do |controller|
    add_controller_action_scope(controller, :index) { |hosts| hosts.preload(:standfast_facet) }
  end

  # The origin has Foreman's own dashboard and searches tell reports of standfast from others; it wants to know the class.
  register_report_scanner ForemanStandfast::ReportScanner
  register_report_origin 'Standfast', 'ConfigReport'

  # Foreman 3.18 and newer run recurring tasks by themselves; before that the package's cron does.
  if defined?(Foreman::Cron)
    Foreman::Cron.register(:hourly, 'standfast:refresh')
    Foreman::Cron.register(:daily, 'standfast:expire')
  end
end
