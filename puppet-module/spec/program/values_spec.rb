# frozen_string_literal: true

require 'spec_helper'

# The same values to the aliases and functions of the module, which know no host, and to the schema of the program. What the
# program takes and the module refuses would keep somebody from what works; the other way round a host fails what a server
# could have said.
describe 'the values that the module takes' do
  # Alias => type, title, attributes beside it, the attribute, and whether it is a list.
  attributes = {
    'Standfast::Ensure' => ['limits_entry', 'a/-/nproc', { value: 1 }, :ensure],
    'Standfast::Network' => ['ntp_monlist', 'main', {}, :allow, :list],
    'Standfast::Limits::Domain' => ['limits_entry', 'x', { type: '-', item: 'nproc', value: 1 }, :domain],
    'Standfast::Limits::Item' => ['limits_entry', 'x', { domain: 'a', type: '-', ensure: 'absent' }, :item],
    'Standfast::Snmp::Source' => ['snmp_community', 'a', { community_file: '/x' }, :sources, :list],
    'Standfast::Snmp::View' => ['snmp_community', 'a', { community_file: '/x', sources: ['::1'] }, :view],
    'Standfast::Snmp::Name' => ['snmp_community', 'a', { ensure: 'absent' }, :name],
    'Standfast::Path' => ['snmp_community', 'a', { sources: ['::1'] }, :community_file],
    'Standfast::Snmp::AgentAddress' => ['snmp_access', 'main', {}, :agent_address, :list],
    'Standfast::Rsyslog::Name' => ['rsyslog_forward', 'a', { target: 'h' }, :name],
    'Standfast::Rsyslog::Host' => ['rsyslog_forward', 'a', {}, :target],
    'Standfast::Rsyslog::Server' => ['rsyslog_forward', 'a', { target: 'h' }, :failover, :list],
    'Standfast::Rsyslog::Path' => ['rsyslog_forward', 'a', { target: 'h' }, :target_file],
    'Standfast::Rsyslog::Peer' => ['rsyslog_forward', 'a', { target: 'h', tls: 'on', ca_file: '/c' }, :permitted_peers, :list],
    'Standfast::Rsyslog::Selector' => ['rsyslog_forward', 'a', { target: 'h' }, :selector],
    'Standfast::Rsyslog::Condition' => ['rsyslog_forward', 'a', { target: 'h' }, :filter],
    'Standfast::Rsyslog::Template' => ['rsyslog_forward', 'a', { target: 'h' }, :template],
    'Standfast::Rsyslog::Size' => ['rsyslog_forward', 'a', { target: 'h', queue: 'memory' }, :queue_max_disk],
    'Standfast::Rsyslog::Retry' => ['rsyslog_forward', 'a', { target: 'h' }, :retry],
    'Standfast::Rsyslog::Rate' => ['rsyslog_forward', 'a', { target: 'h' }, :rate_limit],
  }

  # What the program takes and the module refuses on purpose: no value, one that the program itself refuses later, when it
  # knows the host, and another spelling of the same.
  stricter = {
    'Standfast::Network' => ["10.0.0.0/8\n", '::ffff:192.0.2.1'],
    'Standfast::Limits::Domain' => ['', '@', '1013', '@1091', 'a:b', ':', '1000:x', '**', '@@a'],
    'Standfast::Limits::Item' => ['NPROC'],
    'Standfast::Path' => ['/', '/a/'],
    'Standfast::Rsyslog::Selector' => ['mail,.info'],
  }
  # What needs rsyslogd's whole arithmetic of selectors.
  looser = { 'Standfast::Rsyslog::Selector' => ['kern.!=debug', 'mail.!warn'] }

  attributes.each do |name, (type, title, others, attribute, list)|
    it "as #{name} are those of #{type}.#{attribute}" do
      good, bad = VALUES_OF_ALIASES.fetch(name)
      is_taken = lambda do |value|
        given = list ? [value] : value
        attribute == :name ? Program.refusal(type, value, others) : Program.refusal(type, title, others.merge(attribute => given))
      end
      expect(good.reject { |value| is_taken.call(value).nil? }).to eq(looser.fetch(name, []))
      expect(bad.compact.select { |value| is_taken.call(value).nil? }).to eq(stricter.fetch(name, []))
    end
  end

  it 'of a limit are those that the program takes for each item' do
    values = [
      0, 1, -1, -5, 19, 20, -20, -21, '-', '+5', '007', 'unlimited', 'infinity', '/srv', 2_147_483_647, 2_147_483_648,
      307_445_734_561_825_857, 307_445_734_561_825_858, 18_014_398_509_481_981, 18_014_398_509_481_982, '18446744073709551613'
    ]
    differ = []
    Language.compiler do |compiler|
      compiler.type('Standfast::Limits::Item').values.product(values, %w[exact at_most]) do |item, value, bound|
        ours = compiler.call_function('standfast::limits_error', "a/-/#{item}", { 'value' => value, 'bound' => bound })
        theirs = Program.refusal('limits_entry', "a/-/#{item}", { value: value, bound: bound })
        differ << [item, value, bound, ours, theirs] if ours.nil? != theirs.nil?
      end
    end
    expect(differ).to be_empty
  end

  it 'of a limit are not other ones for those that are looked at only once' do
    domains = VALUES_OF_ALIASES['Standfast::Limits::Domain'].flatten.grep(/\A[^\n]+\z/)
    differ = []
    Language.compiler do |compiler|
      items = compiler.type('Standfast::Limits::Item').values
      domains.product(items, [0, 1, 20, 2_147_483_647, 'unlimited']) do |domain, item, value|
        title = "#{domain}/-/#{item}"
        error = compiler.call_function('standfast::limits_error', title, { 'value' => value })
        failed = begin
          compiler.call_function('standfast::check_limits', 'x', { title => value })
          false
        rescue Puppet::Error => e
          e.message.include?("x: #{title}: #{error}")
        end
        differ << [title, value, error] unless failed == !error.nil?
      end
    end
    expect(differ).to be_empty
  end

  it 'of a forward go together where the program says so' do
    base = { 'target' => 'h' }
    tls = base.merge('tls' => 'on', 'ca_file' => '/c')
    forwards = [
      base, tls, {}, { 'ensure' => 'absent' }, { 'ensure' => 'absent', 'ca_file' => '/c' },
      base.merge('ca_file' => '/c'), base.merge('cert_file' => '/c'), base.merge('tls_driver' => 'ossl'), base.merge('permitted_peers' => ['a']),
      base.merge('tls' => 'on'), base.merge('tls' => 'on', 'auth_mode' => 'anon'), tls.merge('protocol' => 'udp'), tls.merge('protocol' => 'relp'),
      tls.merge('protocol' => 'relp', 'tls_driver' => 'gtls'), tls.merge('protocol' => 'relp', 'format' => 'legacy'), tls.merge('format' => 'legacy'),
      tls.merge('cert_file' => '/a'), tls.merge('key_file' => '/a'), tls.merge('cert_file' => '/a', 'key_file' => '/b'),
      tls.merge('auth_mode' => 'anon', 'permitted_peers' => ['a']), tls.merge('auth_mode' => 'certvalid', 'permitted_peers' => ['a']),
      tls.merge('permitted_peers' => ['a']), tls.merge('target' => '192.0.2.1'), tls.merge('target' => '192.0.2.1', 'permitted_peers' => ['a']),
      tls.merge('target' => '2001:db8::1'), tls.merge('target' => '[2001:db8::1]'), tls.merge('failover' => ['192.0.2.1:514']),
      tls.merge('failover' => ['[2001:db8::1]:514']), tls.merge('failover' => ['b']), tls.merge('target' => '192.0.2.1', 'auth_mode' => 'certvalid'),
      base.merge('failover' => ['b']), base.merge('failover' => ['b'], 'protocol' => 'udp'), base.merge('failover' => ['b'], 'format' => 'legacy'),
      base.merge('failover' => ['b'], 'protocol' => 'relp'), base.merge('failover' => %w[b b]), base.merge('failover' => ['h']), base.merge('failover' => ['h:515']),
      base.merge('selector' => '*.*', 'filter' => '$msg == "x"'), base.merge('filter' => '$msg == "x"', 'format' => 'legacy'),
      base.merge('selector' => 'auth.*', 'format' => 'legacy'), base.merge('rate_limit' => '1/1'), base.merge('rate_limit' => '1/1', 'protocol' => 'relp'),
      base.merge('rate_limit' => '1/1', 'format' => 'legacy'), base.merge('rate_limit' => 'none', 'protocol' => 'relp', 'format' => 'legacy'),
      base.merge('queue' => 'memory', 'spool_dir' => '/s'), base.merge('queue' => 'always_disk', 'spool_dir' => '/s'),
      base.merge('queue_max_disk' => '2047k'), base.merge('queue_max_disk' => '2m'), base.merge('queue_max_disk' => '1k', 'queue' => 'memory'),
      base.merge('queue_max_disk' => 2_097_151), base.merge('queue_max_disk' => 2_097_152), base.merge('queue_max_disk' => '999999999999999g')
    ]
    differ = []
    Language.compiler do |compiler|
      forwards.each do |forward|
        ours = compiler.call_function('standfast::forward_error', forward)
        theirs = Program.refusal('rsyslog_forward', 'a', forward)
        differ << [forward, ours, theirs] if ours.nil? != theirs.nil?
      end
    end
    expect(differ).to be_empty
  end

  it 'of networks are whole where the program says so' do
    networks = ['10.9.0.0/16', '10.9.0.1/16', '2001:db8::/32', '2001:db8::1/32', '192.0.2.7', '192.0.2.7/32', '10.0.0.0/33', '::/129', '010.0.0.1', '256.0.0.1', '1:2', '0.0.0.0/0']
    Language.compiler do |compiler|
      ours = networks.select { |network| compiler.call_function('standfast::network_errors', [network]).empty? }
      theirs = networks.select { |network| Program.refusal('ntp_monlist', 'main', { allow: [network] }).nil? }
      expect(ours).to eq(theirs)
    end
  end

  it 'by default are those of the policy inside the program' do
    policy, = Open3.capture2(Program::PATH, 'policy', '--default')
    sections = policy.lines.grep_v(/^\s*(#|$)/).slice_when { |_, line| line.start_with?('[') }
    theirs = sections.to_h { |head, *lines| [head[/\[(.*)\]/, 1], lines.to_h { |line| line.strip.split(/ *= */, 2) }] }
    data = YAML.safe_load(File.read(File.join(MODULE, 'data', 'common.yaml')))
    ours = data['standfast::limits::baseline'].transform_keys { |title| "limits_entry #{title}" }
    ours['limits_config main'] = data['standfast::limits::baseline_config']
    ours['snmp_access main'] = data['standfast::snmp::baseline_access']
    ours['ntp_monlist main'] = { 'ensure' => 'disabled' }
    expect(ours.transform_values { |given| given.transform_values(&:to_s) }).to eq(theirs)
  end
end
