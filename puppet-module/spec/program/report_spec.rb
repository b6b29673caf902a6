# frozen_string_literal: true

require 'spec_helper'

# The same settings of reports to the aliases of the module and to the program that reads the file.
describe 'the settings of reports' do
  # Alias => setting.
  settings = {
    'Standfast::Report::Url' => 'url',
    'Standfast::Report::Proxy' => 'http_proxy',
    'Standfast::Report::Certname' => 'certname',
    'Standfast::Report::User' => 'user',
    'Standfast::Report::Duration' => 'heartbeat',
    'Standfast::Report::Timeout' => 'spool_age',
    'Standfast::Report::Size' => 'spool_size',
  }
  # What the program takes and the module refuses on purpose: what it puts into lower case, and blanks, which it takes away.
  stricter = { 'Standfast::Report::Certname' => ['Web17'], 'Standfast::Report::User' => [' a', 'a '] }

  let(:root) { Dir.mktmpdir('report', FIXTURES) }

  before do
    FileUtils.mkdir_p(["#{root}/etc/standfast", "#{root}/var/lib"])
    File.write("#{root}/etc/hostname", "web17.example.com\n")
    # It is read as a certificate when there is something to send.
    File.write("#{root}/ca.pem", "x\n")
    File.write("#{root}/password", "x\n")
    File.chmod(0o600, "#{root}/password")
  end

  # What the program says of a file of settings; nil where it takes all of them. Nothing waits, so that nothing is sent.
  def refusal(lines)
    File.write("#{root}/etc/standfast/standfast.conf", "[report]\n#{lines.map { |name, value| "#{name} = #{value}\n" }.join}")
    _, errors, status = Open3.capture3(Program::PATH, 'report', '--send', '--root', root, '--ca-file', '/ca.pem', *@flags)
    status.success? ? nil : errors
  end

  settings.each do |name, setting|
    it "are legal as #{name} where #{setting} is" do
      good, bad = VALUES_OF_ALIASES.fetch(name)
      url = 'https://foreman.example.com'
      login = { 'user' => 'u', 'password_file' => '/password' }
      # Below another root the url must be a flag.
      is_taken = lambda do |value|
        @flags = ['--url', setting == 'url' ? value : url]
        refusal(setting == 'url' ? login : login.merge(setting => value)).nil?
      end
      expect(good.reject { |value| is_taken.call(value.to_s) }).to be_empty
      # An empty setting is none.
      expect((bad - ['']).select { |value| is_taken.call(value.to_s) }).to match_array(stricter.fetch(name, []))
    end
  end
end
