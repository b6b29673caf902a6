//! The plan on whole trees of files: what it says, what it would write, and that it is then in sync.

use std::collections::BTreeMap;
use std::path::PathBuf;

use standfast_facts::machine::Machine;

use super::super::Ntp;
use super::super::address::Network;
use super::super::entry::{Ensure, Networks, NtpMonlist};
use super::tree::Tree;
use crate::compose::compose;
use crate::provider::{Detail, Plan, Provider};

pub(super) fn desired(ensure: Ensure, allow: &[&str]) -> NtpMonlist {
    let allow: Vec<_> = allow.iter().map(|text| Network::parse(text).unwrap()).collect();
    NtpMonlist { ensure, allow: (!allow.is_empty()).then_some(Networks(allow)), target: None }
}

pub(super) fn planned(tree: &Tree, desired: &NtpMonlist) -> (Plan, BTreeMap<PathBuf, Option<Vec<u8>>>) {
    let root = tree.root();
    let machine = Machine::new(&root);
    let ntp = Ntp::observe(&machine).unwrap();
    let plan = ntp.plan(&[desired], Detail::All).remove(0).unwrap();
    let edits = compose(&ntp, [&plan]).into_iter().map(|edit| (edit.path, edit.after)).collect();
    (plan, edits)
}

/// Writes what the plan wants; says which files it changed.
fn apply(tree: &Tree, desired: &NtpMonlist) -> Vec<String> {
    let (plan, edits) = planned(tree, desired);
    assert_eq!(plan.blocked, None);
    let mut changed = Vec::new();
    for (path, after) in edits {
        let path = path.to_str().unwrap().to_owned();
        match after {
            Some(bytes) => tree.file(&path, &bytes),
            None => tree.remove(&path),
        }
        changed.push(path);
    }
    let (plan, _) = planned(tree, desired);
    assert!(plan.drift.is_empty() && plan.edits.is_empty(), "{:?}", plan.drift);
    changed
}

/// Applies, checks what a file then holds, and that taking ours away restores all files.
pub(super) fn closes(files: &[(&str, &str)], allow: &[&str], expected: &[(&str, &str)]) {
    let tree = Tree::of(files);
    let changed = apply(&tree, &desired(Ensure::Disabled, allow));
    assert_eq!(changed, expected.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    for (path, text) in expected {
        assert_eq!(tree.text(path), *text, "{path}");
    }
    apply(&tree, &desired(Ensure::Absent, &[]));
    for (path, text) in files {
        assert_eq!(tree.text(path), *text, "{path} is not what it was");
    }
    for (path, _) in expected.iter().filter(|(path, _)| files.iter().all(|(other, _)| other != path)) {
        assert!(!tree.path(path).exists(), "{path} is left behind");
    }
}

fn reasons(files: &[(&str, &str)]) -> Vec<String> {
    let (plan, _) = planned(&Tree::of(files), &desired(Ensure::Disabled, &[]));
    plan.drift.iter().map(|drift| drift.reason.to_string()).collect()
}

fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    let (plan, _) = planned(&Tree::of(files), &desired(Ensure::Disabled, &[]));
    plan.findings.iter().map(|finding| finding.code).collect()
}

const RHEL_6: (&str, &str) = ("/etc/os-release", "ID=rhel\nVERSION_ID=6.10\n");
const RHEL_5: (&str, &str) = ("/etc/os-release", "ID=rhel\nVERSION_ID=5.11\n");
pub(super) const DEBIAN_11: (&str, &str) = ("/etc/os-release", "ID=debian\nVERSION_ID=11\n");
const DEBIAN_12: (&str, &str) = ("/etc/os-release", "ID=debian\nVERSION_ID=12\n");

#[test]
fn a_default_entry_without_noquery_gets_it_in_both_families_at_the_end_of_the_file() {
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", "# c\nrestrict default kod\nrestrict 127.0.0.1\nrestrict ::1\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "# c\nrestrict default kod\nrestrict 127.0.0.1\nrestrict ::1\nrestrict default noquery # standfast\n",
        )],
    );
}

#[test]
fn with_monlist_monitoring_is_disabled_too_unless_limited_undoes_it() {
    closes(
        &[RHEL_6, ("/etc/ntp.conf", "restrict 127.0.0.1\nrestrict ::1\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict 127.0.0.1\nrestrict ::1\ndisable monitor # standfast\nrestrict default noquery # standfast\n",
        )],
    );
    closes(
        &[RHEL_6, ("/etc/ntp.conf", "restrict 127.0.0.1 limited\nrestrict ::1\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict 127.0.0.1 limited\nrestrict ::1\nrestrict default noquery # standfast\n",
        )],
    );
}

