# frozen_string_literal: true

# The attributes of limits_entry in plain Puppet, with nothing behind them: what a native type costs in any case.
Puppet::Type.newtype(:nothing_entry) do
  @doc = 'Does nothing, and is in sync.'

  def self.title_patterns
    [
      [%r{\A((.+)/([^/]+)/([^/]+))\z}m, [[:name], [:domain], [:type], [:item]]],
      [%r{\A(.*)\z}m, [[:name]]],
    ]
  end

  newparam(:name) { isnamevar }

  newparam(:domain) do
    isnamevar
    newvalues(%r{\A[^[:cntrl:]]+\z})
  end

  newparam(:type) do
    isnamevar
    newvalues('soft', 'hard', '-')
  end

  newparam(:item) do
    isnamevar
    newvalues(
      'cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'nproc', 'nofile', 'memlock', 'as', 'locks', 'sigpending',
      'msgqueue', 'nice', 'rtprio', 'rttime', 'priority', 'nonewprivs', 'maxlogins', 'maxsyslogins', 'chroot',
    )
  end

  newproperty(:ensure) do
    newvalues('present', 'absent')
    defaultto 'present'
  end

  newproperty(:value) do
    newvalues(%r{\A(?:[-+]?[0-9]+|-|unlimited|infinity|/[^\s#]*)\z})
  end

  newparam(:bound) { newvalues('exact', 'at_most') }
  newparam(:match_by) { newvalues('id', 'name', 'verbatim') }
  newparam(:target) { newvalues(%r{\A[^[:cntrl:]]*\z}) }
  newparam(:exceptions) { newvalues('allow', 'forbid') }

  newparam(:made) do
    desc 'With `anew` it is absent in each run, until it is made, which is nothing to do either.'
    newvalues('anew')
  end
end
