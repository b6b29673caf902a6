# frozen_string_literal: true

require 'spec_helper'

describe 'the metadata of the tasks' do
  tasks = Dir[File.join(MODULE, 'tasks', '*.json')].to_h { |file| [File.basename(file, '.json'), JSON.parse(File.read(file))] }

  it 'are of the tasks that there are, and of what they have in common' do
    expect(tasks.keys).to contain_exactly('apply', 'check', 'explain', 'probe', 'standfast')
    expect(tasks.select { |_, task| task['private'] }.keys).to eq(['standfast'])
  end

  tasks.each do |name, task|
    describe name do
      it 'describes the task and each parameter, with a type that Puppet knows' do
        expect(task['description']).to match(/\A[A-Z].{20}/)
        Language.compiler do |compiler|
          task['parameters'].each do |parameter, about|
            expect(about['description'].to_s).to match(/\A[A-Z].{10}/), parameter
            expect { compiler.type(about['type']) }.not_to raise_error, parameter
            next unless about.key?('default')
            expect(compiler.type(about['type']).instance?(about['default'])).to be(true), parameter
          end
        end
      end

      it 'takes its parameters on standard input alone, from a shell that there is' do
        implementations = task.fetch('implementations') { [task.merge('name' => 'standfast.sh', 'requirements' => ['shell'])] }
        implementations.each do |one|
          expect(one).to include('input_method' => 'stdin', 'files' => ['standfast/files/find.sh'], 'requirements' => ['shell'])
          expect(File).to be_executable(File.join(MODULE, 'tasks', one['name']))
          one['files'].each { |file| expect(File).to exist(File.join(MODULE, file.delete_prefix('standfast/'))) }
        end
      end

      it 'has no fields that Bolt does not know' do
        known = %w[description puppet_task_version supports_noop parameters implementations private input_method files]
        expect(task.keys - known).to be_empty
        expect(task['parameters'].values.flat_map(&:keys).uniq - %w[description type default sensitive]).to be_empty
      end
    end
  end

  it 'hides desired state, which may hold a community' do
    %w[check apply].each { |name| expect(tasks[name]['parameters']['resources']['sensitive']).to be(true) }
  end

  it 'changes nothing unless it is told to' do
    expect(tasks['apply']['parameters']['noop']['default']).to be(true)
    expect(tasks.reject { |_, task| task['private'] }.values.map { |task| task['supports_noop'] }).to all(be true)
  end

  it 'takes the words that the program takes' do
    Language.compiler do |compiler|
      subjects = compiler.type(tasks['explain']['parameters']['subject']['type']).values
      help, = Open3.capture2(Program::PATH, 'explain', '--help')
      expect(help[/^Commands:\n(.*?)\n\n/m, 1].scan(/^  (\w+)/).flatten - ['help']).to match_array(subjects)
      services = compiler.type(tasks['probe']['parameters']['service']['type']).type.values
      help, = Open3.capture2(Program::PATH, 'probe', '--help')
      expect(help.scan(/^ +- (\w+): /).flatten - %w[text json]).to match_array(services)
    end
  end
end
