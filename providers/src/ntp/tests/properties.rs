//! What holds of every file: it keeps its bytes, what is planned closes all doors and no others, and taking ours away
//! restores it.

use std::net::IpAddr;
use std::path::Path;

use proptest::prelude::{Strategy, any, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};
use standfast_facts::machine::Machine;

use super::super::Ntp;
use super::super::address::Network;
use super::super::chrony::syntax::ChronySyntax;
use super::super::entry::{Ensure, Networks, NtpMonlist};
use super::super::openntpd::OpenntpdSyntax;
use super::super::reading::Said;
use super::super::semantics::{Answers, Port, verdict};
use super::super::syntax::NtpSyntax;
use super::tree::Tree;
use super::{hand, new, ntpsec, old};
use crate::compose::compose;
use crate::document::Document;
use crate::provider::{Detail, Plan, Provider};

/// Lines of every kind, whole and broken.
fn line() -> impl Strategy<Value = String> {
    let flags = prop::sample::subsequence(
        vec![
            "kod",
            "noquery",
            "limited",
            "nomodify",
            "ignore",
            "ntpport",
            "nomrulist",
            "noserve",
            "bogus",
            "noquery,",
        ],
        0..4,
    );
    let whom = prop::sample::select(vec![
        "default",
        "-4 default",
        "-6 default",
        "10.0.0.0 mask 255.0.0.0",
        "10.9.0.0 mask 255.255.0.0",
        "10.9.1.1",
        "10.9.0.0/16",
        "2001:db8:: mask ffff:ffff::",
        "0.0.0.0 mask 0.0.0.0",
        ":: mask ::",
        "127.0.0.1",
        "::1",
        "0.0.0.0 mask 128.0.0.0",
        "source",
        "a.example",
        "10.0.0.1 mask 255.0.0.255",
        "DEFAULT",
        "0.0.0.0",
    ]);
    let restrict = (prop::sample::select(vec!["restrict", "unrestrict"]), whom, flags)
        .prop_map(|(verb, whom, flags)| format!("{verb} {whom} {}", flags.join(" ")));
    let other = prop::sample::select(vec![
        "",
        "# a comment",
        "disable monitor",
        "enable monitor",
        "enable mode7",
        "server a.example iburst",
        "end",
        "includefile /etc/more",
        "includefile /etc/more junk",
        "interface listen eth0",
        "interface ignore ipv6",
        "pool \"b",
        "\0",
        "restrict default noquery # standfast",
        "restrict 10.9.0.0 mask 255.255.0.0 # standfast",
        "allow",
        "cmdallow 10.0.0.0/8",
        "bindcmdaddress ::",
    ]);
    prop_oneof![3 => restrict, 2 => other.prop_map(str::to_owned)]
}

fn text() -> impl Strategy<Value = String> {
    (prop::collection::vec(line(), 0..8), any::<bool>())
        .prop_map(|(lines, ended)| lines.join("\n") + if ended && !lines.is_empty() { "\n" } else { "" })
}

/// A tree of files of one daemon.
fn tree(kind: usize, main: &str, more: &str) -> Tree {
    let (path, version) = match kind {
        0 => ("/etc/ntp.conf", "ID=rhel\nVERSION_ID=5\n"),
        1 => ("/etc/ntp.conf", "ID=rhel\nVERSION_ID=6\n"),
        2 => ("/etc/ntp.conf", "ID=debian\nVERSION_ID=11\n"),
        3 => ("/etc/ntpsec/ntp.conf", "ID=debian\nVERSION_ID=12\n"),
        _ => ("/etc/chrony/chrony.conf", "ID=debian\nVERSION_ID=12\n"),
    };
    Tree::of(&[("/etc/os-release", version), (path, main), ("/etc/more", more)])
}

fn files(tree: &Tree) -> Vec<String> {
    [
        "/etc/ntp.conf",
        "/etc/ntpsec/ntp.conf",
        "/etc/chrony/chrony.conf",
        "/etc/more",
        "/etc/ntpsec/ntp.d/00-standfast.conf",
    ]
    .into_iter()
    .filter(|path| tree.path(path).exists())
    .map(|path| format!("{path}\n{}", tree.text(path)))
    .collect()
}

/// Plans, and writes what is planned.
fn apply(tree: &Tree, desired: &NtpMonlist) -> Plan {
    let root = tree.root();
    let machine = Machine::new(&root);
    let ntp = Ntp::observe(&machine).unwrap();
    let plan = ntp.plan(&[desired], Detail::All).remove(0).unwrap();
    if plan.blocked.is_none() {
        for edit in compose(&ntp, [&plan]) {
            let path = edit.path.to_str().unwrap().to_owned();
            match edit.after {
                Some(bytes) => tree.file(&path, &bytes),
                None => tree.remove(&path),
            }
        }
    }
    plan
}

