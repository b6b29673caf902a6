# frozen_string_literal: true

# The entries of standfast_limits in plain Puppet, with nothing behind them: what a manifest of so many lines costs in
# any case.
Puppet::Type.newtype(:nothing_holder) do
  @doc = 'Does nothing with its entries.'

  newparam(:name) { isnamevar }
  newparam(:entries)
end
