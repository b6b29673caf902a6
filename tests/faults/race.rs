//! Names that are swapped while the writer is at work: what was not planned is not touched.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::bounded::{Bounded, start};
use crate::scenario::{BACKUPS, DROP_IN, ENTRY, FIRST_RUN, LIMITS, NEW, OLD, REPLACE, Scenario};
use crate::strace;
use crate::tree::Tree;

const VICTIM: &[u8] = b"root:!:20000::::::\n";

/// The tree with a directory that must stay as it is, and the run held up at calls of this kind.
///
/// Everyone may write in the directory: a run that observes again finds it where its own was, and must refuse it.
fn held_up_at(scenario: &Scenario, kind: &str) -> (Tree, Bounded) {
    let tree = Tree::new();
    scenario.prepare(&tree);
    tree.directory("/srv/victim", 0o777);
    tree.file("/srv/victim/limits.conf", VICTIM);
    let trace = format!("trace={kind}");
    let delay = format!("inject={kind}:delay_enter=400000");
    let options = ["-o", "/dev/null", "-e", &trace, "-e", &delay].map(str::to_owned);
    let mut command = strace::command(&tree, scenario, &options);
    let run = start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
    (tree, run)
}

fn wait_until(what: &str, mut come: impl FnMut() -> bool) {
    let start = Instant::now();
    while !come() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} does not come");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits for the temp file in the target's directory: from then on the writer must not look back.
fn wait_for_temp(tree: &Tree, directory: &str) {
    let directory = tree.at(directory);
    wait_until("the temp file", || {
        tree.own_strays().iter().any(|stray: &PathBuf| stray.parent() == Some(&directory))
    });
}

fn assert_victim_untouched(tree: &Tree, when: &str) {
    assert_eq!(tree.read("/srv/victim/limits.conf").as_deref(), Some(VICTIM), "{when}");
    assert_eq!(fs::read_dir(tree.at("/srv/victim")).unwrap().count(), 1, "{when}");
}

#[test]
fn a_directory_swapped_for_a_link_does_not_redirect_the_write() {
    for kind in ["write", "fsync", "renameat"] {
        let (tree, run) = held_up_at(&REPLACE, kind);
        wait_for_temp(&tree, "/etc/security");
        fs::rename(tree.at("/etc/security"), tree.at("/etc/moved")).unwrap();
        tree.link("/srv/victim", "/etc/security");

        let output = run.output();

        assert_victim_untouched(&tree, kind);
        let moved = tree.read("/etc/moved/limits.conf").unwrap();
        assert!(moved == OLD || moved == NEW, "{kind}: {output:?}");
        assert_eq!(tree.strays(), Vec::<PathBuf>::new(), "{kind}: {output:?}");
    }
}

#[test]
fn a_file_swapped_for_a_link_at_the_last_moment_is_not_followed() {
    let (tree, run) = held_up_at(&REPLACE, "renameat");
    wait_for_temp(&tree, "/etc/security");
    wait_until("the backup", || tree.at(&format!("{BACKUPS}/etc,security,limits.conf.~6~")).exists());
    thread::sleep(Duration::from_millis(100));
    fs::remove_file(tree.at("/etc/security/limits.conf")).unwrap();
    tree.link("/srv/victim/limits.conf", "/etc/security/limits.conf");

    run.output();

    assert_victim_untouched(&tree, "the file swapped");
}

#[test]
fn an_edit_by_a_program_without_our_lock_is_not_overwritten() {
    let (tree, run) = held_up_at(&REPLACE, "write");
    wait_for_temp(&tree, "/etc/security");
    let edited = [OLD, b"alice soft nproc 7\n"].concat();
    tree.file("/etc/security/limits.conf", &edited);

    // The program plans once more, from what is there now.
    let output = run.output();

    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(tree.read(LIMITS).unwrap(), [&edited, ENTRY].concat());
    assert_eq!(tree.read(&format!("{BACKUPS}/etc,security,limits.conf.~7~")), Some(edited));
}

#[test]
fn a_file_that_comes_while_a_new_one_is_written_is_not_overwritten() {
    let (tree, run) = held_up_at(&FIRST_RUN, "renameat2");
    wait_for_temp(&tree, "/etc/security/limits.d");
    tree.file(DROP_IN, b"alice soft nproc 7\n");

    // The program plans once more, and keeps what it replaces.
    let output = run.output();

    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(tree.read(DROP_IN).unwrap(), [b"alice soft nproc 7\n", ENTRY].concat());
    let backup = format!("{BACKUPS}/etc,security,limits.d,zz-standfast.conf.~1~");
    assert_eq!(tree.read(&backup).unwrap(), b"alice soft nproc 7\n");
}
