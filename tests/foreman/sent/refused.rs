//! Servers whose certificate, or whose TLS, is not to be trusted: nothing is sent, and one line says why.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::HOST;
use super::machine::{Ended, Machine};
use crate::proved::authority;
use crate::standin::pki::{Authority, Form, Identity, Leaf, Valid};
use crate::standin::settings::Settings;
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

/// Reports to a server with this certificate, which has to be refused in these words.
fn is_refused(what: &str, identity: &Identity, words: &str) {
    let machine = Machine::new();
    machine.believe(authority());
    let foreman =
        Standin::tls(Service::Foreman, Settings::with_plugin(), identity, &ClientCertificates::Ignored);
    let url = format!("https://localhost:{}", foreman.address.port());
    let said = machine.report(&url, &["--ca-file", "/etc/standfast/ca.pem"]);
    said.complained(4, words);
    assert_eq!(machine.waiting().len(), 1, "{what}: the report is kept");
    assert!(foreman.store().arrivals.is_empty(), "{what}: nothing was sent");
}

#[test]
fn a_server_whose_certificate_is_wrong_gets_nothing_and_the_reason_is_told() {
    let stranger = Authority::new("Another CA");
    // The same name, and another key.
    let namesake = Authority::new("Puppet CA: puppet.example.com");
    let issue = |leaf: Leaf<'_>| authority().issue(leaf);
    let wrong = Leaf { alternative: "DNS:elsewhere.example.com", ..Leaf::SERVER };
    let bare = Leaf { common: "localhost", alternative: "", ..Leaf::SERVER };
    is_refused("wrong name", &issue(wrong), "is for elsewhere.example.com");
    is_refused("unknown CA", &stranger.issue(Leaf::SERVER), "an authority that is not believed");
    is_refused("namesake", &namesake.issue(Leaf::SERVER), "an authority that is not believed");
    is_refused("expired", &issue(Leaf { valid: Valid::Past, ..Leaf::SERVER }), "has expired");
    is_refused("not yet valid", &issue(Leaf { valid: Valid::Future, ..Leaf::SERVER }), "is not valid yet");
    is_refused("CN only", &issue(bare), "make it anew with the subjectAltName DNS:localhost");
    is_refused("X.509 v1", &issue(Leaf { form: Form::V1, ..Leaf::SERVER }), "of X.509 version 3");
}

#[test]
fn a_server_with_a_right_certificate_is_believed() {
    let machine = Machine::new();
    machine.believe(authority());
    let identity = authority().issue(Leaf::SERVER);
    let foreman =
        Standin::tls(Service::Foreman, Settings::with_plugin(), &identity, &ClientCertificates::Ignored);
    foreman.store().add_host(HOST, None);
    let url = format!("https://localhost:{}", foreman.address.port());
    machine.report(&url, &["--ca-file", "/etc/standfast/ca.pem"]).delivered();
}

#[test]
fn a_server_that_demands_a_certificate_is_told_apart_from_one_that_does_not_believe_it() {
    let identity = authority().issue(Leaf::SERVER);
    let required = ClientCertificates::Required(authority().certificate.clone());
    let foreign = Authority::new("Another CA");
    for (client, words) in [
        (None, "wants a certificate of this host"),
        (Some(foreign.issue(Leaf::node(HOST))), "does not believe the certificate of this host"),
    ] {
        let machine = Machine::new();
        machine.believe(authority());
        let proxy = Standin::tls(Service::SmartProxy, Settings::with_plugin(), &identity, &required);
        let url = format!("https://localhost:{}/standfast", proxy.address.port());
        let said = match client {
            None => machine.report(&url, &["--ca-file", "/etc/standfast/ca.pem"]),
            Some(client) => {
                machine.become_node(&foreign, &client);
                machine.report_with(&["--url", &url, "--ca-file", "/etc/standfast/ca.pem"])
            }
        };
        said.complained(4, words);
        assert_eq!(machine.waiting().len(), 1);
        assert!(proxy.store().arrivals.is_empty());
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_told_apart() {
    let machine = Machine::new();
    machine.believe(authority());
    let plain = Standin::plain(Settings::with_plugin());
    let url = format!("https://localhost:{}", plain.address.port());
    machine.report(&url, &["--ca-file", "/etc/standfast/ca.pem"]).complained(4, "is not TLS");
}

/// OpenSSL's own server, which still speaks TLS 1.1; it ends with the test.
struct Old(Child);

impl Drop for Old {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_speaks_tls_1_1_at_most_is_told_so() {
    let machine = Machine::new();
    machine.believe(authority());
    let identity = authority().issue(Leaf::SERVER);
    machine.write("server.pem", format!("{}{}", identity.certificate, identity.key).as_bytes());
    let mut command = Command::new("openssl");
    command.args(["s_server", "-accept", "127.0.0.1:0", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-cert"]);
    command
        .arg(machine.path("server.pem"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut old = Old(command.spawn().expect("these tests need the command openssl (Debian: openssl)"));
    let lines = BufReader::new(old.0.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let port =
        lines.filter_map(|line| Some(line.strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.to_owned())).next();
    let url = format!("https://localhost:{}", port.expect("openssl says where it listens"));
    let said = machine.report(&url, &["--ca-file", "/etc/standfast/ca.pem"]);
    said.complained(4, "localhost speaks only TLS 1.1 or older");
    assert_eq!(machine.waiting().len(), 1);
}
