//! What a commit keeps: metadata, links, backups, and everything when there is nothing to do.

use super::*;

#[test]
fn a_replaced_file_keeps_owner_mode_acl_and_user_attribute() {
    let host = Host::new();
    let path = host.at(FILE);
    chown(&path, Some(1234), Some(42)).unwrap();
    set_xattr(&path, "system.posix_acl_access", &acl(4));
    set_xattr(&path, "user.origin", b"site");
    set_xattr(&path, "trusted.note", b"kept");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4650)).unwrap();
    let list = get_xattr(&path, "system.posix_acl_access");

    assert_eq!(host.commit(&edit()).unwrap(), Committed::Written);

    assert_eq!(host.read(FILE), NEW);
    let is = fs::metadata(&path).unwrap();
    assert_eq!((is.uid(), is.gid(), is.mode() & 0o7777), (1234, 42, 0o4650));
    assert_eq!(get_xattr(&path, "system.posix_acl_access"), list);
    assert_eq!(get_xattr(&path, "user.origin").unwrap(), b"site");
    assert_eq!(get_xattr(&path, "trusted.note").unwrap(), b"kept");
}

#[test]
fn a_file_without_acl_does_not_get_the_default_acl_of_its_directory() {
    let host = Host::new();
    set_xattr(&host.at("/etc/security"), "system.posix_acl_default", &acl(6));

    host.commit(&edit()).unwrap();

    assert_eq!(get_xattr(&host.at(FILE), "system.posix_acl_access"), None);
    assert_eq!(fs::metadata(host.at(FILE)).unwrap().mode() & 0o7777, 0o644);
}

#[test]
fn a_change_that_is_there_already_touches_neither_inode_nor_times() {
    let host = Host::new();
    let before = fs::metadata(host.at(FILE)).unwrap();

    // Even when the plan was made from something else.
    let planned = change(FILE, Some(b"something else"), Some(OLD));
    assert_eq!(host.commit(&planned).unwrap(), Committed::Unchanged);

    let after = fs::metadata(host.at(FILE)).unwrap();
    let numbers = |is: &fs::Metadata| (is.ino(), is.mtime(), is.mtime_nsec(), is.ctime(), is.ctime_nsec());
    assert_eq!(numbers(&before), numbers(&after));
    assert!(!host.exists("/var/lib/standfast/backups"), "nothing is backed up when nothing changes");
}

#[test]
fn every_byte_arrives_whatever_it_is() {
    let host = Host::new();
    let mut bytes = b"\xef\xbb\xbfcrlf\r\n\0\xff\xfe no final newline ".to_vec();
    bytes.extend((0..10_000_000_u32).map(|number| (number % 251) as u8));

    host.commit(&change(FILE, Some(OLD), Some(&bytes))).unwrap();

    assert!(host.read(FILE) == bytes);
}

#[test]
fn a_symbolic_link_is_followed_and_stays() {
    for text in ["../../srv/limits.conf", "/srv/limits.conf", "/srv/../srv/./limits.conf"] {
        let host = Host::new();
        host.directory("/srv", 0o755);
        host.file("/srv/limits.conf", OLD);
        fs::remove_file(host.at(FILE)).unwrap();
        host.link(text, FILE);

        host.commit(&edit()).unwrap();

        assert_eq!(fs::read_link(host.at(FILE)).unwrap(), Path::new(text));
        assert_eq!(host.read("/srv/limits.conf"), NEW);
        assert_eq!(host.backups(), ["etc,security,limits.conf.~1~"]);
    }
}

