//! Encrypted forwards: they reach a server with a good certificate, and no other.

use std::time::Duration;

use super::certificates::{self, SERVER};
use super::rig::{Rig, kill, row};

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

/// A machine that should forward to the server by its name.
fn rig(attributes: &str) -> Rig {
    let rig = Rig::new();
    certificates::make(&rig);
    let output =
        rig.apply(&format!("target = {SERVER}\ntls = on\nca_file = /etc/certificates/ca.pem\n{attributes}"));
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    rig
}

/// Bad servers get nothing, and then the good one gets all that waited: it is the proof that the others were asked.
fn only_the_good_server_gets_them(attributes: &str) {
    let rig = rig(attributes);
    let sender = rig.start_sender();
    for bad in ["expired", "foreign", "wrongname"] {
        rig.host.write("/etc/receiver.conf", receiver("tcp", bad));
        let receiver = rig.start_receiver_with("/etc/receiver.conf", 6514);
        rig.send(20);
        // Longer than the interval after which it tries again.
        let came = rig.wait_until(Duration::from_secs(7), || !rig.count("/var/log/central").0.is_empty());
        assert!(!came, "a server with the certificate `{bad}` got messages");
        kill(receiver);
    }
    rig.host.write("/etc/receiver.conf", receiver("tcp", "good"));
    let receiver = rig.start_receiver_with("/etc/receiver.conf", 6514);
    rig.send(20);
    rig.settle(Duration::from_secs(30));
    let fate = row("three bad servers, then a good one", attributes, rig.fate());
    // The batch of the first attempt may be gone: TCP has no answer that tells what was taken.
    assert!(fate.sent == 80 && fate.lost == 0, "{fate:?}\n{}", sender.log());
    kill(sender);
    kill(receiver);
}

#[test]
fn gnutls_sends_to_the_server_that_the_authority_knows_by_that_name() {
    only_the_good_server_gets_them("tls_driver = gtls");
}

#[test]
fn openssl_sends_to_the_server_that_the_authority_knows_by_that_name() {
    only_the_good_server_gets_them("tls_driver = ossl");
}

/// Before 8.2606 RELP gives up at a bad certificate until rsyslogd is started anew, and drops what comes. On a busy
/// machine it then does not end at SIGTERM either: its queue's thread asks for the next attempt for ever, and what
/// started it has to kill it, as systemd does after 90 s.
#[test]
fn relp_sends_to_the_server_that_the_authority_knows_by_that_name() {
    for bad in ["expired", "foreign", "wrongname"] {
        let rig = rig(
            "protocol = relp\ncert_file = /etc/certificates/client.pem\nkey_file = /etc/certificates/client.key",
        );
        rig.host.write("/etc/receiver.conf", receiver("relp", bad));
        let bad_receiver = rig.start_receiver_with("/etc/receiver.conf", 20514);
        let sender = rig.start_sender();
        rig.send(20);
        sender.wait_for_log("DISABLING action");
        rig.send(20);
        assert!(
            rig.count("/var/log/central").0.is_empty(),
            "a server with the certificate `{bad}` got messages"
        );
        kill(bad_receiver);
        kill(sender);
        rig.host.run(&["rm", "-f", "/run/sender.pid", "/dev/log"]);
        rig.host.write("/etc/receiver.conf", receiver("relp", "good"));
        let receiver = rig.start_receiver_with("/etc/receiver.conf", 20514);
        let sender = rig.start_sender();
        rig.send(20);
        rig.settle(Duration::from_secs(3));
        let fate = row(&format!("a server that is {bad}, restart"), "relp with TLS", rig.fate());
        // What comes after it has given up is dropped, whatever its queue.
        assert!(fate.lost <= 40, "{fate:?}\n{}", sender.log());
        kill(sender);
        kill(receiver);
    }
}
