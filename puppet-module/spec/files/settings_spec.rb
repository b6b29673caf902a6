# frozen_string_literal: true

require 'spec_helper'
require 'puppet_x/standfast/type'

# What the types read of /etc/standfast/standfast.conf.
describe 'PuppetX::Standfast::Binary' do
  let(:file) { File.join(Dir.mktmpdir('settings', FIXTURES), 'standfast.conf') }
  let(:binary) { PuppetX::Standfast::Binary }

  before { stub_const('PuppetX::Standfast::Binary::CONFIGURATION', file) }

  it 'takes the time of the program, and not the one of reports' do
    expect(binary.timeout).to eq(300)
    File.write(file, "[report]\nurl = https://foreman.example.com\ntimeout = 60s\nbinary = /x\n")
    expect([binary.timeout, binary.setting('binary')]).to eq([300, nil])
    File.write(file, "# [timeout = 1]\nbinary = /opt/x y\n timeout=7\n\n [report]\ntimeout = 60s\n")
    expect([binary.timeout, binary.setting('binary')]).to eq([7, '/opt/x y'])
    File.write(file, "[report]\ntimeout = 60s\n[standfast]\ntimeout = 8\n")
    expect(binary.timeout).to eq(8)
  end
end
