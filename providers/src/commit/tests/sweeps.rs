//! What a sweep removes, and what it leaves.

use super::*;

const LEFT: &str = "/etc/security/.standfast-0123456789abcdef.tmp";

#[test]
fn a_sweep_removes_what_a_killed_run_left_whoever_owns_it() {
    let host = Host::new();
    host.file(LEFT, OLD);
    chown(host.at(LEFT), Some(1234), Some(42)).unwrap();
    host.directory("/etc/security/.standfast-00000000000000ff.tmp", 0o700);
    host.directory("/var/lib/standfast/backups", 0o700);
    host.file("/var/lib/standfast/backups/.standfast-0000000000000001.tmp", OLD);

    let directories = ["/etc/security", "/etc/missing", FILE].map(PathBuf::from);
    assert_eq!(host.writer().sweep(&directories).unwrap(), 3);

    assert_eq!(host.temps(), Vec::<PathBuf>::new());
    assert_eq!(host.read(FILE), OLD);
}

#[test]
fn a_sweep_goes_where_the_links_in_a_directory_lead() {
    let host = Host::new();
    host.directory("/etc/site", 0o755);
    host.file("/etc/site/limits.conf", OLD);
    host.file("/etc/site/.standfast-0123456789abcdef.tmp", NEW);
    host.link("../site/limits.conf", "/etc/security/site.conf");
    host.link("nowhere", "/etc/security/dangling.conf");

    // The killed run has written beside what the link leads to, and the next one may have nothing to write there.
    assert_eq!(host.writer().sweep(&[PathBuf::from("/etc/security")]).unwrap(), 1);

    assert!(!host.exists("/etc/site/.standfast-0123456789abcdef.tmp"));
}

#[test]
fn a_commit_sweeps_the_directory_that_it_writes_to() {
    let host = Host::new();
    host.file(LEFT, OLD);
    host.link("security/limits.conf", "/etc/limits.conf");

    host.commit(&change("/etc/limits.conf", Some(OLD), Some(NEW))).unwrap();

    assert!(!host.exists(LEFT));
}

#[test]
fn a_sweep_leaves_what_only_looks_like_ours() {
    let host = Host::new();
    let name = |random: &str| format!("/etc/security/.standfast-{random}.tmp");
    host.file(&name("0123456789abcdeg"), OLD);
    host.file(&name("0123456789ABCDEF"), OLD);
    host.file(&name("0123456789abcde"), OLD);
    host.file("/etc/security/standfast-0123456789abcdef.tmp", OLD);
    host.file("/etc/security/.standfast-0123456789abcdef.tmp~", OLD);
    host.link("limits.conf", &name("0000000000000001"));
    host.directory(&name("0000000000000002"), 0o700);
    host.file(&format!("{}/full", name("0000000000000002")), OLD);
    let fifo = host.at(&name("0000000000000003"));
    rustix::fs::mknodat(rustix::fs::CWD, fifo, FileType::Fifo, Mode::RUSR, 0).unwrap();
    let before = fs::read_dir(host.at("/etc/security")).unwrap().count();

    assert_eq!(host.writer().sweep(&[PathBuf::from("/etc/security")]).unwrap(), 0);

    assert_eq!(fs::read_dir(host.at("/etc/security")).unwrap().count(), before);
}

#[test]
fn a_sweep_passes_over_directories_that_others_may_change() {
    let host = Host::new();
    host.directory("/tmp", 0o1777);
    host.file("/tmp/.standfast-0123456789abcdef.tmp", OLD);

    assert_eq!(host.writer().sweep(&[PathBuf::from("/tmp")]).unwrap(), 0);

    assert!(host.exists("/tmp/.standfast-0123456789abcdef.tmp"));
}

#[test]
fn no_include_pattern_can_match_a_temp_name() {
    for _ in 0..100 {
        let name = temp::name();
        assert!(temp::is_temp_name(name.as_encoded_bytes()));
        assert!(name.as_encoded_bytes().starts_with(b".") && !name.as_encoded_bytes().ends_with(b".conf"));
    }
}

#[test]
fn a_sweep_of_a_clean_machine_makes_nothing() {
    let host = Host::new();

    // On a full disk it must not fail for want of a directory that nobody needs yet.
    assert_eq!(host.writer().sweep(&[PathBuf::from("/etc/security")]).unwrap(), 0);

    assert!(!host.exists("/var/lib/standfast/backups"));
}
