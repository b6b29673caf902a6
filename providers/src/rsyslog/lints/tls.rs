//! Encryption that is not on, or that anybody can end.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Findings, told};
use crate::rsyslog::action::{Protocol, Tls};
use crate::rsyslog::files::Kind;
use crate::rsyslog::forwards::Forward;
use crate::shown::Shown;

impl Findings<'_> {
    pub(super) fn of_tls(&mut self) {
        for (forward, _) in self.running() {
            if forward.forwarding.protocol == Protocol::Udp {
                continue;
            }
            let tls = forward.forwarding.tls.clone();
            if tls.on {
                self.peer(forward, &tls);
                self.driver(forward, &tls);
            } else if tls.mentioned {
                let (how, what) = match forward.forwarding.protocol {
                    Protocol::Relp => ("write tls=\"on\"", "tls is not `on`"),
                    _ => ("write StreamDriverMode=\"1\"", "StreamDriverMode is not 1"),
                };
                let message =
                    format!("sends to {} in plain text: {what}, whatever else of TLS is set", told(forward));
                self.add(forward.span, "tls-not-on", &message, how);
            }
        }
    }

    fn peer(&mut self, forward: &Forward, tls: &Tls) {
        let mode = tls.auth_mode.as_deref().unwrap_or_default().to_ascii_lowercase();
        let to = told(forward);
        let is_relp = forward.forwarding.protocol == Protocol::Relp;
        match mode.as_slice() {
            b"anon" => self.add(
                forward.span,
                "anybody-is-trusted",
                &format!("encrypts to whoever answers at {to}: the certificate is not looked at"),
                "write x509/name and the permitted peer",
            ),
            // RELP without a mode asks for none.
            b"" if is_relp => self.add(
                forward.span,
                "anybody-is-trusted",
                &format!("encrypts to whoever answers at {to}: no tls.authMode is given"),
                "write tls.authMode=\"name\" and tls.permittedPeer",
            ),
            b"x509/certvalid" | b"certvalid" => self.add(
                forward.span,
                "any-certificate",
                &format!("takes any certificate of the authority at {to}, whomever it was made for"),
                "write x509/name and the permitted peer",
            ),
            _ if tls.permitted_peers.is_empty() => self.add(
                forward.span,
                "no-permitted-peer",
                &format!("checks the name of {to} and permits none: nothing is delivered"),
                "name the permitted peer; the older language spends it with the first forward",
            ),
            _ => {}
        }
    }

    fn driver(&mut self, forward: &Forward, tls: &Tls) {
        for file in [&tls.ca_file, &tls.cert_file, &tls.key_file].into_iter().flatten() {
            let path = Path::new(std::ffi::OsStr::from_bytes(file));
            if self.lint.files.kind(path) == Kind::Missing {
                let message = format!("{} is missing: nothing is delivered", Shown::bytes(file));
                self.add(forward.span, "tls-file-missing", &message, "put the file there");
            }
        }
        if forward.forwarding.protocol == Protocol::Relp {
            return;
        }
        let Some(driver) = &tls.driver else {
            let message =
                "StreamDriverMode is 1 and no driver is named: the default one, ptcp, cannot encrypt";
            return self.add(forward.span, "no-tls-driver", message, "write StreamDriver=\"gtls\"");
        };
        let module = format!("lmnsd_{}.so", String::from_utf8_lossy(driver));
        let directories = crate::rsyslog::config::module_directories(self.lint.files);
        let is_there = |path: &std::path::PathBuf| self.lint.files.kind(&path.join(&module)) != Kind::Missing;
        if !directories.is_empty() && !directories.iter().any(is_there) {
            let message =
                format!("the driver {} is not installed: nothing is delivered", Shown::bytes(driver));
            self.add(forward.span, "no-tls-driver", &message, "install rsyslog-gnutls or rsyslog-openssl");
        }
    }
}
