# frozen_string_literal: true

# The name of the host whose certificate a request came with.

require 'openssl'

module Proxy
  module Standfast
    # Only the common name counts, which is what Puppet calls certname. Alternative names are addresses to be reached
    # at: several servers may share one (`puppet`), so they do not say who reports.
    module CertificateName
      PATTERN = /\A[a-z0-9._-]{1,255}\z/.freeze

      # The certname in lower case; nil when `pem` is no certificate with exactly one common name that can be a host's.
      def self.of(pem)
        return nil if pem.to_s.empty?

        names = OpenSSL::X509::Certificate.new(pem).subject.to_a.select { |type, _, _| type == 'CN' }
        return nil unless names.size == 1

        name = names.first[1].dup.force_encoding(Encoding::UTF_8)
        return nil unless name.valid_encoding?

        name = name.downcase
        PATTERN.match?(name) ? name : nil
      rescue OpenSSL::X509::CertificateError
        nil
      end
    end
  end
end
