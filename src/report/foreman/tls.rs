//! What TLS refuses, in one line with what to do about it; the only code that knows rustls.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};

use super::clean;
use super::identity::Identity as Pem;

/// The key and the certificate, for the connection.
///
/// # Errors
/// When they are not what they should be. Nothing of the key is told.
pub fn identity(pem: &Pem) -> Result<reqwest::Identity, String> {
    let both = [pem.key.reveal(), b"\n", pem.certificate.as_slice()].concat();
    reqwest::Identity::from_pem(&both).map_err(|_| {
        "certificate_file, key_file: hold no certificate and key in PEM that fit together; a key must have no passphrase"
            .to_owned()
    })
}

/// What TLS refused, where it was TLS; `None` where something else went wrong, which may get better by itself.
pub fn hint(error: &(dyn Error + 'static), host: &str) -> Option<String> {
    tls_error(error).and_then(|error| words(error, host))
}

/// The error of TLS among the causes of another. Those of an I/O error are inside of it.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn words(error: &TlsError, host: &str) -> Option<String> {
    let host = clean::line(host, 255);
    Some(match error {
        TlsError::InvalidCertificate(error) => certificate(error, &host),
        TlsError::AlertReceived(alert) => of_alert(*alert, &host)?,
        TlsError::PeerIncompatible(
            PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::ServerDoesNotSupportTls12Or13,
        ) => format!("{host} speaks only TLS 1.1 or older: let it speak TLS 1.2 or 1.3"),
        TlsError::PeerIncompatible(_) => {
            format!(
                "{host} and this host have no way of TLS in common: let the server speak TLS 1.2 or 1.3 ({error})"
            )
        }
        TlsError::InvalidMessage(_) => {
            format!("what {host} speaks is not TLS: is the port of the url the one of HTTPS?")
        }
        _ => return None,
    })
}

fn certificate(error: &CertificateError, host: &str) -> String {
    match error {
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => format!(
            "the certificate of {host} has no name but perhaps its CN, which is not read any more: make it anew with \
             the subjectAltName DNS:{host}"
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            // Each is told as `DnsName("…")`.
            let inner = |name: &String| name.split('"').nth(1).unwrap_or(name).to_owned();
            let names: Vec<String> = presented.iter().map(|name| clean::line(&inner(name), 255)).collect();
            format!(
                "the certificate of {host} is for {}: put that name into url, or make the certificate anew",
                clean::cut(&names.join(", "), 300)
            )
        }
        CertificateError::NotValidForName => {
            format!("the certificate of {host} is for another name: put that name into url, or make it anew")
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "the certificate of {host} is of an authority that is not believed: name the authority's certificate as ca_file"
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {host} has expired: renew it, or set this host's clock")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!(
                "the certificate of {host} is not valid yet: set this host's clock, or the server's and make it anew"
            )
        }
        CertificateError::Revoked => format!("the certificate of {host} is revoked: make it anew"),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            format!("the certificate of {host} is not one of a server (extendedKeyUsage): make it anew")
        }
        other => format!(
            "the certificate of {host} is refused ({other}): make it anew, of X.509 version 3 with a subjectAltName DNS:{host}"
        ),
    }
}

fn of_alert(alert: AlertDescription, host: &str) -> Option<String> {
    Some(match alert {
        AlertDescription::CertificateRequired => {
            format!("{host} wants a certificate of this host: set certificate_file and key_file")
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied
        | AlertDescription::CertificateUnknown => {
            format!(
                "{host} does not believe the certificate of this host: it must be of the authority that the server knows"
            )
        }
        AlertDescription::CertificateExpired => {
            format!("the certificate of this host has expired, says {host}: renew it, or set the clocks")
        }
        AlertDescription::CertificateRevoked => {
            format!("the certificate of this host is revoked, says {host}")
        }
        AlertDescription::ProtocolVersion => {
            format!("{host} speaks only TLS 1.1 or older: let it speak TLS 1.2 or 1.3")
        }
        AlertDescription::HandshakeFailure => format!(
            "{host} ends the handshake: it speaks only old TLS or ciphers, or wants a certificate of this host"
        ),
        AlertDescription::UnrecognisedName => {
            format!("{host} does not know its own name: put the right one into url")
        }
        _ => return None,
    })
}
