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

  # Runs a plan of the module with the types and functions of spec/bolt, as Bolt's run_plan does.
  def plan(name, parameters)
    bolt = "#{FIXTURES}/bolt"
    FileUtils.mkdir_p(bolt)
    # A second link of that name would be made inside of the folder, in the source tree.
    standin = "#{bolt}/standin"
    File.symlink(File.join(MODULE, 'spec', 'bolt'), standin) unless File.symlink?(standin)
    compiler(bolt) do |compiler|
      compiler.evaluate_string('type TargetSpec = Variant[String[1], Array[String[1]]]')
      closure = loader.load(:plan, name).class.dispatcher.dispatchers.first
      returned = catch(:return) do
        closure.call_by_name_with_scope(Puppet.lookup(:global_scope), parameters, true)
        nil
      end
      returned&.value
    end
  end

  # A type of the compiler that runs.
  def type(name)
    Puppet::Pops::Types::TypeParser.singleton.parse(name, loader)
  end

  def loader
    Puppet.lookup(:loaders).private_environment_loader
  end
end
