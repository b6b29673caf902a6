# frozen_string_literal: true

require_relative 'helper'

class SkeletonTest < ActiveSupport::TestCase
  include StandInTest

  test 'every file of the plugin holds the constant that its name says' do
    Rails.autoloaders.main.eager_load
    assert_equal 'standfast_host_facets', ForemanStandfast::HostFacet.table_name
  end

  test 'a report is stored with its findings' do
    web = host
    assert record(web, report).stored
    assert_equal 'drifted', web.reload.drift_status
    assert_equal 2, web.standfast_findings.count
  end
end
