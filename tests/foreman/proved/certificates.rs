//! The certificates that the stand-in can show, judged by a client that is as strict as rustls.

use std::io;

use super::authority;
use crate::raw::{Answer, Ask};
use crate::standin::der::Names;
use crate::standin::pki::{Authority, Form, Identity, Key, Leaf, Valid};
use crate::standin::settings::Settings;
use crate::standin::tls::ClientCertificates;
use crate::standin::{Service, Standin};

fn ping(identity: &Identity, clients: &ClientCertificates, client: Option<&Identity>) -> io::Result<Answer> {
    let foreman = Standin::tls(Service::Foreman, Settings::default(), identity, clients);
    Ask::get("/api/v2/ping").over_tls(&foreman, &authority().certificate, client)
}

#[test]
fn only_what_is_wrong_with_a_certificate_is_refused() {
    let other = Authority::new("Puppet CA: puppet.example.com");
    for (what, identity, words) in [
        ("good", authority().issue(Leaf::SERVER), None),
        ("RSA", authority().issue(Leaf { key: Key::Rsa, ..Leaf::SERVER }), None),
        ("unknown CA", other.issue(Leaf::SERVER), Some("BadSignature")),
        ("stranger", Authority::new("Else").issue(Leaf::SERVER), Some("UnknownIssuer")),
        (
            "wrong name",
            authority().issue(Leaf { alternative: "DNS:elsewhere", ..Leaf::SERVER }),
            Some("not valid for"),
        ),
        ("expired", authority().issue(Leaf { valid: Valid::Past, ..Leaf::SERVER }), Some("expired")),
        (
            "not yet valid",
            authority().issue(Leaf { valid: Valid::Future, ..Leaf::SERVER }),
            Some("not valid yet"),
        ),
        (
            "CN only",
            authority().issue(Leaf { common: "localhost", alternative: "", ..Leaf::SERVER }),
            Some("not valid for"),
        ),
        (
            "X.509 v1",
            authority().issue(Leaf { form: Form::V1, ..Leaf::SERVER }),
            Some("UnsupportedCertVersion"),
        ),
    ] {
        let answer = ping(&identity, &ClientCertificates::Ignored, None);
        match words {
            None => drop(answer.expect(what).is(200)),
            Some(words) => {
                let error = answer.expect_err(what).to_string();
                assert!(error.contains(words), "{what}: {error}");
            }
        }
    }
}

#[test]
fn a_client_certificate_can_be_demanded() {
    let identity = authority().issue(Leaf::SERVER);
    let required = ClientCertificates::Required(authority().certificate.clone());
    let ours = authority().issue(Leaf { key: Key::Rsa, ..Leaf::node("web") });
    let foreign = Authority::new("Puppet CA: elsewhere").issue(Leaf::node("web"));
    ping(&identity, &required, Some(&ours)).expect("ours").is(200);
    let error = ping(&identity, &required, None).expect_err("none").to_string();
    assert!(error.contains("CertificateRequired"), "{error}");
    let error = ping(&identity, &required, Some(&foreign)).expect_err("foreign").to_string();
    assert!(error.contains("UnknownCA") || error.contains("BadCertificate"), "{error}");
}

#[test]
fn the_names_of_a_certificate_are_read() {
    let names = |leaf| Names::of(&authority().issue(leaf).der().0).expect("names");
    let server = names(Leaf::SERVER);
    assert_eq!(
        (server.common.as_str(), server.alternative),
        ("foreman.example.com", vec!["foreman.example.com".to_owned(), "localhost".to_owned()])
    );
    for form in [Form::V1, Form::V3] {
        let node = names(Leaf { form, ..Leaf::node("web") });
        assert_eq!((node.common.as_str(), node.alternative.len()), ("web", 0));
    }
}
