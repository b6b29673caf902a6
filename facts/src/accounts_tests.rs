//! Look-ups below a test root, and the same questions put to this machine's getent(1).

use std::process::Command;

use super::*;
use crate::testing::TestRoot;

const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/bash\n\
    toor:x:0:0::/root:/bin/sh\n\
    thekiwi:x:1013:1091:Kiwi:/home/thekiwi:/bin/bash\n\
    thekiwi:x:9999:9999:twin::\n\
    broken\n";
const GROUP: &[u8] = b"root:x:0:\nkiwis:x:1091:thekiwi\nsecond:x:1092:thekiwi,root\nagain:x:1092:thekiwi\n";

fn contained() -> TestRoot {
    let mut root = TestRoot::new();
    root.file("/etc/passwd", PASSWD).file("/etc/group", GROUP);
    root
}

#[test]
fn the_first_of_two_entries_counts() {
    let dir = contained();
    let root = dir.open();
    let accounts = Accounts::new(&root);
    assert_eq!(accounts.user_by_name(b"thekiwi").unwrap().unwrap().uid, Uid(1013));
    assert_eq!(accounts.user_by_uid(Uid(0)).unwrap().unwrap().name, b"root");
    assert_eq!(accounts.group_by_gid(Gid(1092)).unwrap().unwrap().name, b"second");
    assert_eq!(accounts.group_by_name(b"kiwis").unwrap().unwrap().members[..], [b"thekiwi"]);
    assert_eq!(accounts.local_users().unwrap().len(), 4);
}

#[test]
fn a_user_is_told_from_others_by_all_names_that_may_be_his() {
    let dir = contained();
    let root = dir.open();
    let accounts = Accounts::new(&root);
    let may_be = |uid: u32, name: &str| accounts.told_apart(Uid(uid)).unwrap().may_be(name.as_bytes());
    assert!(may_be(0, "root") && may_be(0, "toor") && may_be(1013, "thekiwi"));
    assert!(!may_be(0, "thekiwi") && !may_be(1013, "root"));
    assert!(may_be(1013, "nobody-at-all"), "another service may know the name tomorrow");
    // What is said of the host is what the name service says, whoever has the last word.
    let host = Root::host().unwrap();
    let accounts = Accounts::new(&host);
    for user in accounts.local_users().unwrap() {
        let uid = accounts.uid_of(&user.name).unwrap().unwrap();
        assert!(accounts.told_apart(uid).unwrap().may_be(&user.name));
        assert!(uid == Uid(0) || !accounts.told_apart(Uid(0)).unwrap().may_be(&user.name));
    }
}

#[test]
fn names_are_compared_byte_by_byte() {
    let dir = contained();
    let root = dir.open();
    let accounts = Accounts::new(&root);
    for name in [&b"TheKiwi"[..], b"", b"thekiw", b"thekiwi\0", b"\xff"] {
        assert_eq!(accounts.user_by_name(name).unwrap(), None, "{name:?}");
        assert_eq!(accounts.group_by_name(name).unwrap(), None, "{name:?}");
    }
}

#[test]
fn the_primary_group_comes_first_and_none_comes_twice() {
    let dir = contained();
    let root = dir.open();
    let accounts = Accounts::new(&root);
    let kiwi = accounts.user_by_name(b"thekiwi").unwrap().unwrap();
    assert_eq!(accounts.groups_of(&kiwi).unwrap(), [Gid(1091), Gid(1092)]);
    let stranger = Account { name: b"stranger".to_vec(), uid: Uid(5), gid: Gid(1092) };
    assert_eq!(accounts.groups_of(&stranger).unwrap(), [Gid(1092)]);
}

#[test]
fn a_contained_root_knows_only_its_own_files() {
    let dir = TestRoot::new();
    let root = dir.open();
    let accounts = Accounts::new(&root);
    assert_eq!(accounts.user_by_name(b"root").unwrap(), None);
    assert_eq!(accounts.user_by_uid(Uid(0)).unwrap(), None);
    assert!(accounts.local_users().unwrap().is_empty());

    // nsswitch.conf of a foreign system must not make this one ask its own name services.
    let mut dir = contained();
    dir.file("/etc/nsswitch.conf", b"passwd: sss\ngroup: sss\n");
    let root = dir.open();
    assert!(Accounts::new(&root).user_by_name(b"thekiwi").unwrap().is_some());
}

