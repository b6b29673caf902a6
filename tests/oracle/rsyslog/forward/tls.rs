//! Encrypted forwards: they reach a server with a good certificate, and no other.

use std::time::Duration;

use super::certificates::{self, SERVER};
use super::rig::{Rig, kill};

/// A receiver with one of the certificates. It takes clients without one.
fn receiver(protocol: &str, certificate: &str) -> String {
    let file = |ending| format!("/etc/certificates/{certificate}.{ending}");
    let (ca, cert, key) = ("/etc/certificates/ca.pem", file("pem"), file("key"));
    let input = if protocol == "relp" {
        format!(
            "module(load=\"imrelp\")\ninput(type=\"imrelp\" port=\"20514\" tls=\"on\" tls.caCert=\"{ca}\" \
             tls.myCert=\"{cert}\" tls.myPrivKey=\"{key}\" tls.authMode=\"certvalid\")\n"
        )
    } else {
        format!(
            "global(defaultNetstreamDriver=\"gtls\" defaultNetstreamDriverCAFile=\"{ca}\" \
             defaultNetstreamDriverCertFile=\"{cert}\" defaultNetstreamDriverKeyFile=\"{key}\")\n\
             module(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\" streamDriver.authMode=\"anon\")\n\
             input(type=\"imtcp\" port=\"6514\")\n"
        )
    };
    format!("{input}action(type=\"omfile\" file=\"/var/log/central\" template=\"RSYSLOG_FileFormat\")\n")
}

/// Bad servers get nothing, and then the good one gets all that waited.
fn only_the_good_server_gets_them(protocol: &str, attributes: &str) {
    let rig = Rig::new();
    certificates::make(&rig);
    let output =
        rig.apply(&format!("target = {SERVER}\ntls = on\nca_file = /etc/certificates/ca.pem\n{attributes}"));
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    let port = if protocol == "relp" { 20514 } else { 6514 };
    let sender = rig.start_sender();
    for bad in ["expired", "foreign", "wrongname"] {
        rig.host.write("/etc/receiver.conf", receiver(protocol, bad));
        let receiver = rig.start_receiver_with("/etc/receiver.conf", port);
        let said = sender.log().len();
        rig.send(20);
        let tried = rig.wait_until(Duration::from_secs(30), || {
            let log = sender.log();
            let new = log.get(said..).unwrap_or_default().to_lowercase();
            ["certificate", "peer", "tls"].iter().any(|word| new.contains(word))
        });
        assert!(tried, "{bad}: the sender says nothing of the certificate\n{}", sender.log());
        let (seen, _) = rig.count("/var/log/central");
        assert!(
            seen.is_empty(),
            "{protocol}: a server with the certificate `{bad}` got {} messages",
            seen.len()
        );
        kill(receiver);
    }
    rig.host.write("/etc/receiver.conf", receiver(protocol, "good"));
    let receiver = rig.start_receiver_with("/etc/receiver.conf", port);
    rig.send(20);
    rig.settle(Duration::from_secs(20));
    let fate = rig.fate();
    assert_eq!((fate.sent, fate.lost), (80, 0), "{protocol}\n{}", sender.log());
    kill(sender);
    kill(receiver);
}

#[test]
fn gnutls_sends_to_the_server_that_the_authority_knows_by_that_name() {
    only_the_good_server_gets_them("tcp", "");
}

#[test]
fn openssl_sends_to_the_server_that_the_authority_knows_by_that_name() {
    only_the_good_server_gets_them("tcp", "tls_driver = ossl");
}

#[test]
fn relp_sends_to_the_server_that_the_authority_knows_by_that_name() {
    only_the_good_server_gets_them(
        "relp",
        "protocol = relp\ncert_file = /etc/certificates/client.pem\nkey_file = /etc/certificates/client.key",
    );
}
