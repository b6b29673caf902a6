# frozen_string_literal: true

# Certificates as a Puppet CA issues them, made when a test needs them.

require 'openssl'

# An authority with its own key; `issue` returns the paths of a certificate and its key.
class Authority
  Pair = Struct.new(:certificate, :key)

  attr_reader :file

  # `maker` makes the keys of those that bring none.
  def initialize(folder, name, &maker)
    @folder = File.join(folder, name.tr(' ', '_'))
    Dir.mkdir(@folder, 0o700)
    @serial = 1
    @maker = maker || -> { OpenSSL::PKey::EC.generate('prime256v1') }
    @key = @maker.call
    @name = OpenSSL::X509::Name.new([['CN', name]])
    @certificate = sign(@name, @key, true)
    @file = write('ca.pem', @certificate.to_pem)
  end

  # `names` are the common names of the subject, mostly one.
  def issue(*names, alternatives: names, key: @maker.call, expires: Time.now + 86_400)
    subject = OpenSSL::X509::Name.new(names.map { |name| ['CN', name] })
    certificate = sign(subject, key, false, alternatives, expires)
    file = "#{names.join('+').tr('/', '_')}-#{@serial}"
    Pair.new(write("#{file}.pem", certificate.to_pem), write("#{file}.key", pem(key)))
  end

  # The same authority, which writes to another folder.
  def within(folder)
    dup.tap { |copy| copy.instance_variable_set(:@folder, folder) }
  end

  private

  def sign(subject, key, authority, alternatives = [], expires = Time.now + 86_400)
    certificate = OpenSSL::X509::Certificate.new
    certificate.version = 2
    certificate.serial = (@serial += 1)
    certificate.subject = subject
    certificate.issuer = @name
    certificate.public_key = key
    certificate.not_before = Time.now - 3600
    certificate.not_after = expires
    extend_certificate(certificate, authority, alternatives)
    certificate.sign(@key, OpenSSL::Digest.new('SHA256'))
  end

  def extend_certificate(certificate, authority, alternatives)
    maker = OpenSSL::X509::ExtensionFactory.new
    certificate.add_extension(maker.create_extension('basicConstraints', authority ? 'CA:TRUE' : 'CA:FALSE', true))
    return if alternatives.empty?

    names = alternatives.map { |name| "DNS:#{name}" } + ['IP:127.0.0.1']
    certificate.add_extension(maker.create_extension('subjectAltName', names.join(',')))
  end

  def pem(key)
    key.respond_to?(:private_to_pem) ? key.private_to_pem : key.to_pem
  end

  def write(name, text)
    path = File.join(@folder, name)
    File.write(path, text, perm: 0o600)
    path
  end
end
