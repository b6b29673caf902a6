# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::ntp' do
  let(:facts) { Systems.facts('Debian', '12') }

  context 'by default' do
    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_ntp_monlist('main').with(ensure: 'disabled', noop: true, allow: nil, target: nil) }
    it { is_expected.not_to contain_service('ntpsec') }
    it { is_expected.not_to contain_package('ntpsec') }
  end

  [{ monlist: 'disabled' }, { allow: ['10.9.0.0/16', '2001:db8::/32', '192.0.2.7'] }, { target: '/etc/ntp.conf' }].each do |params|
    context "with #{params}" do
      let(:params) { params }

      it('is enforced, as the agent says') { is_expected.to contain_ntp_monlist('main').with(ensure: 'disabled', noop: nil) }
    end
  end

  context 'in mode report' do
    let(:params) { { monlist: 'disabled', mode: 'report', manage_package: true, manage_service: true } }

    it { is_expected.to contain_ntp_monlist('main').with_noop(true) }
    it { is_expected.to contain_package('ntpsec').with_noop(true) }
    it { is_expected.to contain_service('ntpsec').with_noop(true) }
  end

  context 'in mode enforce' do
    let(:params) { { mode: 'enforce' } }

    it { is_expected.to contain_ntp_monlist('main').with_noop(nil) }
  end

  context 'when the mode comes from data alone' do
    let(:facts) { super().merge(case: 'enforce') }

    it { is_expected.to contain_ntp_monlist('main').with_noop(nil) }
  end

  context 'when the class standfast says the mode' do
    let(:pre_condition) { "class { 'standfast': mode => 'enforce' }" }

    it { is_expected.to contain_ntp_monlist('main').with_noop(nil) }
  end

  context 'with the lines taken away' do
    let(:params) { { monlist: 'absent' } }

    it { is_expected.to contain_ntp_monlist('main').with(ensure: 'absent', noop: nil) }
  end

  # By hand from the packages of each release: what its daemon of time and its service are called.
  {
    ['RedHat', '7'] => { 'ntp' => %w[ntp ntpd], 'chrony' => %w[chrony chronyd], nil => %w[chrony chronyd] },
    ['Rocky', '9'] => { 'chrony' => %w[chrony chronyd], nil => %w[chrony chronyd] },
    ['Debian', '11'] => { 'ntp' => %w[ntp ntp], nil => %w[ntp ntp] },
    ['Debian', '13'] => { 'ntpsec' => %w[ntpsec ntpsec], 'chrony' => %w[chrony chrony], nil => %w[ntpsec ntpsec] },
    ['Ubuntu', '20.04'] => { nil => %w[ntp ntp] },
    ['Ubuntu', '24.04'] => { nil => %w[ntpsec ntpsec] },
  }.each do |(name, release), daemons|
    daemons.each do |daemon, (package, service)|
      context "on #{name} #{release} with the daemon #{daemon || 'of the system'}" do
        let(:facts) { Systems.facts(name, release) }
        let(:params) { { monlist: 'disabled', manage_package: true, manage_service: true }.merge(daemon ? { daemon: daemon } : {}) }

        it { is_expected.to compile.with_all_deps }
        it { is_expected.to contain_ntp_monlist('main').that_requires("Package[#{package}]").that_notifies("Service[#{service}]") }
        it { is_expected.to contain_service(service).with(ensure: 'running', enable: true) }
      end
    end
  end

  {
    'a word for a network' => [['default'], /parameter 'allow' index 0 expects a match for Standfast::Network = Pattern.*got 'default'/],
    'bits behind the prefix' => [['10.9.0.1/16'], %r{standfast::ntp::allow: `10\.9\.0\.1/16` has bits set behind its prefix; it takes 10\.9\.0\.0/16}],
    'the same in IPv6' => [['2001:db8::1/32'], %r{standfast::ntp::allow: `2001:db8::1/32` has bits set .* it takes 2001:db8::/32}],
    'a prefix that is too long' => [['10.0.0.0/33'], %r{standfast::ntp::allow: `10\.0\.0\.0/33` is no address and no network; it takes}],
  }.each do |what, (allow, words)|
    context "with #{what}" do
      let(:params) { { allow: allow } }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