#[test]
fn this_host_can_still_ask_where_it_could_only_by_the_default_entry() {
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", "restrict default kod nomodify\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict default kod nomodify\nrestrict default noquery # standfast\n\
             restrict 127.0.0.1 kod nomodify # standfast\nrestrict ::1 kod nomodify # standfast\n",
        )],
    );
}

#[test]
fn permitted_networks_that_can_ask_still_can_and_none_is_opened() {
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", "restrict default nomodify\nrestrict 127.0.0.1\nrestrict ::1\n")],
        &["10.9.0.0/16", "2001:db8::/32"],
        &[(
            "/etc/ntp.conf",
            "restrict default nomodify\nrestrict 127.0.0.1\nrestrict ::1\nrestrict default noquery # standfast\n\
             restrict 10.9.0.0 mask 255.255.0.0 nomodify # standfast\n\
             restrict 2001:db8:: mask ffff:ffff:: nomodify # standfast\n",
        )],
    );
    let closed = "restrict default noquery\nrestrict 127.0.0.1\nrestrict ::1\n";
    closes(&[DEBIAN_11, ("/etc/ntp.conf", closed)], &["10.9.0.0/16"], &[]);
}

#[test]
fn before_4_2_6_each_family_gets_a_line_of_its_own() {
    closes(
        &[
            RHEL_5,
            ("/etc/ntp.conf", "restrict default nomodify noquery\nrestrict 127.0.0.1\nrestrict -6 ::1\n"),
        ],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict default nomodify noquery\nrestrict 127.0.0.1\nrestrict -6 ::1\n\
             disable monitor # standfast\nrestrict -6 default noquery # standfast\n",
        )],
    );
}

#[test]
fn entries_that_are_more_specific_get_a_line_each() {
    closes(
        &[
            DEBIAN_11,
            (
                "/etc/ntp.conf",
                "restrict default noquery\nrestrict 10.0.0.0 mask 255.0.0.0 nomodify\nrestrict 192.0.2.7\n\
                 restrict -6 default ntpport kod\nrestrict source nomodify\npool a.example\nrestrict b.example kod\n",
            ),
        ],
        &["10.9.0.0/16"],
        &[(
            "/etc/ntp.conf",
            "restrict default noquery\nrestrict 10.0.0.0 mask 255.0.0.0 nomodify\nrestrict 192.0.2.7\n\
             restrict -6 default ntpport kod\nrestrict source nomodify\npool a.example\nrestrict b.example kod\n\
             restrict 192.0.2.7 noquery # standfast\nrestrict 10.0.0.0 mask 255.0.0.0 noquery # standfast\n\
             restrict -6 default ntpport noquery # standfast\nrestrict source nomodify noquery # standfast\n\
             restrict b.example noquery # standfast\nrestrict ::1 ntpport kod # standfast\n\
             restrict 10.9.0.0 mask 255.255.0.0 nomodify # standfast\n",
        )],
    );
}

#[test]
fn a_last_line_without_a_line_end_keeps_that() {
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", "restrict 127.0.0.1\nrestrict ::1\nrestrict default kod")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict 127.0.0.1\nrestrict ::1\nrestrict default kod\nrestrict default noquery # standfast",
        )],
    );
}

#[test]
fn lines_stand_before_end_behind_which_nothing_is_read() {
    closes(
        &[DEBIAN_11, ("/etc/ntp.conf", "restrict 127.0.0.1\nrestrict ::1\nend\nrestrict default noquery\n")],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict 127.0.0.1\nrestrict ::1\nrestrict default noquery # standfast\nend\nrestrict default noquery\n",
        )],
    );
}

#[test]
fn ntpsec_gets_a_file_of_ours_in_ntp_d_that_is_read_last() {
    closes(
        &[
            DEBIAN_12,
            (
                "/etc/ntpsec/ntp.conf",
                "restrict default kod\nrestrict 127.0.0.1\nrestrict ::1\nunrestrict default noquery\n",
            ),
        ],
        &[],
        &[("/etc/ntpsec/ntp.d/00-standfast.conf", "restrict default noquery # standfast\n")],
    );
}

