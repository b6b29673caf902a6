//! Lines that tell glibc's reading of passwd and group apart from a naive one.

use super::*;
use crate::table::Table;

fn accounts(text: &[u8]) -> Table<Account> {
    Table::new(text.to_vec())
}

fn groups(text: &[u8]) -> Vec<Group> {
    Table::new(text.to_vec()).entries().collect()
}

/// What `getent passwd` of glibc 2.36 lists, as name, uid and gid.
fn passwd(text: &[u8]) -> Vec<(String, u32, u32)> {
    let name = |account: &Account| String::from_utf8_lossy(&account.name).into_owned();
    accounts(text).entries().map(|a| (name(&a), a.uid.0, a.gid.0)).collect()
}

fn one(name: &str, uid: u32, gid: u32) -> Vec<(String, u32, u32)> {
    vec![(name.to_owned(), uid, gid)]
}

#[test]
fn an_account_needs_its_name_and_both_numbers_and_nothing_more() {
    assert_eq!(passwd(b"kiwi:x:1013:1014:Kiwi:/home/kiwi:/bin/sh\n"), one("kiwi", 1013, 1014));
    assert_eq!(passwd(b"kiwi:x:1013:1014"), one("kiwi", 1013, 1014));
    assert_eq!(passwd(b"kiwi::1013:1014"), one("kiwi", 1013, 1014));
    assert_eq!(passwd(b":x:5:6"), one("", 5, 6));
    for missing in ["kiwi", "kiwi:", "kiwi:x", "kiwi:x:", "kiwi:x:1", "kiwi:x:1:", "kiwi:x::1", ":", "::"] {
        assert_eq!(passwd(missing.as_bytes()), [], "{missing}");
    }
}

#[test]
fn leading_blanks_are_skipped_and_comments_and_compat_lines_are_no_accounts() {
    assert_eq!(passwd(b"\n \t\x0b kiwi:x:1:2\n\n"), one("kiwi", 1, 2));
    assert_eq!(passwd(b"#kiwi:x:1:2\n  # kiwi:x:1:2\n"), []);
    assert_eq!(passwd(b"+kiwi:x:1:2\n-kiwi:x:1:2\n+\n+::::::\n"), []);
    assert!(accounts(b"a:x:1:2\n +\n").has_compat_lines());
    assert!(!accounts(b"a:x:1:2\n# +\n").has_compat_lines());
}

#[test]
fn numbers_are_those_of_strtoul() {
    assert_eq!(passwd(b"a:x: 7:+8:"), one("a", 7, 8));
    assert_eq!(passwd(b"a:x:007:0"), one("a", 7, 0));
    assert_eq!(passwd(b"a:x:4294967295:0"), one("a", u32::MAX, 0));
    assert_eq!(passwd(b"a:x:-18446744073709551609:0"), one("a", 7, 0));
    for bad in ["a:x:0x1:1", "a:x:1 :1", "a:x:1:1\r", "a:x:1:1 ", "a:x:one:1", "a:x:-1:1", "a:x:1:4294967296"]
    {
        assert_eq!(passwd(bad.as_bytes()), [], "{bad}");
    }
}

#[test]
fn a_nul_ends_its_line_and_other_bytes_are_kept() {
    assert_eq!(passwd(b"a:x:1\0:2:3\nb:x:4:5\0junk\n"), one("b", 4, 5));
    let found = accounts(b"caf\xe9:x:1:2\n").by_id(1).unwrap();
    assert_eq!(found.name, b"caf\xe9");
}

#[test]
fn members_lose_leading_blanks_and_empty_names_only() {
    let found = groups(b"g:x:5:a, b,,c ,d:e\nh:x:6\ni:x:7:\n#j:x:8:a\n+k:x:9:a\nl:x\nm:x:+10:a");
    let found: Vec<_> = found
        .iter()
        .map(|g| {
            let members = g.members.iter().map(|m| String::from_utf8_lossy(m)).collect::<Vec<_>>().join("|");
            (String::from_utf8_lossy(&g.name).into_owned(), g.gid.0, members)
        })
        .collect();
    let expected = [("g", 5, "a|b|c |d:e"), ("h", 6, ""), ("i", 7, ""), ("m", 10, "a")];
    assert_eq!(found, expected.map(|(name, gid, members)| (name.to_owned(), gid, members.to_owned())));
}

#[test]
fn initgroups_also_sees_comments_and_compat_lines() {
    let text = b"a:x:1:kiwi\n#b:x:2:kiwi\n+c:x:3:kiwi\n+d:x::kiwi\n e:x:5:kiwi\nf:x:6:kiwi2\ng:x:y:kiwi\n";
    let found: Vec<_> = members(text).filter(|(name, _)| *name == b"kiwi").map(|(_, gid)| gid.0).collect();
    assert_eq!(found, [1, 2, 3, 0, 5]);
}

#[test]
fn ten_thousand_hostile_lines_do_not_hurt() {
    let mut text = vec![b':'; 100_000];
    text.extend(std::iter::repeat_n(b"x:\xff\0:-:+:,\n".as_slice(), 10_000).flatten());
    assert_eq!(accounts(&text).entries().count(), 0);
    assert_eq!(groups(&text), []);
    assert_eq!(members(&text).count(), 0);
}