/// What this host and permitted networks get.
fn permitted(tree: &Tree) -> Vec<Answers> {
    let root = tree.root();
    let machine = Machine::new(&root);
    let ntp = Ntp::observe(&machine).unwrap();
    let mut answers = Vec::new();
    for (_, said) in ntp.state.services.iter().flat_map(|service| &service.readings) {
        let Said::Ntpd(_, configuration) = said else { continue };
        for source in ["127.0.0.1", "::1", "10.9.1.1", "10.9.200.1", "2001:db8:1::1"] {
            for port in [Port::Ntp, Port::Other] {
                answers.push(verdict(configuration, source.parse::<IpAddr>().unwrap(), port).answers);
            }
        }
    }
    answers
}

proptest! {
    #[test]
    fn every_byte_of_every_file_is_kept_in_every_dialect(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        for rules in [hand(), old(), new(), ntpsec()] {
            let document = Document::parse(&NtpSyntax { rules: &rules }, bytes.clone());
            prop_assert_eq!(document.to_bytes(), bytes.clone());
        }
        prop_assert_eq!(Document::parse(&ChronySyntax, bytes.clone()).to_bytes(), bytes.clone());
        prop_assert_eq!(Document::parse(&OpenntpdSyntax, bytes.clone()).to_bytes(), bytes);
    }

    #[test]
    fn every_line_of_a_real_kind_is_kept_too(text in text()) {
        for rules in [hand(), old(), new(), ntpsec()] {
            let document = Document::parse(&NtpSyntax { rules: &rules }, text.clone().into_bytes());
            prop_assert_eq!(document.to_bytes(), text.as_bytes());
            // What is rejected lies within its line.
            for (index, chunk) in document.chunks().iter().enumerate() {
                if let Some(rejected) = chunk.entry.as_ref().and_then(|statement| statement.rejected.as_ref()) {
                    prop_assert!(document.text(index).get(rejected.at.clone()).is_some());
                }
            }
        }
    }

    #[test]
    fn what_is_planned_closes_all_doors_keeps_permitted_ones_and_can_be_taken_back(
        kind in 0_usize..5,
        main in text(),
        more in text(),
    ) {
        let tree = tree(kind, &main, &more);
        // An entry whose mask has gaps may lie across a permitted network, which then gets one of its own.
        let has = |text: &str| main.contains(text) || more.contains(text);
        // Behind a NUL NTPsec reads on when there is a file in ntp.d, ours among them.
        if has("255.0.0.255") || kind == 3 && has("\0") {
            return Ok(());
        }
        let allow = ["10.9.0.0/16", "2001:db8::/32"].map(|text| Network::parse(text).unwrap());
        let disabled = NtpMonlist { ensure: Ensure::Disabled, allow: Some(Networks(allow.to_vec())), target: None };
        let absent = NtpMonlist { ensure: Ensure::Absent, ..disabled.clone() };
        apply(&tree, &absent);
        let (before, permitted_before) = (files(&tree), permitted(&tree));
        let first = apply(&tree, &disabled);
        if first.blocked.is_some() {
            prop_assert_eq!(files(&tree), before);
            return Ok(());
        }
        let after = files(&tree);
        let second = apply(&tree, &disabled);
        prop_assert!(second.drift.is_empty() && second.edits.is_empty(), "{:?}\n{:?}", second.drift, after);
        for (was, is) in permitted_before.iter().zip(permitted(&tree)) {
            prop_assert_eq!((was.mode6, was.mode7, was.time), (is.mode6, is.mode7, is.time), "{:?}", after);
        }
        apply(&tree, &absent);
        prop_assert_eq!(files(&tree), before);
    }
}

#[test]
fn a_hundred_thousand_lines_are_planned_in_one_go() {
    use std::fmt::Write as _;
    let mut text = String::from("restrict default noquery\n");
    for number in 0..100_000_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        writeln!(text, "restrict 10.{a}.{b}.{c} nomodify # why").unwrap();
    }
    let tree = tree(2, &text, "");
    let all = NtpMonlist { ensure: Ensure::Disabled, allow: None, target: None };
    let root = tree.root();
    let machine = Machine::new(&root);
    let ntp = Ntp::observe(&machine).unwrap();
    let plan = ntp.plan(&[&all], Detail::Drift).remove(0).unwrap();
    assert_eq!((plan.drift.len(), plan.edits.len()), (100_000, 100_000));
    let written = compose(&ntp, [&plan]).remove(0);
    assert_eq!(written.path, Path::new("/etc/ntp.conf"));
    assert!(written.after.unwrap().starts_with(text.as_bytes()));
}
