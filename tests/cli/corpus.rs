//! Files as distributions ship them and as people leave them: what is said of them, and what would be changed.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli corpus` writes what should be said anew; the difference is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::temp_root::TempRoot;

/// The releases whose rules hold where a folder has no os-release of its own: one of each tokenizer.
const RELEASES: [(&str, &str); 2] =
    [("debian-12", "ID=debian\nVERSION_ID=12\n"), ("debian-13", "ID=debian\nVERSION_ID=13\n")];

/// The folder of all cases.
pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/limits")
}

/// The folders that hold a policy and a root, in the order of their names.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    add_folders(&corpus(), &mut folders);
    folders.sort();
    folders
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
    for folder in folders() {
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
    for folder in folders() {
        let policy = fs::read_to_string(folder.join("policy.ini")).unwrap();
        for (_, os_release) in RELEASES {
            let root = root_of(&folder, os_release);
            let first = root.apply(&policy);
            let settled = root.tree("etc");
            let second = root.apply(&policy);
            crate::temp_root::assert_unchanged(&settled, &root.tree("etc"));
            assert!(first.code == 2 || first.code == 6, "{}: {first:?}", folder.display());
            // What could not be done at first cannot be done later.
            assert_eq!(second.code, first.code - 2, "{}: {second:?}", folder.display());
        }
    }
}

#[test]
fn the_folders_are_there() {
    assert!(folders().len() >= 17, "{:?}", folders());
    assert!(corpus().join("README.md").exists());
}
