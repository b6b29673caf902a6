# frozen_string_literal: true

require 'spec_helper'

# Both scripts of standfast::check, as the catalog has them.
describe 'standfast::check', type: :class do
  let(:facts) { Systems.facts('Debian', '12') }
  let(:directory) { Dir.mktmpdir('check', FIXTURES) }
  let(:result) { "#{directory}/run/standfast/check" }

  before do
    %w[run-check last-check].each do |name|
      File.write("#{directory}/#{name}", catalogue.resource('File', "/usr/local/lib/standfast/#{name}")[:content])
      File.chmod(0o755, "#{directory}/#{name}")
    end
  end

  def run_check(*options, program: Program::PATH)
    prepare = "rm -f /usr/bin/standfast; echo 'binary = #{program}' >/etc/standfast/standfast.conf"
    PrivateMachine.run("#{directory}/run-check", result, *options, prepare: prepare)
  end

  # As an account without any rights.
  def last_check(seconds)
    File.chmod(0o755, FIXTURES, directory)
    said, errors, status = Open3.capture3('setpriv', '--reuid=65534', '--clear-groups', "#{directory}/last-check", result, seconds.to_s)
    expect(errors).to be_empty
    [said, status.exitstatus]
  end

  it 'keeps what the program says, and who may do nothing reads it with its exit code' do
    FileUtils.mkdir_p("#{directory}/etc")
    File.write("#{directory}/policy.ini", "[limits_entry root/-/nproc]\nvalue = 77\n")
    said, _, code = run_check("--policy=#{directory}/policy.ini")
    expect([said, code]).to match([/\ASTANDFAST CRITICAL - /, 2])
    expect(last_check(60)).to eq([said, 2])
    expect(File.stat(result).mode & 0o777).to eq(0o644)
  end

  it 'says OK where nothing differs' do
    File.write("#{directory}/policy.ini", "[ntp_monlist main]\nensure = absent\n")
    run_check("--policy=#{directory}/policy.ini")
    expect(last_check(60)).to match([/\ASTANDFAST OK - /, 0])
  end

  it 'is unknown where the program is missing, fails or is killed' do
    run_check(program: '/nowhere')
    expect(last_check(60)).to eq(["STANDFAST UNKNOWN - the program standfast is not installed, or does not run\n", 3])
    killed = "#{directory}/killed"
    File.write(killed, "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'standfast 1.0.0'; exit; }\nkill -9 $$\n")
    File.chmod(0o755, killed)
    run_check(program: killed)
    expect(last_check(60).last).to eq(3)
  end

  it 'is unknown where there is no result, an old one, or something else' do
    expect(last_check(60)).to match([/UNKNOWN - there is no result/, 3])
    FileUtils.mkdir_p(File.dirname(result))
    File.write(result, "0\n#{Time.now.to_i - 100}\nSTANDFAST OK\n")
    expect(last_check(60)).to match([/UNKNOWN - the last result in .* is 10\d seconds old/, 3])
    expect(last_check(300)).to eq(["STANDFAST OK\n", 0])
    ["0\n", '', "x\ny\nz\n", "0\n$(id)\n"].each do |text|
      File.write(result, text)
      expect(last_check(60).last).to eq(3)
    end
  end

  it 'leaves the old result where the new one cannot be written, and no file beside it' do
    FileUtils.mkdir_p(result)
    _, _, code = run_check
    expect(code).to eq(3)
    expect(Dir.children(File.dirname(result))).to eq(['check'])
  end

  it 'does what the unit of systemd says' do
    File.write("#{directory}/policy.ini", "[ntp_monlist main]\nensure = absent\n")
    unit = catalogue.resource('File', '/etc/systemd/system/standfast-check.service')[:content]
    command = unit[/^ExecStart=(.*)$/, 1].sub('/usr/local/lib/standfast', directory)
    prepare = "echo 'binary = #{Program::PATH}' >/etc/standfast/standfast.conf"
    kept, = PrivateMachine.run('sh', '-c', "#{command} --policy=#{directory}/policy.ini; cat /run/standfast/check", prepare: prepare)
    expect(kept).to match(/^0\n\d+\nSTANDFAST OK - /)
  end
end
