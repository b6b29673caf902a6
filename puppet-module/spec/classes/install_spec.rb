# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::install' do
  let(:facts) { Systems.facts('Debian', '12') }

  context 'by default, when pluginsync brings the program' do
    it 'manages nothing' do
      is_expected.to compile.with_all_deps
      expect(catalogue.resources.reject { |one| %w[Class Stage].include?(one.type) }).to be_empty
    end
  end

  context 'with a package' do
    let(:params) { { method: 'package', package_ensure: '0.1.0-1' } }

    it { is_expected.to contain_package('standfast').with_ensure('0.1.0-1') }
    it { is_expected.not_to contain_file('/etc/standfast/standfast.conf') }
  end

  context 'with a path and a time' do
    let(:params) { { method: 'path', binary: '/opt/standfast/bin/standfast', timeout: 60 } }

    it {
      is_expected.to contain_file('/etc/standfast/standfast.conf')
        .with(owner: 'root', group: 'root', mode: '0644', content: "# By Puppet: what is changed here by hand is undone.\nbinary = /opt/standfast/bin/standfast\ntimeout = 60\n")
        .that_requires('File[/etc/standfast]')
    }
    it { is_expected.to contain_file('/etc/standfast').with(ensure: 'directory', mode: '0755') }
  end

  {
    'a path without the program' => [{ method: 'path' }, /binary is missing: method path takes the absolute path/],
    'a program without a path' => [{ binary: '/opt/standfast' }, /binary is given and method is pluginsync: it takes path/],
    'a relative path' => [{ method: 'path', binary: 'bin/standfast' }, /parameter 'binary' expects .*Standfast::PlainPath/],
    'a path that a shell would read otherwise' => [{ method: 'path', binary: '/opt/$(id)' }, /parameter 'binary' expects/],
    'a method that there is not' => [{ method: 'rpm' }, /parameter 'method' expects a match for Enum\['package', 'path', 'pluginsync'\], got 'rpm'/],
  }.each do |what, (params, words)|
    context "with #{what}" do
      let(:params) { params }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end
end