#[test]
fn where_dhcp_makes_copies_the_lines_go_into_the_file_that_is_copied_and_into_the_copy() {
    let text = "restrict 10.9.0.0/16 nomodify\n";
    let ours = "restrict 10.9.0.0/16 nomodify\nrestrict 10.9.0.0 mask 255.255.0.0 noquery # standfast\n";
    closes(
        &[DEBIAN_12, ("/etc/ntpsec/ntp.conf", text), ("/etc/dhcp/dhclient-exit-hooks.d/ntpsec", "")],
        &[],
        &[("/etc/ntpsec/ntp.conf", ours)],
    );
    closes(
        &[DEBIAN_12, ("/etc/ntpsec/ntp.conf", text), ("/run/ntpsec/ntp.conf.dhcp", text)],
        &[],
        &[("/etc/ntpsec/ntp.conf", ours), ("/run/ntpsec/ntp.conf.dhcp", ours)],
    );
    closes(
        &[
            DEBIAN_12,
            ("/etc/ntpsec/ntp.conf", text),
            ("/run/ntpsec/ntp.conf.dhcp", text),
            ("/etc/default/ntpsec", "IGNORE_DHCP=\"yes\"\n"),
        ],
        &[],
        &[(
            "/etc/ntpsec/ntp.d/00-standfast.conf",
            "restrict 10.9.0.0 mask 255.255.0.0 noquery # standfast\n",
        )],
    );
}

#[test]
fn a_stale_copy_is_judged_by_itself_and_told_of() {
    let files = [
        DEBIAN_12,
        ("/etc/ntpsec/ntp.conf", "restrict default noquery\n"),
        ("/run/ntpsec/ntp.conf.dhcp", "unrestrict default noquery\n"),
    ];
    assert_eq!(
        reasons(&files),
        [
            "/run/ntpsec/ntp.conf.dhcp:1 `unrestrict default noquery` lets everyone query NTPsec ntpd 1.2.2, should it start"
        ]
    );
    assert!(codes(&files).contains(&"stale-dhcp-copy"));
}

#[test]
fn drop_ins_beside_the_original_are_not_read_while_a_copy_is() {
    let files = [
        DEBIAN_12,
        ("/etc/ntpsec/ntp.conf", ""),
        ("/etc/ntpsec/ntp.d/a.conf", "restrict default noquery\n"),
        ("/run/ntpsec/ntp.conf.dhcp", ""),
    ];
    assert!(codes(&files).contains(&"ignored-drop-ins"));
}

#[test]
fn an_unrestrict_that_stands_behind_ours_is_told_and_nothing_is_written() {
    let files = [
        DEBIAN_12,
        ("/etc/ntpsec/ntp.conf", ""),
        ("/etc/ntpsec/ntp.d/!.conf", "unrestrict default noquery\n"),
    ];
    let (plan, _) = planned(&Tree::of(&files), &desired(Ensure::Disabled, &[]));
    let blocked = plan.blocked.unwrap().to_string();
    assert!(
        blocked.contains("/etc/ntpsec/ntp.d/!.conf:1 `unrestrict default noquery` would still let"),
        "{blocked}"
    );
}

#[test]
fn a_line_in_an_included_file_is_found_and_closed_from_the_main_file() {
    closes(
        &[
            DEBIAN_11,
            ("/etc/ntp.conf", "restrict default noquery\nincludefile /etc/ntp/more\n"),
            ("/etc/ntp/more", "restrict 10.0.0.0 mask 255.0.0.0\n"),
        ],
        &[],
        &[(
            "/etc/ntp.conf",
            "restrict default noquery\nincludefile /etc/ntp/more\nrestrict 10.0.0.0 mask 255.0.0.0 noquery # standfast\n",
        )],
    );
}

#[test]
fn the_verdict_names_the_line_that_opens_the_door() {
    let files = [DEBIAN_11, ("/etc/ntp.conf", "# c\nrestrict -4 default kod\nrestrict -6 default noquery\n")];
    assert_eq!(
        reasons(&files),
        [
            "/etc/ntp.conf:2 `restrict -4 default kod` lets everyone over IPv4 query ntpd 4.2.8p15, should it start"
        ]
    );
    assert_eq!(
        reasons(&[DEBIAN_11, ("/etc/ntp.conf", "")]),
        ["no line of /etc/ntp.conf keeps everyone from asking ntpd 4.2.8p15, should it start"]
    );
}

