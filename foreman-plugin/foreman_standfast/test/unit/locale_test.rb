# frozen_string_literal: true

require 'minitest/autorun'
require 'fileutils'
require 'tmpdir'

class LocaleTest < Minitest::Test
  ROOT = File.expand_path('../..', __dir__)

  def test_the_texts_for_translators_are_those_of_the_sources
    Dir.mktmpdir do |directory|
      FileUtils.cp_r(%w[app lib locale webpack].map { |name| File.join(ROOT, name) }, directory)
      assert system('make', '-s', '-C', File.join(directory, 'locale'), 'pot', out: File::NULL), 'make pot failed'
      collected = File.read(File.join(directory, 'locale/foreman_standfast.pot'))
      assert_equal texts(collected), texts(File.read(File.join(ROOT, 'locale/foreman_standfast.pot'))), 'run `make -C locale pot`'
    end
  end

  def texts(pot)
    pot.lines.grep(/\A(msgid|")/).sort
  end
end
