# frozen_string_literal: true

require 'spec_helper'

# Each example compiles on its own, with the types of the module; what it does to a host is tested where there is one.
describe 'the example', type: :host do
  let(:facts) { Systems.facts('Debian', '12') }

  Dir[File.join(MODULE, 'examples', '*.pp')].sort.each do |file|
    context File.basename(file) do
      let(:pre_condition) { File.read(file) }
      let(:hiera_config) { File.join(MODULE, 'examples', 'hiera.yaml') } if File.basename(file) == 'all.pp'

      it { is_expected.to compile.with_all_deps }
    end
  end

  context 'all.pp' do
    let(:pre_condition) { File.read(File.join(MODULE, 'examples', 'all.pp')) }
    let(:hiera_config) { File.join(MODULE, 'examples', 'hiera.yaml') }

    it 'does the four jobs, and none of them noop' do
      %w[Standfast_limits[main] Limits_config[main] Ntp_monlist[main] Snmp_community[nms] Snmp_access[main] Rsyslog_forward[central]].each do |ref|
        resource = catalogue.resource(ref)
        expect(resource).not_to be_nil, ref
        expect(resource[:noop]).to be_nil, ref
      end
    end
  end

  context 'report.pp' do
    let(:pre_condition) { File.read(File.join(MODULE, 'examples', 'report.pp')) }

    it 'changes nothing' do
      ours = catalogue.resources.select { |one| one.type.match?(/\A(Limits|Ntp|Snmp|Rsyslog|Standfast_)/) }
      expect(ours).not_to be_empty
      expect(ours.map { |one| one[:noop] }).to all(be true)
    end
  end
end