#[test]
fn an_unreadable_file_is_an_error_and_not_an_empty_one() {
    let mut dir = TestRoot::new();
    dir.file("/etc/passwd/oops", b"");
    let root = dir.open();
    let error = Accounts::new(&root).user_by_name(b"root").unwrap_err();
    assert_eq!(error.to_string(), "/etc/passwd: is not a regular file");
}

#[test]
fn a_link_out_of_the_root_stays_inside() {
    let mut dir = TestRoot::new();
    dir.link("/etc/passwd", "/etc/../../../../etc/passwd");
    let root = dir.open();
    assert!(Accounts::new(&root).local_users().is_err());
}

fn getent(arguments: &[&str]) -> String {
    let output = Command::new("getent").args(arguments).output().expect("getent is part of glibc");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_user_of_this_machine_is_the_one_that_getent_prints() {
    let root = Root::host().unwrap();
    let accounts = Accounts::new(&root);
    let mut count = 0;
    for line in getent(&["passwd"]).lines() {
        let fields: Vec<_> = line.split(':').collect();
        let (name, uid, gid) = (fields[0], fields[2].parse().unwrap(), fields[3].parse().unwrap());
        let account = accounts.user_by_name(name.as_bytes()).unwrap().unwrap();
        assert_eq!(account, Account { name: name.into(), uid: Uid(uid), gid: Gid(gid) });
        let by_uid = getent(&["passwd", &uid.to_string()]);
        let first = accounts.user_by_uid(Uid(uid)).unwrap().unwrap();
        assert_eq!(by_uid.split(':').next().unwrap().as_bytes(), first.name);

        let groups = accounts.groups_of(&account).unwrap();
        assert_eq!(groups[0], account.gid);
        let mut groups: Vec<_> = groups.iter().map(|gid| gid.0).collect();
        // id(1) prints what getgrouplist(3) says of the name.
        let output = Command::new("id").args(["-G", name]).output().expect("id is part of coreutils");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut expected: Vec<u32> = text.split_whitespace().map(|gid| gid.parse().unwrap()).collect();
        groups.sort_unstable();
        expected.sort_unstable();
        assert_eq!(groups, expected, "{name}");
        count += 1;
    }
    assert!(count > 5, "this machine has users");
}

#[test]
fn every_group_of_this_machine_is_the_one_that_getent_prints() {
    let root = Root::host().unwrap();
    let accounts = Accounts::new(&root);
    for line in getent(&["group"]).lines() {
        let fields: Vec<_> = line.split(':').collect();
        let members = fields[3].split(',').filter(|name| !name.is_empty());
        let expected = Group {
            name: fields[0].into(),
            gid: Gid(fields[2].parse().unwrap()),
            members: members.map(|name| name.as_bytes().to_vec()).collect(),
        };
        assert_eq!(accounts.group_by_name(fields[0].as_bytes()).unwrap(), Some(expected));
    }
}

#[test]
fn what_getent_does_not_find_is_not_there() {
    let root = Root::host().unwrap();
    let accounts = Accounts::new(&root);
    for name in ["no-such-user", "1013", "", "a:b", "é", "root\0", "ROOT"] {
        assert_eq!(accounts.user_by_name(name.as_bytes()).unwrap(), None, "{name:?}");
        assert_eq!(accounts.group_by_name(name.as_bytes()).unwrap(), None, "{name:?}");
    }
    assert_eq!(accounts.user_by_name(b"\xff").unwrap(), None);
    assert_eq!(accounts.user_by_uid(Uid(4_242_424)).unwrap(), None);
    assert_eq!(accounts.group_by_gid(Gid(4_242_424)).unwrap(), None);
}
