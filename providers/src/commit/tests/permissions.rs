//! Modes and owners that a plan asks for, and the key of fingerprints.

use super::*;
use crate::provider::ReloadAction;
use crate::shown::Shown;
use crate::state_dir::StateFile;

const WANTED: Permissions = Permissions { mode: 0o640, uid: Some(0), gid: Some(42) };

fn wanting(before: &[u8], after: &[u8]) -> FileEdit {
    FileEdit { permissions: Some(WANTED), ..change(FILE, Some(before), Some(after)) }
}

fn permissions(host: &Host, path: &str) -> (u32, u32, u32) {
    let is = fs::metadata(host.at(path)).unwrap();
    (is.mode() & 0o7777, is.uid(), is.gid())
}

#[test]
fn a_file_of_which_only_the_mode_differs_keeps_its_inode_and_its_time() {
    let host = Host::new();
    let before = fs::metadata(host.at(FILE)).unwrap();

    assert_eq!(host.commit(&wanting(OLD, OLD)).unwrap(), Committed::Written);

    let after = fs::metadata(host.at(FILE)).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    assert_eq!(permissions(&host, FILE), (0o640, 0, 42));
    assert_eq!(host.commit(&wanting(OLD, OLD)).unwrap(), Committed::Unchanged);
}

#[test]
fn a_file_that_is_replaced_or_made_has_the_permissions_that_are_wanted() {
    let host = Host::new();
    assert_eq!(host.commit(&wanting(OLD, NEW)).unwrap(), Committed::Written);
    assert_eq!((host.read(FILE).as_slice(), permissions(&host, FILE)), (NEW, (0o640, 0, 42)));

    let new = FileEdit { new: WANTED, ..change("/etc/security/new", None, Some(NEW)) };
    host.commit(&new).unwrap();
    assert_eq!(permissions(&host, "/etc/security/new"), (0o640, 0, 42));
}

#[test]
fn a_mode_is_not_changed_through_one_of_several_names() {
    let host = Host::new();
    fs::hard_link(host.at(FILE), host.at("/etc/security/other")).unwrap();
    let error = host.refusal(&wanting(OLD, OLD));
    assert!(matches!(error, CommitError::HardLinked { links: 2, .. }), "{error}");
    assert_eq!(permissions(&host, FILE), (0o644, 0, 0));
}

#[test]
fn the_key_of_fingerprints_is_made_once_and_is_roots_alone() {
    let host = Host::new();
    let path = "/var/lib/standfast/fingerprint-key";
    host.writer().make_fingerprint_key().unwrap();
    let key = host.read(path);
    assert_eq!((key.len(), permissions(&host, path)), (32, (0o600, 0, 0)));
    assert_ne!(key, [0; 32]);
    host.writer().make_fingerprint_key().unwrap();
    assert_eq!(host.read(path), key);
    assert_eq!(host.temps(), Vec::<PathBuf>::new());

    let fingerprint = |host: &Host| fingerprint::Fingerprints::observe(&host.root).of(b"public");
    assert!(fingerprint(&host).is_some());
    fs::set_permissions(host.at(path), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(fingerprint(&host), None, "a key that others may read is none");
}

#[test]
fn a_reload_is_noted_for_the_process_that_heard_it() {
    let host = Host::new();
    let hup = |pid| Reload {
        service: "snmpd".into(),
        action: ReloadAction::Hup,
        pid: Some(pid),
        reason: Shown::text("its files were changed"),
    };
    for pid in [4242, 4243] {
        host.writer().note_reload(&hup(pid)).unwrap();
        assert_eq!(host.read("/var/lib/standfast/reloaded-snmpd"), format!("{pid}\n").into_bytes());
    }
    assert_eq!(permissions(&host, "/var/lib/standfast/reloaded-snmpd"), (0o600, 0, 0));
    assert_eq!(host.temps(), Vec::<PathBuf>::new());
}

#[test]
fn a_state_file_is_replaced_whole_and_is_roots_alone_whatever_stood_there() {
    let host = Host::new();
    let path = "/var/lib/standfast/desired.json";
    host.writer().keep_state(StateFile::Desired, b"one").unwrap();
    assert_eq!((host.read(path), permissions(&host, path)), (b"one".to_vec(), (0o600, 0, 0)));

    fs::set_permissions(host.at(path), fs::Permissions::from_mode(0o666)).unwrap();
    host.writer().keep_state(StateFile::Desired, b"two").unwrap();
    assert_eq!((host.read(path), permissions(&host, path)), (b"two".to_vec(), (0o600, 0, 0)));

    fs::remove_file(host.at(path)).unwrap();
    std::os::unix::fs::symlink(host.at(FILE), host.at(path)).unwrap();
    host.writer().keep_state(StateFile::Desired, b"three").unwrap();
    assert!(!fs::symlink_metadata(host.at(path)).unwrap().is_symlink(), "the link goes");
    assert_eq!(host.read(FILE), OLD, "and what it leads to stays");
    assert_eq!(host.temps(), Vec::<PathBuf>::new());
}
