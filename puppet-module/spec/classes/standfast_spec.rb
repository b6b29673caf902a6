# frozen_string_literal: true

require 'spec_helper'

describe 'standfast' do
  Systems.all.each do |system, facts|
    context "on #{system}" do
      let(:facts) { facts }

      it { is_expected.to compile.with_all_deps }

      it 'reports alone: each resource of a type of ours is noop, and there are no others' do
        resources = catalogue.resources.reject { |one| %w[Class Stage Main].include?(one.type) || one.type == 'Standfast::Daemon' }
        expect(resources.map(&:ref)).to contain_exactly(
          'Limits_config[main]', 'Limits_entry[*/hard/core]', 'Limits_entry[*/hard/nproc]', 'Limits_entry[*/hard/rtprio]',
          'Ntp_monlist[main]', 'Snmp_access[main]'
        )
        expect(resources.map { |one| one[:noop] }).to all(be true)
      end
    end
  end

  context 'with some areas, all modes and the check' do
    let(:facts) { Systems.facts('Debian', '12') }
    let(:params) { { areas: %w[limits ntp], mode: 'enforce', check: true } }

    it { is_expected.to compile.with_all_deps }

    it 'has these areas, and the check' do
      is_expected.to contain_class('standfast::limits').that_requires('Class[standfast::install]')
      is_expected.to contain_class('standfast::ntp').that_requires('Class[standfast::install]')
      is_expected.to contain_class('standfast::check')
      is_expected.not_to contain_class('standfast::snmp')
      is_expected.not_to contain_class('standfast::rsyslog')
    end

    it 'enforces the baseline, and overrides no --noop of the agent' do
      ours = catalogue.resources.select { |one| one.type.match?(/\A(Limits|Ntp)_/) }
      expect(ours.map { |one| one[:noop] }).to all(be_nil)
    end
  end

  context 'with the address of Foreman in data' do
    let(:facts) { Systems.facts('Debian', '12').merge(case: 'report') }

    it 'reports, with the secret of the data as Sensitive' do
      is_expected.to compile.with_all_deps
      is_expected.to contain_class('standfast::report').with_url('https://foreman.example.com')
      is_expected.to contain_file('/etc/standfast/report.password').with_content(sensitive('t0ken-of-hiera'))
    end

    context 'and not wanted on this host' do
      let(:params) { { report: false } }

      it { is_expected.not_to contain_class('standfast::report') }
    end
  end

  context 'on a system whose family it does not know' do
    let(:facts) do
      facts = Systems.facts('Debian', '12')
      facts.merge(os: facts[:os].merge('family' => 'Plan9', 'name' => 'Plan9'))
    end

    it('says which parameter has no value') { is_expected.to compile.and_raise_error(/expects a value for parameter/) }
  end

  {
    'a mode that there is not' => [{ mode: 'noop' }, /parameter 'mode' expects a match for Standfast::Mode = Enum\['declared', 'enforce', 'report'\], got 'noop'/],
    'an area that there is not' => [{ areas: ['dns'] }, /parameter 'areas' index 0 expects a match for Standfast::Area = Enum\['limits', 'ntp', 'rsyslog', 'snmp'\], got 'dns'/],
  }.each do |what, (params, words)|
    context "with #{what}" do
      let(:facts) { Systems.facts('Debian', '12') }
      let(:params) { params }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
