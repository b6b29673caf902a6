# frozen_string_literal: true

require 'spec_helper'

describe 'what finds the program' do
  let(:root) { Dir.mktmpdir('host', FIXTURES) }
  let(:architecture) { `uname -m`.strip }

  # A program at a place of the host that says a version, or whatever.
  def put(place, says, code: 0, mode: 0o755)
    file = "#{root}#{place}"
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, "#!/bin/sh\necho '#{says}'\nexit #{code}\n")
    File.chmod(mode, file)
  end

  def configure(text)
    FileUtils.mkdir_p("#{root}/etc/standfast")
    File.write("#{root}/etc/standfast/standfast.conf", text)
  end

  def found
    output, errors, status = Open3.capture3('sh', '-u', '-c', '. "$1"; standfast_find "$2"', 'sh', File.join(MODULE, 'files', 'find.sh'), root)
    expect(errors).to be_empty
    status.success? ? output.strip.delete_prefix(root) : nil
  end

  def synced(cache)
    "#{cache}/facts.d/standfast.d/#{architecture}/standfast"
  end

  it 'finds it in each of its places' do
    ['/usr/bin/standfast', synced('/var/cache/puppet'), synced('/opt/puppetlabs/puppet/cache')].each do |place|
      put(place, 'standfast 0.1.0')
      expect(found).to eq(place)
      FileUtils.rm("#{root}#{place}")
    end
  end

  it 'finds it where the configuration says, in any spacing' do
    put('/opt/my dir/standfast', 'standfast 0.1.0')
    configure("# binary = /x\n  binary =   /opt/my dir/standfast  \ntimeout = 5\n")
    expect(found).to eq('/opt/my dir/standfast')
  end

  it 'takes the newest by number, and of equals the first' do
    put('/usr/bin/standfast', 'standfast 0.9.0')
    put(synced('/var/cache/puppet'), 'standfast 0.10.0')
    expect(found).to eq(synced('/var/cache/puppet'))
    put('/opt/x', 'standfast 0.10.0')
    configure("binary = /opt/x\n")
    expect(found).to eq('/opt/x')
  end

  it 'leaves out what does not work, or is something else' do
    put('/usr/bin/standfast', 'standfast 0.1.0')
    [['standfast 2.0.0', 1, 0o755], ['standfast 2.0.0', 0, 0o644], ['something 2.0.0', 0, 0o755], ['', 0, 0o755]].each do |says, code, mode|
      put(synced('/var/cache/puppet'), says, code: code, mode: mode)
      expect(found).to eq('/usr/bin/standfast')
    end
  end

  it 'fails without a word where there is none' do
    expect(found).to be_nil
  end

  it 'knows the program that is tested by what it says of its version' do
    FileUtils.mkdir_p("#{root}/usr/bin")
    FileUtils.cp(Program::PATH, "#{root}/usr/bin/standfast")
    expect(found).to eq('/usr/bin/standfast')
  end
end
