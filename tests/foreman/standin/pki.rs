//! Certificates of any kind, made by the command `openssl` in a directory that is gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Counts the scratch directories of this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// How `openssl ca` is to issue.
const CONFIGURATION: &str = "\
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
default_md = sha256
unique_subject = no
rand_serial = yes
policy = any
[any]
commonName = supplied
";

/// Who signs.
pub(crate) struct Authority {
    /// Its certificate, in PEM.
    pub(crate) certificate: String,
    key: String,
}

/// A certificate and its key, both in PEM.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// What a certificate is to be like.
#[derive(Clone, Copy)]
pub(crate) struct Leaf<'a> {
    pub(crate) common: &'a str,
    /// As OpenSSL writes subjectAltName: `DNS:localhost,IP:127.0.0.1`; empty for none.
    pub(crate) alternative: &'a str,
    pub(crate) valid: Valid,
    pub(crate) key: Key,
    pub(crate) form: Form,
}

/// When it is valid.
#[derive(Clone, Copy)]
pub(crate) enum Valid {
    Now,
    Past,
    Future,
}

/// Of which kind its key is.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    /// P-256, in an eye-blink.
    Elliptic,
    /// RSA as Puppet makes it, though shorter.
    Rsa,
}

/// Its version of X.509.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    V1,
    V3,
}

impl Leaf<'_> {
    /// For 127.0.0.1 and localhost.
    pub(crate) const SERVER: Leaf<'static> = Leaf {
        common: "foreman.example.com",
        alternative: "DNS:foreman.example.com,DNS:localhost,IP:127.0.0.1",
        valid: Valid::Now,
        key: Key::Elliptic,
        form: Form::V3,
    };

    /// As the Puppet CA gives it to a node: a common name and the same as a DNS name.
    pub(crate) fn node(common: &str) -> Leaf<'_> {
        Leaf { common, alternative: "", ..Leaf::SERVER }
    }
}

impl Authority {
    /// A new authority that signs itself.
    pub(crate) fn new(name: &str) -> Self {
        let scratch = Scratch::new();
        let key = scratch.key(Key::Elliptic);
        let subject = format!("/CN={name}");
        let constraints = "basicConstraints=critical,CA:TRUE";
        let usage = "keyUsage=critical,keyCertSign,cRLSign";
        scratch.openssl(&[
            "req",
            "-x509",
            "-new",
            "-key",
            "key",
            "-subj",
            &subject,
            "-days",
            "30",
            "-addext",
            constraints,
            "-addext",
            usage,
            "-out",
            "certificate",
        ]);
        Self { certificate: scratch.read("certificate"), key }
    }

    /// Issues a certificate for a new key.
    pub(crate) fn issue(&self, leaf: Leaf<'_>) -> Identity {
        let scratch = Scratch::new();
        let key = scratch.key(leaf.key);
        for (name, text) in
            [("ca", &self.certificate), ("ca.key", &self.key), ("conf", &CONFIGURATION.to_owned())]
        {
            scratch.write(name, text);
        }
        scratch.write("index", "");
        let subject = format!("/CN={}", leaf.common);
        scratch.openssl(&["req", "-new", "-key", "key", "-subj", &subject, "-out", "request"]);
        let (start, end) = match leaf.valid {
            Valid::Now => ("20200101000000Z", "20990101000000Z"),
            Valid::Past => ("20200101000000Z", "20210101000000Z"),
            Valid::Future => ("20980101000000Z", "20990101000000Z"),
        };
        let mut arguments = vec![
            "ca",
            "-batch",
            "-notext",
            "-config",
            "conf",
            "-cert",
            "ca",
            "-keyfile",
            "ca.key",
            "-startdate",
            start,
            "-enddate",
            end,
            "-in",
            "request",
            "-out",
            "certificate",
        ];
        if let Form::V3 = leaf.form {
            let mut extensions =
                "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n".to_owned();
            if !leaf.alternative.is_empty() {
                extensions.push_str(&format!("subjectAltName={}\n", leaf.alternative));
            }
            scratch.write("extensions", &extensions);
            arguments.extend(["-extfile", "extensions"]);
        }
        scratch.openssl(&arguments);
        Identity { certificate: scratch.read("certificate"), key }
    }
}

impl Identity {
    /// The certificate and the key as rustls wants them.
    pub(crate) fn der(&self) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let certificate =
            CertificateDer::from_pem_slice(self.certificate.as_bytes()).expect("a certificate in PEM");
        (certificate, PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("a key in PEM"))
    }
}

/// A directory that is gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = format!("standfast-pki-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a directory for certificates");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a file for openssl");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file of openssl")
    }

    fn key(&self, key: Key) -> String {
        match key {
            Key::Elliptic => {
                self.openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key"])
            }
            Key::Rsa => self.openssl(&["genrsa", "-traditional", "-out", "key", "2048"]),
        }
        self.read("key")
    }

    fn openssl(&self, arguments: &[&str]) {
        openssl(&self.0, arguments);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn openssl(directory: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(directory).output();
    let output = output.expect("these tests need the command openssl (Debian: openssl)");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
