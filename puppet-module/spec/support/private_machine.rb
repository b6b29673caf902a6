# frozen_string_literal: true

# Runs a command where /etc, /usr, /var, /run and /tmp may be written to and nothing of it remains: in a mount namespace, with
# overlays on a file system in memory.
module PrivateMachine
  WRITABLE = %w[etc usr var run].freeze
  SETUP = <<~'SH'
    set -eu
    above=$1; shift
    mount -t tmpfs tmpfs "$above"
    for directory in etc usr var run; do
        mkdir "$above/$directory" "$above/$directory-work"
        mount -t overlay -o "lowerdir=/$directory,upperdir=$above/$directory,workdir=$above/$directory-work" overlay "/$directory"
    done
    mkdir -p /etc/standfast
    eval "$prepare"
    unset prepare
    exec "$@"
  SH

  module_function

  # Its output, its errors, and its exit code. `prepare` is shell that runs before on that machine.
  def run(*command, input: '', prepare: '', env: {})
    above = Dir.mktmpdir('above', FIXTURES)
    env = env.merge('prepare' => prepare)
    output, errors, status = Open3.capture3(env, 'unshare', '--mount', 'sh', '-c', SETUP, 'sh', above, *command, stdin_data: input)
    [output, errors, status.exitstatus]
  end
end
