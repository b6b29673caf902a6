//! TLS of the stand-in: rustls with ring, and what it wants of a client's certificate.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme};

use super::der::Names;
use super::pki::Identity;

/// What the server wants of a client's certificate.
#[derive(Clone)]
pub(crate) enum ClientCertificates {
    /// It asks for none.
    Ignored,
    /// Any is taken, none too; who signed it is looked at later, as Apache's `SSLVerifyClient optional_no_ca` and the
    /// variable SSL_CLIENT_VERIFY have it. The certificate of the authority in PEM.
    Optional(String),
    /// One of this authority, else the handshake fails.
    Required(String),
}

/// A certificate that a client showed.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) names: Names,
    pub(crate) trust: Trust,
}

/// Whether the configured authority vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    Verified,
    Foreign,
}

/// A server's end of TLS.
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    judge: Option<Arc<dyn ClientCertVerifier>>,
}

impl Tls {
    /// A server with this certificate.
    pub(crate) fn new(identity: &Identity, clients: &ClientCertificates) -> Self {
        let judge = match clients {
            ClientCertificates::Ignored => None,
            ClientCertificates::Optional(authority) | ClientCertificates::Required(authority) => {
                Some(judge(authority))
            }
        };
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.expect("ring knows TLS 1.2 and 1.3");
        let builder = match (clients, &judge) {
            (ClientCertificates::Required(_), Some(judge)) => {
                builder.with_client_cert_verifier(Arc::clone(judge))
            }
            (_, Some(_)) => builder.with_client_cert_verifier(Arc::new(Lenient(provider()))),
            (_, None) => builder.with_no_client_auth(),
        };
        let (certificate, key) = identity.der();
        // Not `with_single_cert`: it refuses what a client is to refuse.
        let key = ring::sign::any_supported_type(&key).expect("a key that ring knows");
        let certified = rustls::sign::CertifiedKey::new(vec![certificate], key);
        let resolver = rustls::sign::SingleCertAndKey::from(certified);
        Self { config: Arc::new(builder.with_cert_resolver(Arc::new(resolver))), judge }
    }

    /// What the client showed, after the handshake.
    pub(crate) fn shown(&self, certificates: Option<&[CertificateDer<'_>]>) -> Option<Shown> {
        let (first, intermediates) = certificates?.split_first()?;
        let judge = self.judge.as_ref()?;
        let trust = match judge.verify_client_cert(first, intermediates, UnixTime::now()) {
            Ok(_) => Trust::Verified,
            Err(_) => Trust::Foreign,
        };
        Some(Shown { names: Names::of(first)?, trust })
    }
}

/// The primitives, named by each user: nothing is installed for the whole process.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The authority of this certificate in PEM.
pub(crate) fn roots(authority: &str) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(authority.as_bytes()).expect("a certificate in PEM");
    roots.add(certificate).expect("the certificate of an authority");
    roots
}

fn judge(authority: &str) -> Arc<dyn ClientCertVerifier> {
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(authority)), provider());
    builder.build().expect("an authority to verify clients with")
}

/// Takes each certificate whose key the client has.
#[derive(Debug)]
struct Lenient(Arc<CryptoProvider>);

impl ClientCertVerifier for Lenient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
