# frozen_string_literal: true

require 'puppet_pal'

# Puppet's language with the module at hand, without a catalog: aliases, functions and plans.
module Language
  module_function

  # Yields a compiler of Pal; facts are those of the fact `networking.fqdn` alone.
  def compiler(*more_modules)
    Puppet[:strict] = :error
    Puppet[:strict_variables] = true
    path = ["#{FIXTURES}/modules", *more_modules]
    Puppet::Pal.in_tmp_environment('spec', modulepath: path, facts: { 'fqdn' => 'host.example.net' }) do |pal|
      pal.with_script_compiler { |compiler| yield compiler }
    end
  end
end
