# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::snmp' do
  let(:facts) { Systems.facts('Debian', '12') }

  context 'by default' do
    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_snmp_access('main').with(weak: 'forbid', write: 'report', any_source: 'report', noop: true) }
    it { is_expected.to have_snmp_community_resource_count(0) }
  end

  context 'with communities from Hiera' do
    let(:facts) { super().merge(case: 'communities') }

    it 'makes the secret Sensitive, and keeps what is no secret as it is' do
      is_expected.to compile.with_all_deps
      is_expected.to contain_snmp_community('nms').with(sources: ['192.0.2.10', '2001:db8::/64'], view: 'systemonly', noop: nil)
      community = catalogue.resource('Snmp_community', 'nms')
      expect(community.sensitive_parameters).to eq([:community])
      expect(community[:community]).to eq('kept in data 1')
    end

    it 'leaves the secret in no parameter that is not Sensitive' do
      shown = catalogue.resources.flat_map { |one| one.to_hash.map { |name, value| "#{one.ref} #{name}" if value.to_s.include?('kept in data') && !one.sensitive_parameters.include?(name) } }
      expect(shown.compact).to be_empty
    end

    it 'leaves a community that comes from a file alone' do
      is_expected.to contain_snmp_community('poller').with(community: nil, community_file: '/etc/standfast/poller', access: 'ro')
    end

    it 'does not touch what is absent without its secret' do
      is_expected.to contain_snmp_community('old').with(ensure: 'absent', community: nil)
    end
  end

  context 'with a Sensitive from a manifest' do
    let(:params) { { communities: { 'nms' => { 'community' => sensitive('0penS3same'), 'sources' => ['192.0.2.0/24'] } } } }

    it { expect(catalogue.resource('Snmp_community', 'nms').sensitive_parameters).to eq([:community]) }
  end

  context 'with a Deferred, which the agent resolves' do
    let(:pre_condition) do
      "class { 'standfast::snmp': communities => { 'nms' => { 'community' => Deferred('sprintf', ['x']), 'sources' => ['::1'] } } }"
    end

    it { is_expected.to contain_snmp_community('nms') }
  end

  context 'with access declared' do
    let(:params) { { access: { 'purge' => true, 'agent_address' => ['udp:192.0.2.1:161', 'udp6:[2001:db8::1]:161'] } } }

    it('is enforced with what is declared and nothing else') {
      is_expected.to contain_snmp_access('main').with(purge: true, agent_address: ['udp:192.0.2.1:161', 'udp6:[2001:db8::1]:161'], noop: nil, weak: nil)
    }
  end

  { ['Debian', '12'] => 'snmpd', ['CentOS', '9'] => 'net-snmp', ['OracleLinux', '7'] => 'net-snmp' }.each do |(name, release), package|
    context "with package and service on #{name} #{release}" do
      let(:facts) { Systems.facts(name, release).merge(case: 'communities') }
      let(:params) { { manage_package: true, manage_service: true } }

      it { is_expected.to contain_snmp_community('nms').that_requires("Package[#{package}]").that_notifies('Service[snmpd]') }
      it { is_expected.to contain_snmp_access('main').that_requires("Package[#{package}]").that_notifies('Service[snmpd]') }
    end
  end

  sources = { 'sources' => ['192.0.2.0/24'] }
  file = { 'community_file' => '/etc/nms' }
  {
    'a plain text' => [{ 'community' => 's3cr3t' }.merge(sources), /parameter 'communities' entry 'nms' entry 'community' expects a Standfast::Snmp::Secret = Variant\[Sensitive\[String\], .*Deferred.*, got String/],
    'no sources' => [file, %r{standfast::snmp::communities: nms: sources is missing; it takes addresses and networks}],
    'no secret' => [sources, /standfast::snmp::communities: nms: the community is missing; it takes community, community_file, or an entry in secrets/],
    'everyone' => [file.merge('sources' => ['0.0.0.0/0']), %r{entry 'sources' index 0 expects a match for Standfast::Snmp::Source = Pattern.*got '0\.0\.0\.0/0'}],
    'a host name' => [file.merge('sources' => ['nms.example.net']), /entry 'sources' index 0 expects .*got 'nms\.example\.net'/],
    'bits behind the prefix' => [file.merge('sources' => ['10.0.0.5/8']), %r{standfast::snmp::communities: nms: sources: `10\.0\.0\.5/8` has bits set}],
    'an access that there is not' => [file.merge(sources, 'access' => 'rx'), /entry 'access' expects a match for Enum\['ro', 'rw'\], got 'rx'/],
    'an attribute that there is not' => [file.merge(sources, 'acces' => 'ro'), /parameter 'communities' entry 'nms' unrecognized key 'acces'/],
    'a view of two words' => [file.merge(sources, 'view' => 'a b'), /entry 'view' expects a match for Standfast::Snmp::View/],
  }.each do |what, (community, words)|
    context "with #{what}" do
      let(:params) { { communities: { 'nms' => community } } }

      it { is_expected.to compile.and_raise_error(words) }

      it 'does not say the secret' do
        expect { catalogue }.to raise_error { |error| expect(error.message).not_to include('s3cr3t') }
      end
    end
  end

  context 'with two secrets for one community' do
    let(:params) { { communities: { 'nms' => file.merge(sources) }, secrets: sensitive({ 'nms' => 's3cr3t' }) } }

    it { is_expected.to compile.and_raise_error(/nms: the community is given twice; one of community, community_file and secrets is enough/) }
  end

  context 'with a secret for nobody' do
    let(:params) { { secrets: sensitive({ 'nsm' => 's3cr3t' }) } }

    it { is_expected.to compile.and_raise_error(/standfast::snmp::secrets: nsm: standfast::snmp::communities has no community of this name/) }
  end

  context 'with secrets that are no secrets' do
    let(:params) { { secrets: { 'nms' => 's3cr3t' } } }

    it { is_expected.to compile.and_raise_error(/parameter 'secrets' expects a Sensitive/) }
  end
end
