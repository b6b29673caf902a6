# frozen_string_literal: true

require 'json'
require 'open3'

# The program that the module is made for.
module Program
  PATH = File.expand_path(ENV.fetch('STANDFAST_PROGRAM') { raise 'STANDFAST_PROGRAM names no program standfast' })
  ROOT = "#{FIXTURES}/root"

  module_function

  # What it says of a resource on a machine that has no files at all; nil where its schema takes the resource.
  def refusal(type, title, parameters)
    FileUtils.mkdir_p(ROOT)
    resource = [{ type: type, title: title, parameters: parameters }]
    _, errors, status = Open3.capture3(PATH, 'check', '-', '--root', ROOT, stdin_data: JSON.generate(resource))
    status.exitstatus == 1 ? errors : nil
  end
end
