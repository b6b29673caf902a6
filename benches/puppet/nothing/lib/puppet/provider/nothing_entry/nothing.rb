# frozen_string_literal: true

Puppet::Type.type(:nothing_entry).provide(:nothing) do
  desc 'Says that all is as it should be, or was made so.'

  def ensure
    resource[:made] && !@is_made ? :absent : resource[:ensure]
  end

  def ensure=(_wanted)
    @is_made = true
  end

  def value
    resource[:value]
  end
end