#[test]
fn an_absolute_link_and_dots_stay_inside_the_root() {
    let host = Host::new();
    let outside = host.base.with_extension("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("limits.conf"), OLD).unwrap();
    fs::remove_file(host.at(FILE)).unwrap();
    let name = outside.file_name().and_then(OsStr::to_str).unwrap();
    host.link(&format!("../../../../../{name}/limits.conf"), FILE);

    let error = host.refusal(&edit());
    let untouched = fs::read(outside.join("limits.conf")).unwrap();
    fs::remove_dir_all(&outside).unwrap();

    assert!(matches!(error, CommitError::DanglingLink { .. }), "{error}");
    assert_eq!(untouched, OLD);
}

#[test]
fn a_linked_directory_is_followed() {
    let host = Host::new();
    host.directory("/etc/ntpsec", 0o755);
    host.file("/etc/ntpsec/ntp.conf", OLD);
    host.link("ntpsec", "/etc/ntp");

    host.commit(&change("/etc/ntp/ntp.conf", Some(OLD), Some(NEW))).unwrap();
    host.commit(&change("/etc/ntp/new.conf", None, Some(NEW))).unwrap();

    assert_eq!(host.read("/etc/ntpsec/ntp.conf"), NEW);
    assert_eq!(host.read("/etc/ntpsec/new.conf"), NEW);
}

#[test]
fn a_new_file_gets_the_planned_mode_and_its_missing_directory() {
    let host = Host::new();

    host.commit(&change("/etc/security/limits.d/90-standfast.conf", None, Some(NEW))).unwrap();

    let directory = fs::metadata(host.at("/etc/security/limits.d")).unwrap();
    let file = fs::metadata(host.at("/etc/security/limits.d/90-standfast.conf")).unwrap();
    assert_eq!((directory.uid(), directory.mode() & 0o7777), (0, 0o755));
    assert_eq!((file.uid(), file.mode() & 0o7777), (0, 0o640));
}

#[test]
fn an_empty_file_and_a_missing_one_are_not_the_same() {
    let host = Host::new();
    host.file(FILE, b"");

    let error = host.commit(&change(FILE, None, Some(NEW))).unwrap_err();
    assert!(matches!(error, CommitError::ChangedMeanwhile { .. }));
    assert_eq!(host.commit(&change(FILE, Some(b""), Some(NEW))).unwrap(), Committed::Written);
    assert_eq!(host.commit(&change(FILE, Some(NEW), Some(b""))).unwrap(), Committed::Written);
    assert_eq!(host.read(FILE), b"");
}

#[test]
fn a_removed_file_is_kept_as_a_backup() {
    let host = Host::new();

    assert_eq!(host.commit(&change(FILE, Some(OLD), None)).unwrap(), Committed::Removed);
    assert_eq!(host.commit(&change(FILE, Some(OLD), None)).unwrap(), Committed::Unchanged);

    assert!(!host.exists(FILE));
    assert_eq!(host.read("/var/lib/standfast/backups/etc,security,limits.conf.~1~"), OLD);
}

#[test]
fn removing_a_symbolic_link_leaves_what_it_leads_to() {
    let host = Host::new();
    host.link("security/limits.conf", "/etc/limits.conf");

    host.commit(&change("/etc/limits.conf", Some(OLD), None)).unwrap();

    assert!(!host.exists("/etc/limits.conf"));
    assert_eq!(host.read(FILE), OLD);
}

#[test]
fn the_five_newest_backups_are_kept_for_root_alone() {
    let host = Host::new();
    let mut before = OLD.to_vec();
    for round in 0..12_u8 {
        let after = [NEW, &[b'0' + round]].concat();
        host.commit(&change(FILE, Some(&before), Some(&after))).unwrap();
        before = after;
    }
    host.commit(&change("/etc/other", None, Some(NEW))).unwrap();
    host.commit(&change("/etc/other", Some(NEW), Some(OLD))).unwrap();

    let names = ["~10~", "~11~", "~12~", "~8~", "~9~"].map(|end| format!("etc,security,limits.conf.{end}"));
    assert_eq!(host.backups(), [["etc,other.~1~".to_owned()].as_slice(), &names].concat());
    let newest = host.at("/var/lib/standfast/backups/etc,security,limits.conf.~12~");
    assert_eq!(fs::read(&newest).unwrap(), [NEW, b":"].concat());
    assert_eq!(fs::metadata(newest).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(host.at(STATE_DIR)).unwrap().mode() & 0o7777, 0o700);
    assert_eq!(fs::metadata(host.at("/var/lib/standfast/backups")).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn the_same_bytes_are_not_backed_up_twice_in_a_row() {
    let host = Host::new();
    for _ in 0..3 {
        host.commit(&edit()).unwrap();
        host.file(FILE, OLD);
    }

    assert_eq!(host.backups(), ["etc,security,limits.conf.~1~"]);
}

#[test]
fn paths_that_look_alike_have_backups_of_their_own() {
    let host = Host::new();
    let long = format!("/etc/{}", "x".repeat(240));
    let other = format!("/etc/security/{}", "x".repeat(240));
    for path in ["/etc/a,b", "/etc/a%2cb", "/etc/a.~1~", "/etc/a", &long, &other] {
        host.file(path, path.as_bytes());
        host.commit(&change(path, Some(path.as_bytes()), Some(NEW))).unwrap();
    }
    host.directory("/etc/a.d", 0o755);
    host.file("/etc/a.d/b", OLD);
    host.commit(&change("/etc/a.d/b", Some(OLD), Some(NEW))).unwrap();

    assert_eq!(host.backups().len(), 7);
    assert!(host.backups().iter().all(|name| name.ends_with(".~1~")));
}
