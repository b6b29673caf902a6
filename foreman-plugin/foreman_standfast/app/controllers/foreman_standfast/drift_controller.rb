# frozen_string_literal: true

module ForemanStandfast
  # The pages of drift: all hosts, and one host. They need no JavaScript, and show what the user may see of hosts.
  class DriftController < ::ApplicationController
    # What a request may say; the rest of it is never shown.
    ASKED = %i[search state resource order page per_page].freeze

    helper ForemanStandfast::DriftHelper, ForemanStandfast::DriftAdviceHelper

    def index
      @list = drift_list
      @list.counts
      respond_to do |format|
        format.html { @rows = @list.rows }
        format.csv { stream('text/csv; charset=utf-8', 'csv', DriftExport.csv(@list.each_row)) }
        format.json { stream('application/json; charset=utf-8', 'json', DriftExport.json(@list.each_row, head_of_export)) }
      end
    rescue ::ScopedSearch::QueryNotSupported => e
      # Here and not by rescue_from: by then Foreman has forgotten the user, and its page would be without its menu.
      bad_search(e)
    end

    def show
      @host = host_by(params[:id].to_s.delete("\0"))
      return not_found unless @host

      @now = Time.now.utc
      @facet = @host.standfast_facet
      @state = @facet ? @facet.state(@now) : 'never'
      @findings = @facet ? @facet.findings.to_a.group_by(&:state) : {}
    end

    private

    def visible_hosts
      ::Host.authorized(:view_hosts)
    end

    # By name or number. A number that no column can hold is no number of a host.
    def host_by(id)
      visible_hosts.find_by(name: id) || visible_hosts.find_by(id: id[/\A\d{1,9}\z/])
    end

    def drift_list
      asked = params.permit(*ASKED).to_h
      DriftList.new(visible_hosts, asked, default_per_page: Setting[:entries_per_page] || DriftList::DEFAULT_PER_PAGE)
    end

    def head_of_export
      { 'generated_at' => @list.now.iso8601, 'search' => @list.search, 'state' => @list.state, 'resource' => @list.resource,
        'total' => @list.total }
    end

    # Sent as it is made: no layout, no copy of the whole in memory.
    def stream(type, suffix, pieces)
      response.headers['Cache-Control'] = 'no-cache'
      # Without it the whole is gathered once more, to make a checksum of it.
      response.headers['Last-Modified'] = @list.now.httpdate
      response.headers['Content-Type'] = type
      response.headers['Content-Disposition'] = %(attachment; filename="drift-#{@list.now.strftime('%Y-%m-%d')}.#{suffix}")
      response.headers['X-Content-Type-Options'] = 'nosniff'
      self.response_body = pieces
    end

    # A search that makes no sense gets the page with the reason and without hosts: never all of them, as if it had matched.
    def bad_search(error)
      @problem = error.message.sub(/\Aexternal method '\w+' failed with error: /, '')
      respond_to do |format|
        format.html do
          asked = params.permit(*ASKED).to_h
          @list = DriftList.new(::Host::Managed.none, asked.merge('search' => ''))
          @rows = []
          render :index, status: :bad_request
        end
        format.json { render json: { error: { field: 'search', message: @problem } }, status: :bad_request }
        format.any { render plain: "#{@problem}\n", status: :bad_request }
      end
    end
  end
end
