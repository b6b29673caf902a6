# frozen_string_literal: true

class ApplicationRecord < ActiveRecord::Base
  self.abstract_class = true
  extend ScopedSearch::ClassMethods unless ENV['SCOPED_SEARCH']

  def self.belongs_to_host(**options)
    belongs_to :host, **{ class_name: 'Host::Managed', foreign_key: :host_id }.merge(options)
  end

  # Of will_paginate, as far as Foreman's controllers use it.
  def self.paginate(page: nil, per_page: nil)
    size = (per_page.presence || Setting[:entries_per_page]).to_i
    limit(size).offset(([page.to_i, 1].max - 1) * size)
  end
end

class Organization < ApplicationRecord
  thread_mattr_accessor :current
end

class Location < ApplicationRecord
  thread_mattr_accessor :current
end

class Permission < ApplicationRecord
  has_many :filterings, dependent: :destroy
end

class Filtering < ApplicationRecord
  belongs_to :filter
  belongs_to :permission
end

class Filter < ApplicationRecord
  # A DISTINCT of the numbers alone breaks on it.
  default_scope { order(:role_id, :id) }
  belongs_to :role
  has_many :filterings, dependent: :destroy
  has_many :permissions, through: :filterings
  before_destroy { throw :abort if role.locked? }
end

# A role of a plugin cannot be changed but by the plugin.
class Role < ApplicationRecord
  class << self
    attr_accessor :modify_locked

    def ignore_locking
      self.modify_locked = true
      yield
    ensure
      self.modify_locked = false
    end
  end

  has_many :user_roles, dependent: :destroy
  has_many :filters, dependent: :destroy
  before_destroy(prepend: true) { throw :abort if locked? }

  def locked?
    origin.present? && !self.class.modify_locked
  end
end

class UserRole < ApplicationRecord
  belongs_to :role
  belongs_to :user, foreign_key: :owner_id
end

class User < ApplicationRecord
  thread_mattr_accessor :current
  has_many :user_roles, foreign_key: :owner_id, dependent: :destroy
  has_many :roles, through: :user_roles

  def self.anonymous_admin
    new(login: 'foreman_admin', admin: true)
  end

  def self.as_anonymous_admin
    before = current
    self.current = anonymous_admin
    yield
  ensure
    self.current = before
  end

  def can?(permission, _subject = nil, _cache = true)
    admin? || permissions.include?(permission.to_s)
  end

  def allowed_to?(controller:, action:)
    plugins = Foreman::Plugin.registered.values
    admin? || plugins.any? do |plugin|
      plugin.permissions.any? { |name, rule| rule[:actions].fetch(controller, []).map(&:to_s).include?(action) && can?(name) }
    end
  end

  def permissions
    Permission.joins(filterings: { filter: { role: :user_roles } }).where(user_roles: { owner_id: id }).pluck(:name)
  end
end

class Setting < ApplicationRecord
  CORE = { 'entries_per_page' => 20, 'restrict_registered_smart_proxies' => true }.freeze

  def self.[](name)
    row = find_by(name: name.to_s)
    return row.value.then { |value| YAML.safe_load(value) } if row

    CORE.fetch(name.to_s) { SettingDefinitions.known.fetch(name.to_s)[:default] }
  end

  def self.[]=(name, value)
    SettingDefinitions.known.fetch(name.to_s)[:rules].each { |rule, message| raise ArgumentError, "#{name} #{message}" unless rule.call(value) }

    find_or_initialize_by(name: name.to_s).update!(value: value.to_yaml)
  end
end

class Feature < ApplicationRecord; end

class SmartProxyFeature < ApplicationRecord
  belongs_to :feature
end

class SmartProxy < ApplicationRecord
  has_many :smart_proxy_features
  has_many :features, through: :smart_proxy_features
  scope :with_features, ->(*names) { joins(:features).where(features: { name: names }).distinct }
end

class Widget < ApplicationRecord; end
