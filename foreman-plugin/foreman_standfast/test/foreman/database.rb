# frozen_string_literal: true

require 'etc'
require 'fileutils'
require 'tmpdir'

# A PostgreSQL server of the tests' own: in a temporary directory, on a socket there and on no network, gone with the tests.
class Database
  def self.start
    new.tap { |database| at_exit { database.stop } }
  end

  # @return [String] the directory of its socket
  attr_reader :directory

  def initialize
    @directory = Dir.mktmpdir('standfast-pg')
    # PostgreSQL refuses to run as root.
    FileUtils.chown(owner, nil, directory) if owner
    initialize_cluster
    @pid = spawn_as_owner(program('postgres'), '-D', data, '-k', directory, '-c', 'listen_addresses=', '-c', 'fsync=off',
      '-c', 'full_page_writes=off', '-c', 'max_connections=60', out: log, err: log)
    wait_until_ready
  end

  # @param name [String] of an empty database that is made now
  # @return [Hash] how ActiveRecord connects to it
  def create(name)
    connect('postgres') { |connection| connection.exec("CREATE DATABASE #{connection.quote_ident(name)}") }
    { adapter: 'postgresql', host: directory, database: name, username: 'standfast', pool: 40, encoding: 'utf8' }
  end

  def stop
    return unless @pid

    # SIGINT: PostgreSQL's fast shutdown.
    Process.kill('INT', @pid)
    Process.wait(@pid)
    @pid = nil
    FileUtils.remove_entry(directory)
  end

  private

  def data
    File.join(directory, 'data')
  end

  def log
    File.join(directory, 'log')
  end

  def owner
    @owner ||= Process.uid.zero? ? 'postgres' : nil
  end

  def program(name)
    Dir["/usr/lib/postgresql/*/bin/#{name}"].max_by { |path| path[/\d+/].to_i } || raise("PostgreSQL's #{name} is not installed")
  end

  def spawn_as_owner(*command, **streams)
    as_owner = owner ? ['setpriv', "--reuid=#{owner}", "--regid=#{Etc.getpwnam(owner).gid}", '--clear-groups'] : []
    # Below a directory that the owner may enter, which the current one need not be.
    Process.spawn(*as_owner, *command, chdir: directory, **streams)
  end

  def initialize_cluster
    Process.wait(spawn_as_owner(program('initdb'), '-D', data, '-U', 'standfast', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync',
      out: File::NULL))
    raise 'initdb failed' unless Process.last_status.success?
  end

  def wait_until_ready
    100.times do
      return connect('postgres') { nil }
    rescue PG::ConnectionBad
      raise "PostgreSQL ended: #{File.read(log)}" if Process.wait(@pid, Process::WNOHANG)

      sleep 0.1
    end
    raise "PostgreSQL did not start: #{File.read(log)}"
  end

  def connect(name)
    connection = PG.connect(host: directory, dbname: name, user: 'standfast')
    yield connection
  ensure
    connection&.close
  end
end
