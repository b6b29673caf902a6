# frozen_string_literal: true

# Foreman's own choice: a body without a wrapper gets one.
ActiveSupport.on_load(:action_controller) { wrap_parameters format: [:json] if respond_to?(:wrap_parameters) }

# What pages and API of Foreman share.
module SharedByControllers
  extend ActiveSupport::Concern

  included { prepend_around_action :forget_user }

  private

  def forget_user
    yield
  ensure
    User.current = nil
  end

  def authenticate
    authenticate_with_http_basic { |login, password| User.current = User.find_by(login: login, password: password) }
  end

  def authorized?
    User.current&.allowed_to?(controller: controller_path, action: action_name)
  end

  def resource_finder(scope, id)
    scope.from_param(id) || scope.find(id)
  end
end

# The base of Foreman's pages.
class ApplicationController < ActionController::Base
  include SharedByControllers
  before_action :authorize

  rescue_from(ActiveRecord::RecordNotFound) { render plain: 'not found', status: :not_found }
  rescue_from(ScopedSearch::QueryNotSupported) { |error| render plain: error.message, status: :bad_request }

  private

  def authorize
    return head(:unauthorized) unless authenticate

    render plain: 'forbidden', status: :forbidden unless authorized?
  end
end

class HostsController < ApplicationController; end

# Foreman's list of reports, as far as the new host page reads it.
class ConfigReportsController < ApplicationController
  def index
    render json: ConfigReport.order(:id).map { |report| { origin: origin_image_path(report) } }
  end

  private

  def authorized?
    true
  end

  def origin_image_path(report)
    { src: nil, label: report.origin }
  end
end

module Api
  module Version2; end

  module V2
    # The base of Foreman's API: the order of the steps, and their pitfalls, are Foreman's.
    class BaseController < ActionController::Base
      extend Apipie::DSL
      include SharedByControllers

      protect_from_forgery with: :null_session
      before_action :authorize
      around_action :set_timezone
      before_action :setup_has_many_params, only: %i[create update]
      before_action :check_media_type
      helper_method :metadata_total

      def_param_group(:search_and_pagination) { param :search, String, desc: 'filter results' }

      rescue_from(StandardError) { |error| answer_error(:internal_server_error, error) }
      rescue_from(ScopedSearch::QueryNotSupported) { |error| answer_error(:bad_request, error) }
      rescue_from(ActiveRecord::RecordNotFound) { |error| answer_error(:not_found, error) }

      layout 'api/v2/layouts/index_layout', only: :index

      private

      def answer_error(status, error)
        Foreman::Logging.exception('Action failed', error) if status == :internal_server_error
        render json: { error: { message: error.message } }, status: status, layout: false
      end

      def authorize
        return true if authenticate && authorized?

        deny_access
      end

      def deny_access
        render json: { error: { message: 'Access denied' } }, status: :forbidden, layout: false
        false
      end

      # Foreman takes each ArgumentError for a wrong time zone and runs the action again.
      def set_timezone
        yield
      rescue ArgumentError
        yield
      end

      # Breaks where the wrapper is no object.
      def setup_has_many_params
        params[controller_name.singularize]&.dup&.each { |_key, value| value.is_a?(Array) && value.all? { |item| item.key?('id') } }
      end

      def check_media_type
        return unless request.post? && request.media_type != 'application/json'

        render json: { error: { message: 'unsupported' } }, status: :unsupported_media_type
      end

      def search_options
        [params[:search], { order: params[:order] }]
      end

      def paginate_options
        { page: params[:page], per_page: params[:per_page] }
      end

      def metadata_total
        resource_scope.size
      end
    end

    class HostsController < BaseController; end
  end
end

module Foreman
  module Controller
    # Certificates of registered proxies, and users. In tests a header stands for the certificate that the web server verified.
    module SmartProxyAuth
      extend ActiveSupport::Concern

      included { attr_reader :detected_proxy }

      class_methods do
        def add_smart_proxy_filters(actions, options = {})
          skip_before_action :authorize, only: actions
          # Last, so that whoever is not known yet has passed the filters above.
          before_action(only: actions) { require_smart_proxy_or_login(options[:features]) }
        end
      end

      private

      def require_smart_proxy_or_login(features)
        names = features.respond_to?(:call) ? features.call : features
        certified = request.headers['X-Verified-Certificate']
        @detected_proxy = SmartProxy.with_features(*names).find { |proxy| URI.parse(proxy.url).host == certified } if certified
        return User.current = User.anonymous_admin if @detected_proxy

        authorize
      end
    end
  end
end
