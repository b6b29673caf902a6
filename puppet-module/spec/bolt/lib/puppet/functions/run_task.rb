# frozen_string_literal: true

# Bolt's run_task in the place of Bolt: says to a test what was to run where, and takes its answers.
Puppet::Functions.create_function(:run_task) do
  dispatch :run_task do
    param 'String[1]', :task
    param 'Any', :targets
    param 'String[1]', :description
    param 'Hash[String[1], Any]', :options
  end

  def run_task(task, targets, _description, options)
    StandIn::Fleet.current.run(task, [targets].flatten, options)
  end
end
