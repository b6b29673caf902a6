# frozen_string_literal: true

require_relative 'pages_helper'

class PageRightsTest < ActionDispatch::IntegrationTest
  include PagesTest

  PATHS = %w[/foreman_standfast/drift /foreman_standfast/drift.csv /foreman_standfast/drift.json
             /foreman_standfast/drift/web1.example.com].freeze

  test 'without the permission there is no page and no export' do
    record(host, report)
    reporter = user('ray', 'Standfast reporter')
    PATHS.each do |path|
      see(path, as: reporter)
      assert_response :forbidden, path
      assert_no_match(/limits_entry/, response.body)
    end
  end

  test 'without a login there is nothing' do
    record(host, report)
    PATHS.each do |path|
      get path
      assert_response :unauthorized, path
    end
  end

  test 'hosts of other organizations are neither listed, counted, exported nor shown' do
    record(host('ours.example.com', organization_id: 1), report)
    record(host('theirs.example.com', organization_id: 2), report)
    bound = user('bo', 'Standfast viewer', organization_id: 1)
    overview(as: bound)
    assert_equal ['ours.example.com'], hosts_shown
    assert_equal '1', css_select('.standfast-counts strong').first.text
    %w[csv json].each do |format|
      see("/foreman_standfast/drift.#{format}", as: bound)
      assert_match(/ours/, response.body)
      assert_no_match(/theirs/, response.body)
    end
    theirs = Host::Managed.find_by(name: 'theirs.example.com')
    [theirs.name, theirs.id].each do |id|
      see("/foreman_standfast/drift/#{id}", as: bound)
      assert_response :not_found
    end
  end

  test 'who may see drift but no hosts sees none' do
    record(host, report)
    blind = user('bert', 'Standfast viewer')
    Role.find_by!(name: 'Standfast viewer').tap do |role|
      Role.ignore_locking { role.filters.first.filterings.joins(:permission).where(permissions: { name: 'view_hosts' }).delete_all }
    end
    overview(as: blind)
    assert_response :success
    assert_equal [], hosts_shown
  ensure
    filter = Role.find_by!(name: 'Standfast viewer').filters.first
    filter.filterings.create!(permission: Permission.find_by!(name: 'view_hosts'))
  end
end
