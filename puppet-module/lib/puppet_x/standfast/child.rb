# frozen_string_literal: true

# Part of Ruby from 3.0 on; before, Puppet has mostly loaded it already.
require 'io/wait' unless IO.method_defined?(:wait_readable)

module PuppetX
  module Standfast
    # Why the program is of no use; the text is one line, and quotes nothing that it said.
    class Failure < Puppet::Error; end

    # A process that answers a line with a line, in time or not at all.
    class Child
      def initialize(*argv)
        @program = argv.first
        theirs, @input = IO.pipe
        @output, ours = IO.pipe
        @owner = Process.pid
        # A group of its own: what is typed at Puppet is not for it, and what it starts ends with it.
        @pid = Process.spawn(*argv, in: theirs, out: ours, err: File::NULL, chdir: '/', pgroup: true)
        @rest = String.new
        @chunk = String.new
      rescue SystemCallError => e
        raise Failure, "#{@program}: cannot be run: #{e.message}"
      ensure
        [theirs, ours].each { |pipe| pipe&.close }
      end

      def ask(line, seconds)
        @until = now + seconds
        until line.empty?
          written = @input.write_nonblock(line, exception: false)
          written == :wait_writable ? wait(@input, :wait_writable) : line = line.byteslice(written..-1)
        end
        read
      rescue Errno::EPIPE
        read # what it has said before it ended
      end

      # Its first line without a question.
      def first_line(seconds)
        @until = now + seconds
        read
      end

      # Ends it by the end of its input, or by force.
      def close(seconds = 5)
        [@input, @output].each { |pipe| pipe.close unless pipe.closed? || (pipe == @output && own?) }
        return unless own? && @pid
        @output.wait_readable(seconds)
        kill unless await_end || @pid.nil?
      ensure
        @output.close unless @output.closed?
      end

      def kill
        Process.kill(:KILL, -@pid)
        Process.wait(@pid)
        @pid = nil
      rescue SystemCallError
        @pid = nil # it has ended
      end

      # A daemonized agent is a fork: the processes of its parent are none of its business.
      def own?
        @owner == Process.pid
      end

      private

      def read
        until (ends = @rest.index("\n"))
          wait(@output, :wait_readable)
          chunk = @output.read_nonblock(65_536, @chunk, exception: false)
          raise Failure, ended if chunk.nil?
          @rest << chunk unless chunk == :wait_readable
        end
        @rest.slice!(0..ends).force_encoding('UTF-8')
      end

      def wait(pipe, how)
        left = @until - now
        return if left.positive? && pipe.public_send(how, left)
        kill
        raise Failure, "#{@program}: has not answered in time, and was ended"
      end

      def ended
        status = await_end
        return "#{@program}: does not answer any more" unless status
        how = status.signaled? ? "by signal #{status.termsig}" : "with exit code #{status.exitstatus}"
        "#{@program}: ended #{how} before it had answered"
      end

      # The status of what has ended or does so within a second.
      def await_end
        limit = now + 1
        sleep 0.001 until (status = Process.wait2(@pid, Process::WNOHANG)&.last) || now > limit
        @pid = nil if status
        status
      rescue Errno::ECHILD
        @pid = nil # somebody else has waited for it
      end

      def now
        Process.clock_gettime(Process::CLOCK_MONOTONIC)
      end
    end
  end
end
