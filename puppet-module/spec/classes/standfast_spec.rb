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
end
