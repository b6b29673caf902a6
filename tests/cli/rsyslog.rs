//! `explain rsyslog` and the fact, as a user meets them; and the files of distributions and of the field.

use std::fs;
use std::path::{Path, PathBuf};

use standfast_providers::document::Document;
use standfast_providers::rsyslog::syntax::RsyslogSyntax;

use crate::corpus::root_of;
use crate::temp_root::TempRoot;

const DEBIAN: &str = "ID=debian\nVERSION_ID=12\n";

/// The folders of the corpus, in the order of their names.
fn folders() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/rsyslog");
    let mut folders = Vec::new();
    for directory in [corpus.clone(), corpus.join("field")] {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.join("root").exists() {
                folders.push(path);
            }
        }
    }
    folders.sort();
    assert!(folders.len() >= 23, "{folders:?}");
    folders
}

fn all_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all_files(&path, files) } else { files.push(path) }
    }
}

#[test]
fn what_is_explained_of_each_folder_is_as_it_was_reviewed() {
    let mut differences = Vec::new();
    for folder in folders() {
        let root = root_of(&folder, DEBIAN);
        let said = root.run("explain rsyslog", &["--format", "json"]).ended(0).out.clone();
        let golden = folder.join("explanation.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &said).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            differences.push(format!("{} should hold\n{said}", golden.display()));
        }
    }
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 writes them anew:\n{}", differences.join("\n"));
}

#[test]
fn every_byte_of_each_file_is_kept_and_each_chunk_is_of_whole_lines() {
    for folder in folders() {
        let mut files = Vec::new();
        all_files(&folder.join("root"), &mut files);
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let document = Document::parse(&RsyslogSyntax, bytes.clone());
            assert_eq!(document.to_bytes(), bytes, "{}", file.display());
            let whole = (0..document.chunks().len()).all(|chunk| document.is_whole_line(chunk));
            assert!(whole, "{}", file.display());
        }
    }
}

#[test]
fn a_password_of_a_configuration_is_nowhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/rsyslog/field/shipped-json");
    let root = root_of(&folder, DEBIAN);
    for arguments in [&[][..], &["--format", "json"]] {
        let said = root.run("explain rsyslog", arguments).ended(0).out.clone();
        assert!(said.contains("omelasticsearch"), "{said}");
        assert!(!said.contains("not-to-be-seen"), "{said}");
    }
    assert!(!root.run("facts", &[]).out.contains("not-to-be-seen"));
}

/// A host that forwards what it should not and keeps what it should.
fn host() -> TempRoot {
    let root = TempRoot::without_module(DEBIAN);
    root.write(
        "etc/rsyslog.conf",
        b"module(load=\"imuxsock\")\nauth.* stop\n*.* @@(o)192.0.2.9:10514\n*.* /var/log/syslog\n",
    );
    root
}

#[test]
fn a_facility_is_explained_with_the_line_that_takes_it() {
    let said = host().run("explain rsyslog", &["--facility", "mail"]).ended(0).out.clone();
    assert!(
        said.contains("forward  192.0.2.9:10514 by tcp  all\n    wins       /etc/rsyslog.conf:3"),
        "{said}"
    );
    assert!(said.contains("file     /var/log/syslog  all\n    wins       /etc/rsyslog.conf:4"), "{said}");
    let said = host().run("explain rsyslog", &["--facility", "auth"]).ended(0).out.clone();
    assert!(said.contains("\nauth\n  go nowhere\n"), "{said}");
    assert!(said.contains("/etc/rsyslog.conf:2  takes auth.* away before /etc/rsyslog.conf:3"), "{said}");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let said = host().run("explain rsyslog", &["--facility", "local8"]).ended(1).err.clone();
    assert!(said.starts_with("standfast: `local8` is no facility: they are kern, user, mail,"), "{said}");
    let none = TempRoot::without_module(DEBIAN).run("explain rsyslog", &[]).ended(1).err.clone();
    assert_eq!(none, "standfast: there is no /etc/rsyslog.conf: rsyslog is not installed\n");
}

