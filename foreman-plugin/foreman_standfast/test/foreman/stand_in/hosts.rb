# frozen_string_literal: true

# Facets: rows of plugins that belong to a host.
module Facets
  class << self
    def registered
      @registered ||= {}
    end

    def register(model, name, &block)
      entry = Entry.new(model, name)
      entry.instance_eval(&block) if block
      registered[name] = entry
      ::Host::Managed.has_one name, class_name: model.name, foreign_key: :host_id, inverse_of: :host, dependent: entry.dependent
    end
  end

  # How a facet is configured.
  class Entry
    attr_reader :model, :name, :dependent, :views

    def initialize(model, name)
      @model = model
      @name = name
    end

    def configure_host(&block)
      instance_eval(&block)
    end

    def set_dependent_action(action) # rubocop:disable Naming/AccessorMethodName
      raise ArgumentError, "no action #{action}" unless %i[destroy delete].include?(action)

      @dependent = action
    end

    def api_view(views)
      raise ArgumentError, "unknown views #{views}" if (views.keys - %i[list single]).any?

      @views = views
    end
  end

  module Base
    extend ActiveSupport::Concern

    included { belongs_to_host }
  end
end

module HostStatus
  # Statuses that plugins add.
  def self.status_registry
    @status_registry ||= Set.new
  end

  def self.find_status_by_humanized_name(name)
    status_registry.find { |status| status.humanized_name == name }
  end

  module Global
    OK = 0
    WARN = 1
    ERROR = 2
  end

  # One status of a host, stored; Foreman names the class in the column `type`.
  class Status < ApplicationRecord
    self.table_name = 'host_status'
    belongs_to_host inverse_of: :host_statuses
    validates :host_id, uniqueness: { scope: :type }
    before_validation { update_timestamp if reported_at.blank? }

    def self.humanized_name
      status_name.underscore
    end

    def refresh!
      update_timestamp
      self.status = to_status
      save!
    end

    def to_status(_options = {})
      status
    end

    def relevant?(_options = {})
      true
    end

    def status_link; end

    private

    def update_timestamp
      self.reported_at = Time.now.utc
    end
  end

  # Foreman's own status, of the newest ConfigReport.
  class ConfigurationStatus < Status
    def self.status_name
      'Configuration'
    end

    def to_status(_options = {})
      host.reports.order(:id).last&.status.to_i
    end

    def to_global(_options = {})
      ((to_status >> 20) & 1023).zero? ? Global::OK : Global::ERROR
    end
  end
  status_registry.add(ConfigurationStatus)
end

module Host
  def self.authorized(permission)
    Host::Managed.authorized(permission)
  end

  class Base < ApplicationRecord
    self.table_name = 'hosts'
    default_scope { where(taxonomy_conditions) }

    # A user who is bound to an organization or location sees no other hosts.
    def self.taxonomy_conditions
      user = User.current
      return {} if user.nil? || user.admin?

      { organization_id: user.organization_id, location_id: user.location_id }.compact
    end
  end

  class Managed < Base
    scoped_search on: :name, complete_value: true
    scoped_search on: :organization_id, only_explicit: true

    has_many :reports, foreign_key: :host_id, dependent: :destroy, inverse_of: :host
    has_many :host_statuses, -> { where.not(type: nil) }, class_name: 'HostStatus::Status', foreign_key: :host_id, inverse_of: :host,
      dependent: :destroy

    def self.authorized(permission)
      User.current&.can?(permission) ? all : none
    end

    # Foreman finds a host by its number or name.
    def self.from_param(id)
      find_by(name: id)
    end

    # Foreman checks this after each save of a host, also when nothing changed.
    after_save { raise ActiveRecord::Rollback unless User.current.nil? || User.current.can?(:edit_hosts) }

    def to_param
      name
    end

    def get_status(type)
      host_statuses.detect { |status| status.type == type.to_s } || host_statuses.new(host: self, type: type.to_s)
    end

    def refresh_statuses(which = HostStatus.status_registry)
      which.each do |status_class|
        status = get_status(status_class)
        status.refresh! if status.relevant?
      end
      host_statuses.reload
      refresh_global_status!
    end

    def refresh_global_status!
      self.global_status = host_statuses.select(&:relevant?).map(&:to_global).max || HostStatus::Global::OK
      save!(validate: false)
    end

    # Foreman copies facets with the host.
    def clone
      dup.tap do |host|
        host.name = nil
        Facets.registered.each_key { |name| host.public_send("#{name}=", public_send(name)&.dup) }
      end
    end
  end
end
