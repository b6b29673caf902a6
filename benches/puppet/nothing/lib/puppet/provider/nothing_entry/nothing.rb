# frozen_string_literal: true

Puppet::Type.type(:nothing_entry).provide(:nothing) do
  desc 'Says that all is as it should be.'

  def ensure
    resource[:ensure]
  end

  def value
    resource[:value]
  end
end
