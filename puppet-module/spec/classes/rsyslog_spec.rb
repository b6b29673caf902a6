# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::rsyslog' do
  let(:facts) { Systems.facts('Debian', '12') }

  context 'by default' do
    it { is_expected.to compile.with_all_deps }
    it { is_expected.to have_rsyslog_forward_resource_count(0) }
  end

  context 'with forwards' do
    let(:params) do
      {
        forwards: {
          'central' => { 'target' => 'loghost.example.net', 'protocol' => 'relp' },
          'audit' => {
            'target' => 'audit.example.net', 'tls' => true, 'tls_driver' => 'ossl', 'ca_file' => '/etc/ssl/ca.pem',
            'selector' => 'auth,authpriv.*', 'failover' => ['audit2.example.net:6515']
          },
          'gone' => { 'ensure' => 'absent', 'tls' => 'on' },
        },
        manage_package: true,
        manage_service: true,
      }
    end

    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_rsyslog_forward('central').with(target: 'loghost.example.net', protocol: 'relp', noop: nil) }
    it { is_expected.to contain_rsyslog_forward('audit').with(tls: 'on', selector: 'auth,authpriv.*') }

    it 'installs what the forwards need, and no more' do
      %w[rsyslog rsyslog-relp rsyslog-openssl].each do |package|
        is_expected.to contain_package(package).that_comes_before('Rsyslog_forward[central]')
      end
      is_expected.not_to contain_package('rsyslog-gnutls')
    end

    it { is_expected.to contain_rsyslog_forward('central').that_notifies('Service[rsyslog]') }
  end

  context 'on a system that has no package for a library' do
    let(:facts) { Systems.facts('CentOS', '7') }
    let(:params) do
      { forwards: { 'a' => { 'target' => 'h', 'tls' => true, 'tls_driver' => 'ossl', 'ca_file' => '/c' } }, manage_package: true }
    end

    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_package('rsyslog') }
    it { is_expected.not_to contain_package('rsyslog-openssl') }
  end

  context 'in mode report' do
    let(:params) { { forwards: { 'central' => { 'target' => 'loghost' } }, mode: 'report' } }

    it { is_expected.to contain_rsyslog_forward('central').with_noop(true) }
  end

  {
    'a name with a blank' => [{ 'a b' => { 'target' => 'h' } }, /parameter 'forwards' key of entry 'a b' expects a match for Standfast::Rsyslog::Name/],
    'a protocol that there is not' => [{ 'a' => { 'target' => 'h', 'protocol' => 'tls' } }, /entry 'protocol' expects a match for Enum\['relp', 'tcp', 'udp'\], got 'tls'/],
    'a port behind the host' => [{ 'a' => { 'target' => 'h:514' } }, /entry 'target' expects a match for Standfast::Rsyslog::Host/],
    'a port out of range' => [{ 'a' => { 'target' => 'h', 'port' => 70_000 } }, /entry 'port' expects an Integer\[1, 65535\] value, got Integer\[70000, 70000\]/],
    'a facility that there is not' => [{ 'a' => { 'target' => 'h', 'selector' => 'mial.*' } }, /entry 'selector' expects a match for Standfast::Rsyslog::Selector = Pattern.*authpriv.*got 'mial\.\*'/],
    'no target' => [{ 'a' => { 'protocol' => 'tcp' } }, /standfast::rsyslog::forwards: a: target is missing/],
    'TLS that is off' => [{ 'a' => { 'target' => 'h', 'ca_file' => '/ca.pem' } }, /a: ca_file is given and tls is off/],
    'TLS without a CA' => [{ 'a' => { 'target' => 'h', 'tls' => true } }, /a: tls needs ca_file/],
  }.each do |what, (forwards, words)|
    context "with #{what}" do
      let(:params) { { forwards: forwards } }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
