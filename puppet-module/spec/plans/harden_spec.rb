# frozen_string_literal: true

require 'spec_helper'

# With a fleet in the place of Bolt's: what the plan runs where, and what it makes of the answers.
describe 'standfast::harden' do
  def harden(fleet, parameters = {})
    Language.plan('standfast::harden', { 'targets' => fleet.names }.merge(parameters))
  end

  def applied(fleet)
    fleet.runs.select { |task, _, options| task == 'standfast::apply' && !options['noop'] }.map { |_, names, _| names }
  end

  let(:drifted) { (1..5).to_h { |number| ["web#{number}", %w[drift in_sync]] } }

  it 'changes nothing unless it is told to' do
    fleet = StandIn::Fleet.new({ 'a' => ['drift'], 'b' => ['in_sync'], 'c' => ['failed'] })
    expect(harden(fleet)).to eq('in_sync' => ['b'], 'drifted' => ['a'], 'changed' => [], 'failed' => ['c'], 'untouched' => [])
    expect(fleet.runs.map(&:first)).to eq(['standfast::check'])
  end

  it 'changes those that drifted, in batches, and looks at them again' do
    fleet = StandIn::Fleet.new(drifted.merge('z' => ['in_sync']))
    outcome = harden(fleet, { 'apply' => true, 'batch' => 2 })
    expect(outcome).to eq('in_sync' => ['z'], 'changed' => drifted.keys, 'drifted' => [], 'failed' => [], 'untouched' => [])
    expect(applied(fleet)).to eq([%w[web1 web2], %w[web3 web4], %w[web5]])
    expect(fleet.runs.last(2).map { |task, names, _| [task, names] }).to eq([['standfast::apply', ['web5']], ['standfast::check', ['web5']]])
  end

  it 'begins no further batch when a host failed' do
    fleet = StandIn::Fleet.new(drifted, broken: ['web2'])
    outcome = harden(fleet, { 'apply' => true, 'batch' => 2 })
    expect(outcome).to include('changed' => ['web1'], 'failed' => ['web2'], 'untouched' => %w[web3 web4 web5])
    expect(applied(fleet)).to eq([%w[web1 web2]])
  end

  it 'goes on with as many that failed as it is told to bear' do
    fleet = StandIn::Fleet.new(drifted, broken: ['web2'])
    outcome = harden(fleet, { 'apply' => true, 'batch' => 2, 'max_failures' => 1 })
    expect(outcome).to include('changed' => %w[web1 web3 web4 web5], 'failed' => ['web2'], 'untouched' => [])
  end

  it 'counts a host that could not be judged as one that failed' do
    fleet = StandIn::Fleet.new(drifted.merge('x' => ['failed']))
    expect(harden(fleet, { 'apply' => true })).to include('changed' => [], 'failed' => ['x'], 'untouched' => drifted.keys)
  end

  it 'says which hosts drift still' do
    fleet = StandIn::Fleet.new({ 'a' => %w[drift drift], 'b' => %w[drift in_sync] })
    expect(harden(fleet, { 'apply' => true })).to include('changed' => ['b'], 'drifted' => ['a'])
  end

  it 'hands on what the tasks are to be told' do
    fleet = StandIn::Fleet.new({ 'a' => %w[drift in_sync] })
    harden(fleet, { 'apply' => true, 'reload' => true, 'only' => ['ntp_*'], 'policy' => '/etc/standfast/policy.ini' })
    common = { 'only' => ['ntp_*'], 'policy' => '/etc/standfast/policy.ini', '_catch_errors' => true }
    expect(fleet.runs.map(&:last)).to eq([common, common.merge('noop' => false, 'reload' => true), common])
  end

  it 'names only tasks that there are, with parameters that they take' do
    fleet = StandIn::Fleet.new({ 'a' => %w[drift in_sync] })
    harden(fleet, { 'apply' => true, 'only' => ['x'], 'policy' => '/x' })
    fleet.runs.each do |task, _, options|
      known = JSON.parse(File.read(File.join(MODULE, 'tasks', "#{task.delete_prefix('standfast::')}.json")))['parameters']
      expect(options.keys.grep_v(/^_/) - known.keys).to be_empty
    end
  end

  it 'refuses parameters that are not legal' do
    fleet = StandIn::Fleet.new({ 'a' => ['in_sync'] })
    [{ 'batch' => 0 }, { 'max_failures' => -1 }, { 'policy' => 'x' }, { 'unknown' => 1 }].each do |parameters|
      expect { harden(fleet, parameters) }.to raise_error(/batch|max_failures|policy|unknown/)
    end
    expect(fleet.runs).to be_empty
  end
end
