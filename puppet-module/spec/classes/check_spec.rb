# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::check' do
  let(:facts) { Systems.facts('Debian', '12') }
  let(:service) { '/etc/systemd/system/standfast-check.service' }
  let(:timer) { '/etc/systemd/system/standfast-check.timer' }

  context 'by default' do
    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_file(service).with_content(%r{^ExecStart=/usr/local/lib/standfast/run-check /run/standfast/check$}) }
    it { is_expected.to contain_file(timer).with_content(/^OnCalendar=\*-\*-\* \*:\d\d:00$/) }
    it { is_expected.to contain_service('standfast-check.timer').with(ensure: 'running', enable: true).that_subscribes_to("File[#{timer}]") }
    it { is_expected.to contain_file('/usr/local/lib/standfast/run-check').with(mode: '0755', owner: 'root').with_content(%r{\A#!/bin/sh$}) }
    it { is_expected.to contain_file('/etc/cron.d/standfast-check').with_ensure('absent') }
  end

  context 'with a policy and the probe' do
    let(:params) { { policy: '/etc/standfast/policy.ini', probe: true, result_file: '/var/lib/monitoring/standfast' } }

    it {
      is_expected.to contain_file(service)
        .with_content(%r{^ExecStart=/usr/local/lib/standfast/run-check /var/lib/monitoring/standfast --probe --policy=/etc/standfast/policy\.ini$})
    }
  end

  context 'with cron' do
    let(:params) { { scheduler: 'cron', interval: '10m' } }

    it { is_expected.to compile.with_all_deps }
    it { is_expected.not_to contain_service('standfast-check.timer') }

    it 'runs six times an hour, ten minutes apart, as root' do
      content = catalogue.resource('File', '/etc/cron.d/standfast-check')[:content]
      line = content.lines.grep_v(/^#/)
      expect(line.length).to eq(1)
      minutes, *rest = line.first.split(' ', 7)
      minutes = minutes.split(',').map(&:to_i)
      expect(minutes.each_cons(2).map { |one, two| two - one }).to eq([10] * 5)
      expect(rest[0, 5]).to eq(%w[* * * * root])
      expect(rest[5]).to start_with('/usr/local/lib/standfast/run-check /run/standfast/check ')
    end
  end

  context 'with six hours' do
    let(:params) { { interval: '6h' } }

    it 'runs at four hours, six apart' do
      calendar = catalogue.resource('File', timer)[:content][/^OnCalendar=\*-\*-\* (.*):(\d\d):00$/, 1]
      expect(calendar.split(',').map(&:to_i).each_cons(2).map { |one, two| two - one }).to eq([6] * 3)
    end
  end

  it 'gives each host a minute of its own, which stays the same' do
    minute = lambda do |name|
      facts = Systems.facts('Debian', '12')
      facts = facts_hash('host').merge('networking' => facts[:networking].merge('fqdn' => name), 'fqdn' => name)
      code = { nodename: 'host', facts_val: facts, code: 'include standfast::check', exported: false }
      build_catalog(**{ trusted_facts_val: {}, hiera_config_val: nil, node_params: {}, trusted_external_data: {},
                        ignored_cache_params: {} }, **code)
        .resource('File', '/etc/systemd/system/standfast-check.timer')[:content][/:(\d\d):00$/, 1]
    end
    minutes = (1..12).map { |number| minute.call("host#{number}.example.net") }
    expect(minutes.uniq.length).to be > 6
    expect(minute.call('host1.example.net')).to eq(minutes.first)
  end

  context 'when it is taken away' do
    let(:params) { { ensure: 'absent' } }

    it { is_expected.to compile.with_all_deps }
    it('is stopped first') { is_expected.to contain_service('standfast-check.timer').with(ensure: 'stopped', enable: false).that_comes_before("File[#{timer}]") }

    ['/usr/local/lib/standfast/run-check', '/usr/local/lib/standfast/last-check', '/run/standfast/check'].each do |file|
      it { is_expected.to contain_file(file).with_ensure('absent') }
    end
  end

  {
    'an interval that divides nothing' => [{ interval: '7m' }, /parameter 'interval' expects a match for Standfast::Check::Interval = Enum\[.*'5m'.*\], got '7m'/],
    'a path with a blank' => [{ result_file: '/run/a b' }, /parameter 'result_file' expects a match for Standfast::PlainPath/],
    'a path that goes up' => [{ directory: '/usr/local/../lib' }, /parameter 'directory' expects/],
  }.each do |what, (params, words)|
    context "with #{what}" do
      let(:params) { params }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