#[test]
fn the_fact_names_the_forwards_and_what_they_lack() {
    let fact = host().run("facts", &[]).ended(0).json();
    let fact = &fact["standfast"]["rsyslog"];
    assert_eq!(fact["installed"], true);
    assert_eq!(fact["forwards"], "tcp://192.0.2.9:10514");
    assert_eq!(fact["forwards_all"], false);
    assert_eq!((&fact["tls"], &fact["queue_on_disk"]), (&false.into(), &false.into()));
    assert_eq!(fact["kept_locally"], false);
    assert_eq!(fact["complete"], true);
    let none = TempRoot::without_module(DEBIAN).run("facts", &[]).ended(0).json();
    assert_eq!(none["standfast"]["rsyslog"], serde_json::json!({ "installed": false }));
}

/// What each distribution has installed; the field is taken for Debian 12.
fn version_of(folder: &Path) -> &'static str {
    match folder.file_name().unwrap().to_str().unwrap() {
        "debian-10" => "8.1901.0-1",
        "debian-11" => "8.2102.0-2+deb11u1",
        "debian-13" => "8.2504.0-1",
        "ubuntu-22" => "8.2112.0-2ubuntu2",
        "rhel-6" => "5.8.10",
        "rhel-7" => "8.24.0",
        "rhel-8" => "8.2102.0",
        "rhel-9" => "8.2310.0",
        _ => "8.2302.0-1+deb12u2",
    }
}

/// One section with a name and nothing else would be the most that a new user writes.
const FORWARD: &[u8] = b"[rsyslog_forward central]\ntarget = 192.0.2.9\n";

#[test]
fn what_is_planned_for_each_folder_is_as_it_was_reviewed_and_is_in_force_then() {
    let mut differences = Vec::new();
    for folder in folders() {
        let root = root_of(&folder, DEBIAN);
        let version = version_of(&folder);
        let status = format!("Package: rsyslog\nStatus: install ok installed\nVersion: {version}\n");
        root.write("var/lib/dpkg/status", status.as_bytes());
        fs::write(root.beside("forward.ini"), FORWARD).unwrap();
        let policy = root.beside("forward.ini");
        let with_policy = ["--policy", policy.to_str().unwrap()];
        let planned = root.run("check", &[&with_policy[..], &["--diff"]].concat()).out.clone();
        let golden = folder.join("plan.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &planned).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != planned {
            differences.push(format!("{} should hold\n{planned}", golden.display()));
        }
        let is_blocked = planned.contains("apply would not help") || planned.contains("keep_local");
        let applied = root.run("apply", &with_policy);
        let again = root.run("check", &with_policy);
        if !is_blocked {
            assert_eq!(again.code, 0, "{}\n{}\n{}", folder.display(), applied.out, again.out);
        }
    }
    assert!(differences.is_empty(), "UPDATE_GOLDEN=1 writes them anew:\n{}", differences.join("\n"));
}

#[test]
fn without_rsyslog_a_forward_is_drift_that_apply_cannot_help_and_none_is_in_sync() {
    let root = TempRoot::without_module(DEBIAN);
    let policy = "[rsyslog_forward central]\ntarget = 192.0.2.9\n";
    let missing = |why: &str| {
        let said = root.check(policy).ended(2).json();
        assert_eq!((&said[0]["outcome"], &said[0]["blocked"]), (&"drifted".into(), &why.into()), "{said}");
        assert_eq!(said[0]["drift"][0]["reason"], why, "{said}");
        let said = root.apply(policy).ended(4).json();
        assert!(said[0]["error"].as_str().unwrap().contains(why), "{said}");
        root.check(&format!("{policy}ensure = absent\n")).ended(0);
    };
    missing("rsyslog is not installed");
    // A package that is removed and not purged leaves its files.
    root.write("etc/rsyslog.conf", b"*.* /var/log/syslog\n");
    missing("rsyslog is not installed");
    fs::remove_file(root.path("etc/rsyslog.conf")).unwrap();
    root.write(
        "var/lib/dpkg/status",
        b"Package: rsyslog\nStatus: install ok installed\nVersion: 8.2302.0-1+deb12u2\n",
    );
    missing("there is no rsyslog.conf: rsyslogd does not start without it");
}
