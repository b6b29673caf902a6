# frozen_string_literal: true

require 'spec_helper'

# What each type has as the program's schema says; that the files are those that the program prints is tested there.
{
  'limits_entry' => [%w[ensure value], %w[domain type item bound match_by target exceptions]],
  'limits_config' => [%w[inert purge], %w[purge_ignore]],
  'ntp_monlist' => [%w[ensure], %w[allow target]],
  'snmp_community' => [%w[ensure community access sources view], %w[community_file target]],
  'snmp_access' => [%w[purge weak write any_source versions users agent_address modes], %w[weak_min_length]],
  'rsyslog_forward' => [
    %w[
      ensure target port protocol tls ca_file cert_file key_file auth_mode permitted_peers selector filter template queue
      queue_size queue_max_disk retry rate_limit failover
    ],
    %w[tls_driver spool_dir format keep_local target_file purge],
  ],
  'standfast_limits' => [[], %w[entries defaults inert purge purge_ignore]],
}.each do |name, (properties, parameters)|
  describe name do
    let(:title) { { 'limits_entry' => 'a/-/nproc', 'rsyslog_forward' => 'central', 'snmp_community' => 'nms' }.fetch(name, 'main') }

    it { is_expected.to be_valid_type.with_properties(properties) } unless properties.empty?
    it { is_expected.to be_valid_type.with_parameters(parameters) }
  end
end

describe 'snmp_community' do
  let(:title) { 'nms' }

  it 'has a community that is Sensitive, however it is given' do
    type = Puppet::Type.type(:snmp_community).new(name: 'nms', community: 's3cr3t', sources: ['::1'])
    expect(type.parameter(:community).sensitive).to be(true)
  end
end
