# frozen_string_literal: true

module Api
  module V2
    module Standfast
      # Takes drift reports of hosts and tells the newest of each.
      class DriftReportsController < ::Api::V2::BaseController
        include Api::Version2
        include Foreman::Controller::SmartProxyAuth

        # Rails would make a wrapper where there is none, of whatever else there is.
        wrap_parameters false
        # It takes the wrapper for an object without looking, and its lists for records.
        skip_before_action :setup_has_many_params, only: :create

        # Proxies with the feature, and those that may upload reports for any host already.
        add_smart_proxy_filters :create, features: proc { ['Standfast'] + ReportImporter.authorized_smart_proxy_features }
        before_action :refuse_large_body, only: :create

        rescue_from(ForemanStandfast::Invalid) { |invalid| refuse(:unprocessable_entity, invalid) }

        resource_description do
          resource_id 'drift_reports'
          api_base_url '/api'
        end

        def_param_group :drift_report do
          param :drift_report, Hash, required: true, desc: N_('Schema 1') do
            param :schema, Integer, required: true, desc: N_('Always 1')
            param :host, String, required: true, desc: N_('Certname of an existing host, in lower case')
            param :reported_at, String, required: true, desc: N_('When the host was checked: ISO 8601 in UTC with six digits of fraction and Z')
            param :version, String, required: true, desc: N_('Version of the client')
            param :mode, %w[check apply], required: true, desc: N_('Whether drift was corrected or only looked for')
            param :policy, %w[file stdin snapshot catalog default], required: true, desc: N_('Where the desired state came from')
            param :checked, Integer, required: true, desc: N_('Resources, the sum of the next four')
            param :in_sync, Integer, required: true, desc: N_('Resources that are as desired')
            param :drifted, Integer, required: true, desc: N_('Resources that differ')
            param :corrected, Integer, required: true, desc: N_('Resources that differed and were corrected')
            param :failed, Integer, required: true, desc: N_('Resources that could not be checked or corrected')
            param :findings, Array, required: true, desc: N_('At most 50: resource, state, changes, message, evidence, diff')
            param :omitted, Integer, required: false, desc: N_('How many findings more there were')
          end
        end

        api :POST, '/standfast/drift_reports', N_('Upload the drift report of a host')
        param_group :drift_report

        def create
          return unless (body = wrapped)

          payload = ForemanStandfast::Payload.parse(body)
          host = find_host(payload.host)
          result = record(host, payload)
          render json: answer(host, result), status: result.stored ? :created : :ok
        rescue ActiveRecord::InvalidForeignKey
          # The host was deleted meanwhile.
          refuse(:unprocessable_entity, unknown(payload.host))
        end

        api :GET, '/standfast/drift_reports', N_('List the newest drift report of each host, without its findings')
        param_group :search_and_pagination, ::Api::V2::BaseController

        def index
          @drift_reports = resource_scope_for_index
        end

        api :GET, '/standfast/drift_reports/:id', N_('Show the newest drift report of a host with its findings')
        api :GET, '/hosts/:host_id/standfast/drift_report', N_('Show the newest drift report of a host with its findings')
        param :id, String, required: false, desc: N_('Number of the drift report')
        param :host_id, String, required: false, desc: N_('Number or name of the host')

        def show
          @drift_report = params[:host_id] ? facet_of_host : resource_scope.find(params[:id])
        end

        private

        # What is searched for is hosts, with all that Foreman knows of them: `drift = drifted and hostgroup = web`.
        def resource_scope_for_index(*)
          found = visible_hosts.search_for(*search_options)
          scope = resource_scope.where(host_id: found.reorder(nil).select(:id)).order(:host_id)
          paginate_options[:per_page] == 'all' ? scope : scope.paginate(**paginate_options)
        end

        def resource_scope(*)
          facets = ForemanStandfast::HostFacet.all
          facets.where(host_id: visible_hosts.reorder(nil).select(:id)).includes(:host).readonly(true)
        end

        def resource_class
          ForemanStandfast::HostFacet
        end

        def visible_hosts
          ::Host.authorized(:view_hosts)
        end

        def facet_of_host
          resource_scope.find_by!(host_id: resource_finder(visible_hosts, params[:host_id]).id)
        end

        # The object below `drift_report`; where there is none that is answered, and nil returned.
        def wrapped
          body = request.request_parameters['drift_report']
          return body.to_h if body.is_a?(Hash)

          refuse(:bad_request, ForemanStandfast::Invalid.new('drift_report', 'the body must hold the object drift_report'))
          nil
        end

        def refuse_large_body
          most = ForemanStandfast::Payload::MOST_BYTES
          return if (request.content_length || 0) <= most && request.raw_post.bytesize <= most

          refuse(:payload_too_large, ForemanStandfast::Invalid.new('drift_report', "the body must not be larger than #{most} bytes"))
        end

        # Hosts that this user may not see are as unknown as those that there are none of.
        def find_host(name)
          hosts = ::Host::Managed.order(:id)
          hosts.find_by(certname: name) || hosts.find_by(name: name) || raise(unknown(name))
        end

        def unknown(name)
          ForemanStandfast::Invalid.new('host', "unknown host #{name}")
        end

        # The one line of the log that tells it; neither this nor the answer repeats what was sent, but for the host's name,
        # which is letters, digits, dots, dashes and underscores.
        def refuse(status, invalid)
          logger.warn "Drift report from #{request.remote_ip} refused: #{invalid.field}: #{invalid.message}"
          render json: { error: { field: invalid.field, message: invalid.message } }, status: status
        end

        # All of it or nothing: what failed half-way is stored when it is sent again, and not taken for a replay then.
        def record(host, payload)
          ForemanStandfast::HostFacet.transaction do
            result = ForemanStandfast::Recorder.record(host, payload, source: detected_proxy ? 'proxy' : 'agent')
            refresh_status(host) if result.stored
            result
          end
        end

        # The one who uploads may not change hosts; Foreman keeps their global status there.
        def refresh_status(host)
          User.as_anonymous_admin do
            host.association(:standfast_facet).reset
            host.refresh_statuses([ForemanStandfast::DriftStatus])
          end
        end

        def answer(host, result)
          facet = result.facet
          told = ForemanStandfast::DriftState.told(failed: facet.failed, drifted: facet.drifted)
          answer = { id: facet.id, host_id: host.id, host: host.name, status: told, stored: result.stored }
          result.stored ? answer : answer.merge(reason: result.reason)
        end
      end
    end
  end
end
