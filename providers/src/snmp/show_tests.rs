//! Tests of what lines are shown as.

use super::{show, show_line};
use crate::edit::Labels;
use crate::fingerprint::Fingerprints;

fn shown(line: &str) -> String {
    show(line.as_bytes(), &mut Labels::default())
}

#[test]
fn communities_are_numbered_wherever_they_stand() {
    let text = "rocommunity  s3cret 10.0.0.0/8 -V sys # standfast: nagios\nrwcommunity 't0p s3cret' default\n\
                com2sec -Cn ctx sec default s3cret\ntrapsink 10.0.0.1 s3cret 162\nauthcommunity log,read s3cret\n\
                rocommunity6 -v 2c s3cret\ntrapcommunity s3cret\n[snmp] defCommunity s3cret\n";
    let expected = "rocommunity  <community 1> 10.0.0.0/8 -V sys # standfast: nagios\nrwcommunity <community 2> default\n\
                com2sec -Cn ctx sec default <community 1>\ntrapsink 10.0.0.1 <community 1> 162\n\
                authcommunity log,read <community 1>\nrocommunity6 -v 2c <community 1>\n\
                trapcommunity <community 1>\n[snmp] defCommunity <community 1>\n";
    assert_eq!(shown(text), expected);
}

#[test]
fn a_directive_that_is_commented_out_keeps_its_secret() {
    assert_eq!(
        shown("#rocommunity s3cret default"),
        "#<community 1>".replace("<", "rocommunity <") + " default"
    );
    assert_eq!(shown("## com2sec u default s3cret"), "## com2sec u default <community 1>");
    assert_eq!(shown("# was: rocommunity s3cret until May"), "# was: …");
    assert_eq!(shown("# the community is s3cret for now"), "# the …");
    assert_eq!(shown("# s3cret"), "# …");
    assert_eq!(shown("# who answers what to whom"), "# who answers what to whom");
    assert_eq!(shown("rocommunity a default # or s3cret"), "rocommunity <community 1> default # …");
}

#[test]
fn of_a_line_that_is_no_directive_nothing_is_shown_but_what_it_was_meant_to_be() {
    assert_eq!(shown("rocomunity s3cret"), "rocomunity …");
    assert_eq!(shown("s3cret"), "…");
    assert_eq!(shown("s3cret 10.0.0.1"), "…");
    assert_eq!(shown("rocommunity=s3cret"), "…");
    assert_eq!(shown("\u{feff}rocommunity s3cret"), "\\u{feff}rocommunity <community 1>");
    assert_eq!(shown("rocommunity pub\0s3cret"), "rocommunity <community 1>\\x00…");
    assert_eq!(shown("[s3cret"), "…");
}

#[test]
fn a_second_word_that_is_no_source_may_be_the_secret() {
    assert_eq!(shown("rwcommunity ops S3cret!"), "rwcommunity <community 1> …");
    assert_eq!(shown("rwcommunity ops S3cret"), "rwcommunity <community 1> …");
    assert_eq!(shown("rouser ops S3cretpass"), "rouser ops …");
    assert_eq!(shown("rouser ops priv -V sys"), "rouser ops priv -V sys");
    assert_eq!(
        shown("rocommunity a 10.0.0.1 .1.3 ctx s3cret"),
        "rocommunity <community 1> 10.0.0.1 .1.3 ctx …"
    );
}

#[test]
fn passphrases_and_keys_of_users_are_hidden() {
    assert_eq!(
        shown("createUser -M -e 0x80 mon SHA-256 \"auth pass\" AES privpass"),
        "createUser -M -e 0x80 mon SHA-256 <passphrase 1> AES <passphrase 2>"
    );
    assert_eq!(shown("createUser mon s3cretpass"), "createUser mon …");
    let saved =
        "usmUser 1 3 0x80001f88 \"mon\" \"mon\" NULL .1.3.6.1.6.3.10.1.1.3 0xdeadbeef .1.3 0xcafe \"\"";
    assert_eq!(shown(saved), "usmUser 1 3 0x80001f88 \"mon\" \"mon\" …");
    assert_eq!(shown("defAuthPassphrase s3cret"), "defAuthPassphrase <passphrase 1>");
    assert_eq!(shown("smuxpeer .1.3.6.1 s3cret"), "smuxpeer .1.3.6.1 <passphrase 1>");
}

#[test]
fn arguments_of_tools_hide_what_is_not_known_to_be_harmless() {
    assert_eq!(
        shown("proxy -Cn ctx -v 2c -c s3cret 10.0.0.1 .1.3.6.1"),
        "proxy -Cn ctx -v 2c -c <community 1> 10.0.0.1 .1.3.6.1"
    );
    assert_eq!(
        shown("trapsess -v3 -u mon -l authPriv -A authpass1 -Xprivpass1 -3m 0xdead 10.0.0.1:162"),
        "trapsess -v3 -u mon -l authPriv -A <passphrase 1> -X<passphrase 2> … … 10.0.0.1:162"
    );
    assert_eq!(shown("extend test /bin/check --password s3cret"), "extend test /bin/check …");
    assert_eq!(shown("proxy -v 2c -c #s3 cret and more words"), "proxy -v 2c -c …", "a comment to snmpd");
}

#[test]
fn evidence_tells_communities_apart_by_fingerprints() {
    let keyed = Fingerprints::with_key([7; 32]);
    let expected = format!("rocommunity <community {}>", keyed.of(b"s3cret").unwrap());
    assert_eq!(show_line(b"rocommunity s3cret", &keyed).as_str(), expected);
}

#[test]
fn an_escape_sequence_is_written_out() {
    assert_eq!(shown("syslocation a\x1b[2J"), "syslocation a\\x1b[2J");
}

#[test]
fn a_community_has_one_fingerprint_however_it_is_written() {
    let keyed = Fingerprints::with_key([7; 32]);
    let expected = format!("<community {}>", keyed.of(b"o'k\\").unwrap());
    for line in [
        r#"rocommunity "o\\'k\\\\""#,
        r"rocommunity o\\'k\\\\",
        r"com2sec u default o'k\\",
        r"com2sec u default 'o\'k\\'",
    ] {
        assert!(show_line(line.as_bytes(), &keyed).as_str().ends_with(&expected), "{line}");
    }
}
