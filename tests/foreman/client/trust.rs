//! TLS: whom the program believes, what it shows, and what it says where that goes wrong.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::{Client, HOST, facet, settings};
use crate::said::Said;
use crate::standin::pki::{Authority, Form, Identity, Key, Leaf, Valid};
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
    let last = serde_json::json!({"outcome": "unknown_host", "message": "unknown host", "at": "2026-11-27T12:00:00Z"});
    standin.store().last.push((HOST.to_owned(), last));
    let said = client.report_now().ended(0);
    let words = "Foreman refused an earlier report of this host, says the Smart Proxy: unknown host: unknown host (2026";
    assert!(said.err.contains(words), "{}", said.err);
    let other = client.with(&["--certname", "other.example.com", "--certificate-file"]);
    let certificate = format!("/var/lib/puppet/ssl/certs/{HOST}.pem");
    let key = format!("/var/lib/puppet/ssl/private_keys/{HOST}.pem");
    let said = other.with(&[&certificate, "--key-file", &key]).report_now().ended(4);
    assert!(said.err.contains("403: host: the certificate is of web17.example.com"), "{}", said.err);
}

#[test]
fn a_server_that_is_not_to_be_believed_is_refused_in_one_line_with_what_to_do() {
    let authority = Authority::new("Puppet CA");
    let server = Leaf::SERVER;
    for (leaf, signer, words) in [
        (
            Leaf { alternative: "DNS:elsewhere.example.com", ..server },
            None,
            "is for elsewhere.example.com: put that name into url",
        ),
        (
            Leaf { alternative: "", common: "127.0.0.1", ..server },
            None,
            "has no name but perhaps its CN, which is not read any more: make it anew with the subjectAltName",
        ),
        (
            server,
            Some(Authority::new("Stranger")),
            "is of an authority that is not believed: name the authority's certificate as ca_file",
        ),
        (server, Some(Authority::new("Puppet CA")), "is of an authority that is not believed"),
        (Leaf { valid: Valid::Past, ..server }, None, "has expired: renew it, or set this host's clock"),
        (Leaf { valid: Valid::Future, ..server }, None, "is not valid yet: set this host's clock"),
        (Leaf { form: Form::V1, ..server }, None, "is refused"),
    ] {
        let identity = signer.as_ref().unwrap_or(&authority).issue(leaf);
        let standin = foreman(&identity, &ClientCertificates::Ignored);
        let client = agent(&standin.url(), &authority, &authority);
        let said = client.report_now().ended(4);
        told_in_one_line(&said, &format!("the certificate of 127.0.0.1 {words}"));
        client.waits(1);
        assert_eq!(standin.store().arrivals.len(), 0, "{words}");
    }
}

fn told_in_one_line(said: &Said, words: &str) {
    assert!(said.err.contains(words), "{} instead of {words}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
}

#[test]
fn a_server_that_wants_a_certificate_says_so() {
    let authority = Authority::new("Puppet CA");
    let clients = ClientCertificates::Required(authority.certificate.clone());
    let standin = foreman(&authority.issue(Leaf::SERVER), &clients);
    let client = agent(&standin.url(), &authority, &authority);
    client.root.write("etc/standfast/token", b"token\n");
    client.mode("etc/standfast/token", 0o600);
    let client = client.with(&["--user", "reporter", "--password-file", "/etc/standfast/token"]);
    told_in_one_line(
        &client.report_now().ended(4),
        "127.0.0.1 wants a certificate of this host: set certificate_file",
    );
    let stranger = agent(&standin.url(), &authority, &Authority::new("Stranger"));
    told_in_one_line(
        &stranger.report_now().ended(4),
        "127.0.0.1 does not believe the certificate of this host",
    );
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

/// A port whose server answers one connection with these bytes.
fn answering(bytes: &'static [u8]) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(bytes).unwrap();
        // Until the client has gone: a close with bytes unread would reset the connection.
        let _ = stream.read(&mut [0; 4096]);
    });
    (url, thread)
}

#[test]
fn a_port_without_tls_and_old_tls_are_told_apart_from_a_server_that_is_away() {
    let authority = Authority::new("Puppet CA");
    for (bytes, words) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"[..],
            "what 127.0.0.1 speaks is not TLS: is the port of the url",
        ),
        // The alerts protocol_version and handshake_failure.
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            "127.0.0.1 speaks only TLS 1.1 or older: let it speak TLS 1.2 or 1.3",
        ),
        (b"\x15\x03\x01\x00\x02\x02\x28", "127.0.0.1 ends the handshake: it speaks only old TLS"),
    ] {
        let (url, server) = answering(bytes);
        told_in_one_line(&agent(&url, &authority, &authority).report_now().ended(4), words);
        server.join().unwrap();
    }
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
