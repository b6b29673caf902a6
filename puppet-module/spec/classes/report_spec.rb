# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::report' do
  let(:facts) { Systems.facts('Debian', '12') }
  let(:conf) { '/etc/standfast/standfast.conf' }
  let(:secret_file) { '/etc/standfast/report.password' }
  let(:service) { '/etc/systemd/system/standfast-check.service' }
  let(:url) { 'https://foreman.example.com' }

  Systems.all.each do |system, facts|
    context "on #{system}" do
      let(:facts) { facts }
      let(:params) { { url: 'https://foreman.example.com' } }

      it { is_expected.to compile.with_all_deps }
    end
  end

  context 'without a url' do
    it 'manages nothing' do
      is_expected.to compile.with_all_deps
      expect(catalogue.resources.reject { |one| %w[Class Stage].include?(one.type) }).to be_empty
    end
  end

  context 'to a Smart Proxy' do
    let(:params) { { url: 'https://proxy.example.com:8443/standfast' } }

    it 'writes what is set and leaves all else to the program' do
      is_expected.to contain_file(conf).with(
        owner: 'root', group: 'root', mode: '0644',
        content: "# By Puppet: what is changed here by hand is undone.\n\n[report]\nurl = https://proxy.example.com:8443/standfast\n"
      ).that_requires('File[/etc/standfast]')
    end

    it { is_expected.to contain_file(service).with_content(%r{^ExecStart=/usr/local/lib/standfast/run-check /run/standfast/check --report$}) }
    it { is_expected.to contain_service('standfast-check.timer').with_ensure('running') }
    it('keeps no password') { is_expected.to contain_file(secret_file).with_ensure('absent') }
  end

  context 'with a token' do
    let(:params) { { url: url, user: 'standfast', password: sensitive('s3cret-token') } }

    it { is_expected.to contain_file(conf).with_mode('0600').with_content(/^user = standfast\npassword_file = #{Regexp.escape(secret_file)}$/) }

    it 'keeps it for root alone, and shows it nowhere' do
      is_expected.to contain_file(secret_file).with(
        owner: 'root', group: 'root', mode: '0600', show_diff: false, backup: false, content: sensitive('s3cret-token')
      )
      expect(catalogue.resource('File', conf)[:content]).not_to include('s3cret')
    end
  end

  context 'with a token that the agent fetches' do
    let(:pre_condition) { "class { 'standfast::report': url => 'https://foreman.example.com', user => 'x', password => Deferred('sprintf', ['%s', 'late']) }" }

    it 'is Sensitive whatever it will be' do
      is_expected.to compile.with_all_deps
      expect(catalogue.resource('File', secret_file).sensitive_parameters).to eq([:content])
    end
  end

  context 'with a file of the admin' do
    let(:params) { { url: url, user: 'standfast', password_file: '/root/token' } }

    it { is_expected.to contain_file(conf).with_mode('0600').with_content(%r{^password_file = /root/token$}) }
    it { is_expected.not_to contain_file('/root/token') }

    context 'that is where the class would keep its own' do
      let(:params) { { url: url, user: 'standfast', password_file: '/etc/standfast/report.password' } }

      it('leaves it there') { is_expected.not_to contain_file(secret_file) }
    end
  end

  context 'with all that there is to be set' do
    let(:params) do
      {
        url: url, certname: 'web17.example.com', ca_file: '/etc/ssl/ca.pem', certificate_file: '/etc/ssl/host.pem', key_file: '/etc/ssl/host.key',
        stock_foreman: true, http_proxy: 'http://proxy.example.com:3128', heartbeat: '12h', splay: '1h', connect_timeout: '10s', timeout: '2m',
        spool_count: 50, spool_size: '1M', spool_age: '3d'
      }
    end

    it 'writes each once, and for root alone since it names a key' do
      is_expected.to contain_file(conf).with(mode: '0600')
      content = catalogue.resource('File', conf)[:content]
      expect(content[/^\[report\]\n(.*)\z/m, 1].lines.map(&:chomp)).to eq(params.map { |name, value| "#{name} = #{value}" })
    end
  end

  install = "class { 'standfast::install': method => 'path', binary => '/opt/standfast' }"
  check = "class { 'standfast::check': interval => '15m', scheduler => 'cron', probe => true }"
  report = "class { 'standfast::report': url => 'https://foreman.example.com' }"

  context 'beside settings of standfast::install' do
    let(:pre_condition) { "#{install} #{report}" }

    it 'is one file with both' do
      is_expected.to contain_file(conf)
        .with_content("# By Puppet: what is changed here by hand is undone.\nbinary = /opt/standfast\n\n[report]\nurl = #{url}\n")
    end
  end

  ["#{check} #{report}", "#{report} #{check}"].each do |classes|
    context "beside the check, in the order #{classes.scan(/::(\w+)/).join(', ')}" do
      let(:pre_condition) { classes }

      it 'is one run for both' do
        is_expected.to contain_file('/etc/cron.d/standfast-check')
          .with_content(%r{root /usr/local/lib/standfast/run-check /run/standfast/check --probe --report >})
      end
    end
  end

  context 'beside a check that is off' do
    let(:pre_condition) { "#{report} class { 'standfast::check': ensure => 'absent' }" }

    it 'has the settings alone' do
      is_expected.to contain_file(service).with_ensure('absent')
      is_expected.to contain_file(conf).with_ensure('file')
    end
  end

  context 'when it is taken away' do
    let(:params) { { ensure: 'absent', url: url, user: 'standfast', password: sensitive('s3cret-token') } }

    it { is_expected.to compile.with_all_deps }

    %w[/etc/standfast/standfast.conf /etc/standfast/report.password /var/lib/standfast/report].each do |file|
      it { is_expected.to contain_file(file).with_ensure('absent') }
    end

    it('takes the check that was there for it') { is_expected.to contain_file(service).with_ensure('absent') }

    context 'beside the check and settings of the program' do
      let(:pre_condition) { "class { 'standfast::install': timeout => 60 } class { 'standfast::check': }" }

      it 'leaves both' do
        is_expected.to contain_file(conf).with_content(/\ntimeout = 60\n\z/)
        is_expected.to contain_file(service).with_ensure('file').without_content(/--report/)
      end
    end
  end

  {
    'a user without a password' => [{ user: 'a' }, /standfast::report: password is missing: user a takes password or password_file/],
    'a password without a user' => [{ password_file: '/a' }, /user is missing: a password is that of a user/],
    'a password twice' => [{ user: 'a', password: RSpec::Puppet::Sensitive.new('b'), password_file: '/a' }, /given twice; one of password and password_file is enough/],
    'a certificate without a key' => [{ certificate_file: '/a' }, /certificate_file and key_file go together/],
    'a url that is not of https' => [{ url: 'http://foreman.example.com' }, /parameter 'url' expects .*Standfast::Report::Url/],
    'a password in the open' => [{ user: 'a', password: 'b' }, /parameter 'password' expects .*Standfast::Report::Secret/],
    'no time at all' => [{ timeout: '0s' }, /parameter 'timeout' expects .*Standfast::Report::Timeout/],
  }.each do |what, (params, words)|
    context "with #{what}" do
      let(:params) { { url: url }.merge(params) }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
