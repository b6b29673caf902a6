//! Files as distributions ship them and as people leave them: what is said of them, and what would be changed.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli corpus` writes what should be said anew; the difference is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::temp_root::TempRoot;

/// The releases whose rules hold where a folder has no os-release of its own: one of each tokenizer.
const RELEASES: [(&str, &str); 2] =
    [("debian-12", "ID=debian\nVERSION_ID=12\n"), ("debian-13", "ID=debian\nVERSION_ID=13\n")];

/// The families that have a corpus, and how many folders each has at least.
const FAMILIES: [(&str, usize); 2] = [("limits", 17), ("ntp", 29)];

/// The folder of all cases of a family.
fn corpus(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(family)
}

/// The folders of limits that hold a policy and a root, in the order of their names.
pub(crate) fn folders() -> Vec<PathBuf> {
    folders_of("limits")
}

fn folders_of(family: &str) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    add_folders(&corpus(family), &mut folders);
    folders.sort();
    folders
}

fn all_folders() -> impl Iterator<Item = PathBuf> {
    FAMILIES.into_iter().flat_map(|(family, _)| folders_of(family))
}

fn add_folders(path: &Path, folders: &mut Vec<PathBuf>) {
    if path.join("policy.ini").exists() {
        folders.push(path.to_path_buf());
        return;
    }
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_dir() {
            add_folders(&entry, folders);
        }
    }
}

/// A root with a folder's files, under the rules of its own os-release or of this one.
pub(crate) fn root_of(folder: &Path, os_release: &str) -> TempRoot {
    let root = TempRoot::without_module(os_release);
    copy(&folder.join("root"), "", &root);
    root
}

fn copy(from: &Path, to: &str, root: &TempRoot) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = format!("{to}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            copy(&entry.path(), &to, root);
        } else {
            root.write(&to, &fs::read(entry.path()).unwrap());
        }
    }
}

/// Compares with what is kept, or keeps it.
fn compare(file: &Path, said: &str, differences: &mut Vec<String>) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(file, said).unwrap();
    } else if fs::read_to_string(file).unwrap_or_default() != said {
        differences.push(format!("{} should hold\n{said}", file.display()));
    }
}

#[test]
fn what_is_said_of_each_folder_and_what_would_be_changed_is_as_it_was_reviewed() {
    let mut differences = Vec::new();
    for folder in all_folders() {
        let policy = fs::read_to_string(folder.join("policy.ini")).unwrap();
        let own = folder.join("root/etc/os-release").exists();
        for (release, os_release) in RELEASES.iter().take(if own { 1 } else { RELEASES.len() }) {
            let root = root_of(&folder, os_release);
            let outcomes = serde_json::to_string_pretty(&root.check(&policy).json()).unwrap() + "\n";
            let text = root.run_policy("check", &policy, &["--diff"]).out;
            let plan = text.find("\n--- ").map_or("", |at| &text[at + 1..]);
            let name = |kind: &str| if own { kind.to_owned() } else { format!("{release}.{kind}") };
            compare(&folder.join(name("outcome.json")), &outcomes, &mut differences);
            compare(&folder.join(name("plan.diff")), plan, &mut differences);
        }
    }
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 writes them anew:\n{}", differences.join("\n"));
}

#[test]
fn each_folder_can_be_brought_to_a_state_in_which_nothing_is_left_to_do() {
    for folder in all_folders() {
        let policy = fs::read_to_string(folder.join("policy.ini")).unwrap();
        let own = folder.join("root/etc/os-release").exists();
        for (_, os_release) in RELEASES.iter().take(if own { 1 } else { RELEASES.len() }) {
            let root = root_of(&folder, os_release);
            let first = root.apply(&policy);
            let settled = root.tree("etc");
            let second = root.apply(&policy);
            crate::temp_root::assert_unchanged(&settled, &root.tree("etc"));
            // What could not be done at first cannot be done later.
            let should = if first.code == 0 { 0 } else { first.code - 2 };
            assert!(matches!(first.code, 0 | 2 | 6), "{}: {first:?}", folder.display());
            assert_eq!(second.code, should, "{}: {second:?}", folder.display());
        }
    }
}

#[test]
fn what_ntp_adds_to_each_folder_can_be_taken_away_so_that_the_files_are_what_they_were() {
    for folder in folders_of("ntp") {
        let policy = fs::read_to_string(folder.join("policy.ini")).unwrap();
        let root = root_of(&folder, RELEASES[0].1);
        let texts = |root: &TempRoot| {
            let tree = root.tree("");
            let files = tree.into_iter().filter(|(path, _)| path.is_file() && !is_ours(path));
            files.map(|(path, digest)| (path, digest.bytes().to_vec())).collect::<Vec<_>>()
        };
        let before = texts(&root);
        root.apply(&policy);
        root.apply("[ntp_monlist main]\nensure = absent\n");
        assert_eq!(before, texts(&root), "{}", folder.display());
    }
}

/// Whether a file is standfast's own: its lock and its backups.
fn is_ours(path: &Path) -> bool {
    path.to_string_lossy().contains("/var/lib/standfast/")
}

#[test]
fn the_folders_are_there() {
    for (family, least) in FAMILIES {
        assert!(folders_of(family).len() >= least, "{:?}", folders_of(family));
        assert!(corpus(family).join("README.md").exists());
    }
}