#[test]
fn chrony_gets_a_rule_behind_the_one_that_allows() {
    let open = "bindcmdaddress 0.0.0.0\ncmdallow 10.0.0.0/8\ncmdallow ops.example\n";
    closes(
        &[DEBIAN_11, ("/etc/chrony/chrony.conf", open)],
        &["10.9.0.0/16"],
        &[(
            "/etc/chrony/chrony.conf",
            "bindcmdaddress 0.0.0.0\ncmdallow 10.0.0.0/8\ncmdallow ops.example\n# standfast\ncmddeny 10.0.0.0/8\n\
             # standfast\ncmddeny ops.example\n# standfast\ncmdallow 10.9.0.0/16\n",
        )],
    );
}

#[test]
fn chrony_gets_a_file_of_ours_in_a_confdir_where_that_helps() {
    closes(
        &[
            DEBIAN_11,
            ("/etc/chrony/chrony.conf", "confdir /etc/chrony/conf.d\n"),
            ("/etc/chrony/conf.d/a.conf", "bindcmdaddress ::\ncmdallow all\n"),
        ],
        &[],
        &[("/etc/chrony/conf.d/zz-standfast.conf", "# standfast\ncmddeny ::/0\n")],
    );
    closes(
        &[
            DEBIAN_11,
            ("/etc/chrony/chrony.conf", "confdir /etc/chrony/conf.d\nbindcmdaddress ::\ncmdallow all"),
            ("/etc/chrony/conf.d/README", "x"),
        ],
        &[],
        &[(
            "/etc/chrony/chrony.conf",
            "confdir /etc/chrony/conf.d\nbindcmdaddress ::\ncmdallow all\n# standfast\ncmddeny ::/0",
        )],
    );
}

#[test]
fn a_daemon_that_cannot_be_asked_is_in_sync_and_the_evidence_says_why() {
    for (files, why) in [
        (&[("/etc/systemd/timesyncd.conf", "[Time]\n")][..], "listens on nothing"),
        (&[("/etc/chrony.conf", "pool a.example\nallow\n")], "it takes commands on loopback only"),
        (&[("/etc/chrony.conf", "bindcmdaddress 0.0.0.0\ncmdallow\ncmdport 0\n")], "cmdport is 0"),
        (&[("/etc/openntpd/ntpd.conf", "listen on *\n")], "neither mode 6 nor mode 7"),
        (&[("/etc/ntp.conf", "interface listen 127.0.0.1\n")], "no address but loopback"),
        (&[("/etc/hostname", "x")], "no daemon of time is installed"),
    ] {
        let (plan, _) = planned(&Tree::of(files), &desired(Ensure::Disabled, &[]));
        assert!(plan.drift.is_empty(), "{files:?}");
        assert!(
            plan.evidence.iter().any(|evidence| evidence.reason.as_str().contains(why)),
            "{why}: {:?}",
            plan.evidence
        );
    }
}

#[test]
fn each_of_several_daemons_is_judged() {
    let files =
        [RHEL_6, ("/etc/ntp.conf", ""), ("/etc/chrony.conf", "bindcmdaddress ::\ncmdallow 2001:db8::/32\n")];
    let tree = Tree::of(&files);
    let changed = apply(&tree, &desired(Ensure::Disabled, &[]));
    assert_eq!(changed, ["/etc/chrony.conf", "/etc/ntp.conf"]);
}

#[test]
fn a_target_gets_the_lines_and_one_that_no_daemon_reads_is_refused() {
    let files = [DEBIAN_11, ("/etc/ntp.conf", "includefile /etc/ntp/local\n"), ("/etc/ntp/local", "")];
    let tree = Tree::of(&files);
    let wanted = NtpMonlist { target: Some("/etc/ntp/local".into()), ..desired(Ensure::Disabled, &[]) };
    assert_eq!(apply(&tree, &wanted), ["/etc/ntp/local"]);
    let root = tree.root();
    let machine = Machine::new(&root);
    let wrong =
        NtpMonlist { target: Some("/etc/ntpsec/ntp.d/a.conf".into()), ..desired(Ensure::Disabled, &[]) };
    let error = Ntp::observe(&machine).unwrap().plan(&[&wrong], Detail::All).remove(0).unwrap_err();
    assert!(error.to_string().contains("no daemon of time reads"), "{error}");
}

