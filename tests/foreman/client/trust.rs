//! TLS with the files of a Puppet agent of Debian, and with a token.

use super::{Client, HOST, facet, settings};
use crate::said::Said;
use crate::standin::pki::{Authority, Identity, Key, Leaf};
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

/// A host with the files of a Puppet agent of Debian, whose certificate this authority signed.
fn agent(url: &str, believed: &Authority, signer: &Authority) -> Client {
    let client = Client::to(url);
    let node = signer.issue(Leaf { key: Key::Rsa, ..Leaf::node(HOST) });
    let ssl = "var/lib/puppet/ssl";
    client.root.write("etc/puppet/puppet.conf", b"");
    client.root.write(&format!("{ssl}/certs/ca.pem"), believed.certificate.as_bytes());
    client.root.write(&format!("{ssl}/certs/{HOST}.pem"), node.certificate.as_bytes());
    client.root.write(&format!("{ssl}/private_keys/{HOST}.pem"), node.key.as_bytes());
    client.mode(&format!("{ssl}/private_keys/{HOST}.pem"), 0o640);
    client
}

/// A Foreman with TLS that any Smart Proxy may report to.
fn foreman(identity: &Identity, clients: &ClientCertificates) -> Standin {
    let standin = Standin::tls(Service::Foreman, settings(), identity, clients);
    standin.store().add_host(HOST, None);
    standin
}

#[test]
fn a_node_reports_to_a_smart_proxy_with_its_puppet_certificate() {
    let authority = Authority::new("Puppet CA");
    let clients = ClientCertificates::Required(authority.certificate.clone());
    let standin = Standin::tls(Service::SmartProxy, settings(), &authority.issue(Leaf::SERVER), &clients);
    let client = agent(&format!("{}/standfast/", standin.url()), &authority, &authority);
    let said = client.run("check", &["--report"]).ended(2);
    assert_eq!(said.err, "standfast: report: delivered to 127.0.0.1\n");
    assert_eq!(standin.store().spooled[0].report["findings"][0]["resource"], "limits_entry[thekiwi/-/nproc]");
}

fn told_in_one_line(said: &Said, words: &str) {
    assert!(said.err.contains(words), "{} instead of {words}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
}

#[test]
fn a_token_goes_over_tls() {
    let authority = Authority::new("Puppet CA");
    let clients = ClientCertificates::Optional(authority.certificate.clone());
    let standin = foreman(&authority.issue(Leaf::SERVER), &clients);
    let client = agent(&standin.url(), &authority, &authority);
    client.root.write("etc/standfast/token", b"token\n");
    client.mode("etc/standfast/token", 0o600);
    client.with(&["--user", "reporter", "--password-file", "/etc/standfast/token"]).report_now().ended(0);
    assert!(facet(&standin).is_some());
}

#[test]
fn files_that_hold_no_key_or_certificate_are_named() {
    let authority = Authority::new("Puppet CA");
    let standin = foreman(&authority.issue(Leaf::SERVER), &ClientCertificates::Ignored);
    let client = agent(&standin.url(), &authority, &authority);
    client.root.write(&format!("var/lib/puppet/ssl/certs/{HOST}.pem"), b"nothing\n");
    told_in_one_line(
        &client.report_now().ended(4),
        "certificate_file, key_file: hold no certificate and key in PEM",
    );
    let client = agent(&standin.url(), &authority, &authority);
    client.root.write("var/lib/puppet/ssl/certs/ca.pem", b"nothing\n");
    told_in_one_line(&client.report_now().ended(4), "ca_file: holds no certificate");
}
