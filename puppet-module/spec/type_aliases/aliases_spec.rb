# frozen_string_literal: true

require 'spec_helper'

describe 'the aliases of the module' do
  VALUES_OF_ALIASES.each do |name, (good, bad)|
    it "takes as #{name} what is legal, and nothing else" do
      Language.compiler do |compiler|
        type = compiler.type(name)
        expect(good.reject { |value| type.instance?(value) }).to be_empty
        expect(bad.select { |value| type.instance?(value) }).to be_empty
      end
    end
  end

  secrets = %w[Standfast::Snmp::Secret Standfast::Report::Secret]
  secrets.each do |name|
    it "takes as #{name} no plain text" do
      Language.compiler do |compiler|
        type = compiler.type(name)
        secret = Puppet::Pops::Types::PSensitiveType::Sensitive
        expect(type.instance?(secret.new('a b'))).to be(true)
        expect([secret.new(5), 'public', '', nil].select { |value| type.instance?(value) }).to be_empty
      end
    end
  end

  it 'are all tested here' do
    names = Dir[File.join(MODULE, 'types', '**', '*.pp')].map { |file| File.read(file)[/^type (\S+) =/, 1] }
    expect(names - VALUES_OF_ALIASES.keys).to match_array(secrets)
  end
end
