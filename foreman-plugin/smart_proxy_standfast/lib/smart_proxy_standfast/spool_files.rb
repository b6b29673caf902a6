# frozen_string_literal: true

# The folder on disk: files that are there whole or not at all, of this user alone.

require 'digest'
require 'fileutils'

module Proxy
  module Standfast
    # Below `root`: todo (reports that wait, as they came), dead (refused ones with the reason), last (what became of a
    # host's last report, while that is bad news) and tmp. A file is named after its host.
    class SpoolFiles
      FOLDERS = %i[todo dead last tmp].freeze
      LONGEST = 200 # bytes of a host's name that stand in a file's name; the file system allows 255

      # Makes what is missing and takes the lock; waits up to `patience` seconds for another process to let go of it.
      # Raises SystemCallError, or Errno::EWOULDBLOCK when another process keeps the lock.
      def initialize(root, patience: 5)
        @root = root
        FileUtils.mkdir_p(root, mode: 0o700)
        FOLDERS.each { |folder| make(folder) }
        @lock = lock(patience)
        @handles = FOLDERS.map { |folder| [folder, File.open(path(folder))] }.to_h
        @counter = 0
        @counting = Mutex.new
        Dir.each_child(path(:tmp)) { |name| File.unlink(File.join(path(:tmp), name)) }
      end

      # Writes `bytes` to a new file that survives a crash under its name in tmp, which is returned.
      def write(bytes)
        temp = File.join(path(:tmp), next_name)
        File.open(temp, File::WRONLY | File::CREAT | File::EXCL | File::BINARY, 0o600) do |file|
          file.write(bytes)
          file.fsync
        end
        temp
      rescue SystemCallError
        discard(temp) if temp
        raise
      end

      # Puts what `write` has written in the place of `host`'s file, which is then as old as `time` says.
      # It survives a crash only after `sync`.
      def place(temp, folder, host, time)
        File.utime(time, time, temp)
        File.rename(temp, file(folder, host))
      end

      def sync(folder)
        @handles.fetch(folder).fsync
      end

      # Writes, places and syncs.
      def store(folder, host, bytes, time = Time.now)
        place(write(bytes), folder, host, time)
        sync(folder)
      end

      # Removes a temporary file, if it is still there.
      def discard(temp)
        File.unlink(temp)
      rescue Errno::ENOENT
        nil
      end

      # nil when there is none.
      def read(folder, host)
        File.binread(file(folder, host))
      rescue Errno::ENOENT
        nil
      end

      def remove(folder, host)
        File.unlink(file(folder, host))
      rescue Errno::ENOENT
        nil
      end

      # Yields name, bytes and time of each file, the oldest first; a SystemCallError for the bytes of one that cannot
      # be read.
      def each(folder)
        sizes(folder).each { |name, _, time| yield name, bytes_of(File.join(path(folder), name)), time }
      end

      # Name, size in bytes and time of each file, the oldest first.
      def sizes(folder)
        Dir.children(path(folder)).map do |name|
          stat = File.stat(File.join(path(folder), name))
          [name, stat.size, stat.mtime]
        end.sort_by(&:last)
      end

      def remove_named(folder, name)
        File.unlink(File.join(path(folder), name))
      rescue Errno::ENOENT
        nil
      end

      # The name of a host's file. `~` is in no host's name, so no two hosts share one.
      def self.name(host)
        return "#{host}.json" if host.bytesize <= LONGEST

        "#{host[0, 100]}~#{Digest::SHA256.hexdigest(host)}.json"
      end

      private

      def bytes_of(file)
        File.binread(file)
      rescue SystemCallError => e
        e
      end

      def path(folder)
        File.join(@root, folder.to_s)
      end

      def file(folder, host)
        File.join(path(folder), self.class.name(host))
      end

      def make(folder)
        Dir.mkdir(path(folder), 0o700)
      rescue Errno::EEXIST
        File.chmod(0o700, path(folder))
      end

      def lock(patience)
        file = File.open(File.join(@root, 'lock'), File::RDWR | File::CREAT, 0o600)
        until file.flock(File::LOCK_EX | File::LOCK_NB)
          raise Errno::EWOULDBLOCK, file.path if (patience -= 0.1).negative?

          sleep 0.1
        end
        file
      end

      def next_name
        @counting.synchronize { "#{Process.pid}-#{@counter += 1}" }
      end
    end
  end
end
