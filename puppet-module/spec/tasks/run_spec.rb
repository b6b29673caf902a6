# frozen_string_literal: true

require 'spec_helper'

# The tasks as Bolt runs them: the parameters as JSON on standard input, with what Bolt adds, and the files of the module in
# a directory of their own.
describe 'the tasks' do
  # The result that Bolt would see, and the exit code.
  def task(name, parameters = {}, program: Program::PATH, prepare: '', installed: installdir)
    parameters = parameters.merge('_task' => "standfast::#{name}", '_installdir' => installed)
    prepare = "echo 'binary = #{program}' >/etc/standfast/standfast.conf\n#{prepare}"
    output, @errors, code = PrivateMachine.run(script, input: JSON.generate(parameters), prepare: prepare, env: { 'TMPDIR' => temporary })
    [JSON.parse(output), code]
  end

  # Only what the metadata names comes along.
  def installdir
    @installdir ||= Dir.mktmpdir('install', FIXTURES).tap do |directory|
      FileUtils.mkdir_p("#{directory}/standfast/files")
      FileUtils.cp(File.join(MODULE, 'files', 'find.sh'), "#{directory}/standfast/files/")
    end
  end

  def temporary
    @temporary ||= Dir.mktmpdir('temporary', FIXTURES)
  end

  # Bolt copies the script to a name of its own.
  def script
    @script ||= "#{Dir.mktmpdir('task', FIXTURES)}/standfast.sh".tap { |copy| FileUtils.cp(File.join(MODULE, 'tasks', 'standfast.sh'), copy) }
  end

  # A program in place of the real one, which writes down what it was asked, and answers.
  def recorder(answer: '[]', code: 0, errors: '')
    directory = Dir.mktmpdir('recorder', FIXTURES)
    File.write("#{directory}/answer", answer)
    File.write("#{directory}/errors", errors)
    File.write("#{directory}/standfast", <<~SH)
      #!/bin/sh
      [ "$1" = --version ] && { echo 'standfast 9.9.9'; exit 0; }
      printf '%s\\n' "$@" >#{directory}/arguments
      env >#{directory}/environment
      cat >#{directory}/input
      cat #{directory}/errors >&2
      cat #{directory}/answer
      exit #{code}
    SH
    File.chmod(0o755, "#{directory}/standfast")
    directory
  end

  def asked(directory)
    File.readlines("#{directory}/arguments", chomp: true)
  end

  limit = [{ 'type' => 'limits_entry', 'title' => 'root/-/nproc', 'parameters' => { 'value' => 77 } }]

  it 'check says drift, with the outcomes of the program' do
    result, code = task('check', { 'resources' => limit })
    expect(code).to eq(0)
    expect(result).to include('status' => 'drift', 'exit_code' => 2, 'version' => /\A\d/)
    expect(result['resources'].first).to include('type' => 'limits_entry', 'title' => 'root/-/nproc', 'outcome' => 'drifted')
  end

  it 'apply changes nothing unless noop is false, and nothing with the --noop of Bolt' do
    [{}, { 'noop' => true }, { 'noop' => nil }, { 'noop' => false, '_noop' => true }].each do |how|
      result, code = task('apply', { 'resources' => limit }.merge(how))
      expect([result['status'], code]).to eq(['drift', 0]), how.to_s
    end
  end

  it 'apply brings the desired state about' do
    result, code = task('apply', { 'resources' => limit, 'noop' => false })
    expect(code).to eq(0)
    expect(result).to include('status' => 'changed')
    expect(result['resources'].first['outcome']).to eq('corrected')
  end

  it 'explain says which line decides' do
    result, code = task('explain', { 'subject' => 'limits', 'user' => 'root', 'item' => 'nproc' })
    expect(code).to eq(0)
    expect(result['explanation']['items'].map { |item| item['item'] }).to eq(['nproc'])
  end

  it 'an error of the program becomes the error of the task, in one line of JSON' do
    result, code = task('explain', { 'subject' => 'limits', 'user' => %(no"body\\ \u00f6) })
    expect(code).to eq(1)
    expect(result['_error']).to include('kind' => 'standfast/error', 'msg' => include('no user').and(include('no"body')))
  end

  it 'resources that failed make the task fail, and are told all the same' do
    program = recorder(answer: '[{"type":"ntp_monlist","title":"main","outcome":"failed"}]', code: 4)
    result, code = task('check', {}, program: "#{program}/standfast")
    expect(code).to eq(4)
    expect(result).to include('status' => 'failed', '_error' => include('kind' => 'standfast/failed'))
    expect(result['resources'].first['outcome']).to eq('failed')
  end

  it 'warnings of the program are told, and are no part of the answer' do
    program = recorder(errors: "a warning\n")
    result, code = task('check', {}, program: "#{program}/standfast")
    expect([result['status'], code, @errors]).to eq(['in_sync', 0, "a warning\n"])
  end

  it 'a secret goes on standard input, to the byte, and is no argument and not in the environment' do
    secret = %(s3\u00f6"}],\\u0041\\ ':)
    resources = [{ 'type' => 'snmp_community', 'title' => 'nms', 'parameters' => { 'community' => secret, 'sources' => ['::1'] } }]
    program = recorder
    task('check', { 'resources' => resources, 'probe' => true }, program: "#{program}/standfast")
    expect(JSON.parse(File.read("#{program}/input"))).to eq(resources)
    expect(asked(program)).to eq(['check', '--format=json', '--probe', '--policy=-', '--'])
    expect(File.read("#{program}/environment")).not_to include('s3')
  end

  it 'parameters become arguments as they are, whatever stands in them' do
    program = recorder
    odd = ['limits_entry/*/n?roc', 'a b', '$(touch /tmp/x)', "it's \"quoted\"", '-x', 'back\\slash', 'ö', '']
    task('check', { 'only' => odd, 'policy' => '/etc/a b/*.ini' }, program: "#{program}/standfast")
    expect(asked(program)).to eq(['check', '--format=json', '--policy=/etc/a b/*.ini', '--', *(odd - [''])])
  end

  it 'all parameters of the tasks come to the program' do
    program = recorder(answer: '{}')
    task('apply', { 'noop' => false, 'reload' => true, 'only' => ['x'] }, program: "#{program}/standfast")
    expect(asked(program)).to eq(%w[apply --format=json --reload -- x])
    task('probe', { 'service' => 'ntp', 'target' => '::1', 'timeout' => 5 }, program: "#{program}/standfast")
    expect(asked(program)).to eq(%w[probe --format=json --target=::1 --timeout=5 ntp])
    task('explain', { 'subject' => 'snmp', 'from' => '192.0.2.7' }, program: "#{program}/standfast")
    expect(asked(program)).to eq(%w[explain snmp --format=json --from=192.0.2.7])
    task('explain', { 'subject' => 'rsyslog', 'facility' => 'auth' }, program: "#{program}/standfast")
    expect(asked(program)).to eq(%w[explain rsyslog --format=json --facility=auth])
  end

  it 'a parameter with a line end is refused, for it would be two arguments' do
    result, code = task('explain', { 'subject' => 'limits', 'user' => "a\n--root=/x" })
    expect([result['_error']['kind'], code]).to eq(['standfast/bad-parameter', 1])
    result, code = task('check', { 'only' => ["a\nb"] })
    expect([result['_error']['kind'], code]).to eq(['standfast/bad-parameter', 1])
  end

  it 'two desired states are refused' do
    result, code = task('check', { 'resources' => limit, 'policy' => '/etc/x.ini' })
    expect([result['_error']['kind'], code]).to eq(['standfast/bad-parameter', 1])
  end

  it 'a host without the program is told in one line' do
    result, code = task('check', {}, program: '/nowhere/standfast', prepare: 'rm -f /usr/bin/standfast')
    expect([result['_error']['kind'], code]).to eq(['standfast/no-program', 1])
    result, code = task('check', {}, installed: '/nowhere')
    expect([result['_error']['kind'], code]).to eq(['standfast/no-files', 1])
  end

  it 'leave no file behind' do
    [{}, { 'resources' => limit }, { 'policy' => '/nowhere' }].each { |parameters| task('check', parameters) }
    expect(Dir.children(temporary)).to be_empty
  end
end