#[test]
fn what_is_there_already_is_not_written_again() {
    let tree = Tree::of(&[DEBIAN_11, ("/etc/ntp.conf", "restrict 127.0.0.1\nrestrict ::1\n")]);
    apply(&tree, &desired(Ensure::Disabled, &[]));
    let before = tree.text("/etc/ntp.conf");
    tree.file("/etc/ntp.conf", format!("{before}restrict 192.0.2.7\n").as_bytes());
    apply(&tree, &desired(Ensure::Disabled, &[]));
    assert_eq!(
        tree.text("/etc/ntp.conf"),
        format!("{before}restrict 192.0.2.7\nrestrict 192.0.2.7 noquery # standfast\n")
    );
}

#[test]
fn a_line_of_ours_that_opened_a_network_goes_when_that_is_no_longer_permitted() {
    let tree = Tree::of(&[DEBIAN_11, ("/etc/ntp.conf", "restrict 127.0.0.1\nrestrict ::1\n")]);
    apply(&tree, &desired(Ensure::Disabled, &["10.9.0.0/16"]));
    assert!(tree.text("/etc/ntp.conf").contains("restrict 10.9.0.0"));
    apply(&tree, &desired(Ensure::Disabled, &[]));
    assert_eq!(
        tree.text("/etc/ntp.conf"),
        "restrict 127.0.0.1\nrestrict ::1\nrestrict default noquery # standfast\n"
    );
}

#[test]
fn what_is_wrong_beside_the_desired_state_is_told() {
    let of = |text: &str| codes(&[RHEL_6, ("/etc/ntp.conf", text)]);
    assert_eq!(of(""), ["monlist-release", "no-restrict"]);
    for (text, code) in [
        ("restrict default noquery,kod\n", "rejected-line"),
        ("restrict -4 default noquery\n", "missing-ipv6-twin"),
        ("restrict -6 default noquery\n", "missing-ipv4-twin"),
        ("restrict default noquery\nrestrict 10.9.0.0 mask 255.255.0.0\n", "noquery-overridden"),
        ("restrict default noquery\nrestrict 0.0.0.0 mask 128.0.0.0\n", "wide-opening"),
        (
            "restrict default noquery\ndisable monitor\nrestrict 10.0.0.1 noquery limited\n",
            "limited-monitors",
        ),
        ("restrict default noquery\nrestrict a.example noquery\n", "restrict-by-name"),
        ("restrict default noquery\nrestrict 10.0.0.1 mask 255.0.0.255 noquery\n", "mask-with-gaps"),
        ("restrict default noquery\nincludefile /none\n", "include-missing"),
        ("restrict default noquery\nincludefile /etc\n", "include-directory"),
        ("restrict default noquery\nincludefile /etc/ntp.conf\n", "include-too-deep"),
        ("restrict default noquery\nincludefile /etc/os-release x\n", "include-first-line"),
    ] {
        assert!(of(text).contains(&code), "{code}: {:?}", of(text));
    }
    let of = |text: &str| codes(&[DEBIAN_11, ("/etc/ntp.conf", text)]);
    assert_eq!(of("restrict default noquery\nenable mode7\n"), ["mode7-enabled"]);
    assert_eq!(of("restrict default noquery\nrestrict 127.0.0.1\n"), [""; 0]);
    assert_eq!(codes(&[("/etc/chrony.conf", "alow\n")]), ["fatal-line"]);
    assert_eq!(codes(&[("/etc/openntpd/ntpd.conf", "alow\n")]), ["fatal-line"]);
    assert_eq!(codes(&[("/etc/ntp.conf", "restrict default noquery\n")]), ["unknown-release"]);
}

#[test]
fn a_password_is_shown_in_no_finding() {
    let files = [DEBIAN_12, ("/etc/ntpsec/ntp.conf", "crypto pw s3cr3t\n")];
    let (plan, _) = planned(&Tree::of(&files), &desired(Ensure::Disabled, &[]));
    assert!(plan.findings.iter().any(|finding| finding.code == "rejected-line"));
    assert!(!format!("{plan:?}").contains("s3cr3t"));
}

#[test]
fn a_second_resource_is_an_error() {
    let tree = Tree::of(&[DEBIAN_11]);
    let root = tree.root();
    let machine = Machine::new(&root);
    let desired = desired(Ensure::Disabled, &[]);
    let plans = Ntp::observe(&machine).unwrap().plan(&[&desired, &desired], Detail::All);
    assert!(plans[0].is_ok() && plans[1].is_err());
}
