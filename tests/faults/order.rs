//! Reads a strace log as a power loss would: what is not synced, in order, is not there.

use crate::scenario::{self, Scenario};
use crate::strace::{self, Call};
use crate::tree::Tree;

/// What is wrong with the order of the calls; `directory` is the target's, `name` its name there.
///
/// Every file that is renamed into place must be made O_EXCL and O_NOFOLLOW in the same directory,
/// for its owner alone, written, dressed, synced, renamed, and its directory synced, in this order.
fn violations(calls: &[Call], directory: &str, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for call in calls.iter().filter(|call| call.name == "openat" && opens(call, name)) {
        if ["O_TRUNC", "O_WRONLY", "O_RDWR"].iter().any(|flag| call.arguments.contains(flag)) {
            wrong.push(format!("opens the file itself to write: {}", call.arguments));
        }
    }
    let renames: Vec<usize> = (0..calls.len()).filter(|&at| is_file_rename(&calls[at], calls)).collect();
    let quoted = format!("\"{name}\"");
    let onto = |at: &usize| calls[*at].arguments.split(", ").nth(3) == Some(quoted.as_str());
    if !renames.iter().any(onto) {
        wrong.push(format!("never renames anything to {name}"));
    }
    for at in renames {
        wrong.extend(rename_violations(calls, at));
    }
    let home = format!("<{directory}>");
    let temp = calls.iter().any(|call| call.arguments.contains("O_EXCL") && call.arguments.contains(&home));
    if !temp {
        wrong.push(format!("makes no temp file in {directory}"));
    }
    wrong
}

/// What is wrong before and after the rename at this index.
fn rename_violations(calls: &[Call], at: usize) -> Vec<String> {
    let arguments: Vec<&str> = calls[at].arguments.split(", ").collect();
    let [from_directory, temp, to_directory, ..] = arguments.as_slice() else {
        return vec![format!("cannot read the rename: {}", calls[at].arguments)];
    };
    let (from, to) = (path_of(from_directory), path_of(to_directory));
    let temp = temp.trim_matches('"');
    let descriptor = format!("<{from}/{temp}>");
    let mut wrong = Vec::new();
    let mut check = |good: bool, what: &str| {
        if !good {
            wrong.push(format!("{temp}: {what}"));
        }
    };
    check(from == to, "is in another directory than the file that it replaces");
    let made = calls.iter().find(|call| call.name == "openat" && opens(call, temp));
    let made = made.map_or("", |call| call.arguments.as_str());
    check(made.contains("O_EXCL") && made.contains("O_CREAT"), "is not made with O_EXCL");
    check(made.contains("O_NOFOLLOW"), "is not made with O_NOFOLLOW");
    check(made.ends_with(", 0600"), "is made for others than its owner");
    let last = |names: &[&str]| {
        let mine = |call: &Call| names.contains(&call.name.as_str()) && call.arguments.contains(&descriptor);
        calls[..at].iter().rposition(mine)
    };
    let first_mode = calls[..at].iter().position(|call| {
        ["fchmod", "fchown", "fsetxattr"].contains(&call.name.as_str())
            && call.arguments.contains(&descriptor)
    });
    let written = last(&["write", "pwrite64", "writev"]);
    let dressed = last(&["fchmod", "fchown", "fsetxattr", "fremovexattr"]);
    let synced = last(&["fsync"]);
    check(written.is_some(), "is never written");
    check(first_mode.is_none() || first_mode > written, "is opened to others before it is written");
    check(synced > written && synced > dressed, "is renamed before its bytes and metadata are synced");
    let home = format!("<{to}>");
    let kept = calls[at..].iter().any(|call| call.name == "fsync" && call.arguments.ends_with(&home));
    check(kept, "is renamed, and its directory not synced afterwards");
    wrong
}

fn opens(call: &Call, name: &str) -> bool {
    call.arguments.contains(&format!(", \"{name}\", "))
}

/// Directories get their names by rename too, but hold no bytes.
fn is_file_rename(call: &Call, calls: &[Call]) -> bool {
    let directory = call.arguments.split(", ").nth(1).unwrap_or_default();
    call.name.starts_with("rename")
        && !calls.iter().any(|call| call.name == "mkdirat" && call.arguments.contains(directory))
}

/// `9</etc/security>` is `/etc/security`.
fn path_of(descriptor: &str) -> &str {
    descriptor.split_once('<').map_or("", |(_, path)| path.trim_end_matches('>'))
}

fn lint(scenario: &Scenario) {
    let tree = Tree::new();
    scenario.prepare(&tree);
    let calls = strace::record(&tree, scenario);
    for target in scenario.targets {
        let real = tree.at(target.real);
        let directory = real.parent().unwrap().display().to_string();
        let name = real.file_name().and_then(|name| name.to_str()).unwrap();
        assert_eq!(violations(&calls, &directory, name), Vec::<String>::new(), "{}", scenario.name);
    }
}

#[test]
fn every_byte_is_on_disk_before_its_name_is() {
    for scenario in [&scenario::REPLACE, &scenario::FIRST_RUN, &scenario::THROUGH_LINK, &scenario::SEVERAL] {
        lint(scenario);
    }
}

#[test]
fn a_removed_file_is_backed_up_durably_first_and_its_directory_synced_last() {
    let tree = Tree::new();
    scenario::REMOVE.prepare(&tree);
    let calls = strace::record(&tree, &scenario::REMOVE);
    let directory = format!("<{}>", tree.at("/etc/security/limits.d").display());
    let backups = format!("<{}>", tree.at(scenario::BACKUPS).display());
    let at = |name: &str, part: &str| {
        calls.iter().rposition(|call| call.name == name && call.arguments.contains(part))
    };
    let removed = at("unlinkat", "\"zz-standfast.conf\"");
    let kept = at("fsync", &backups);
    assert!(kept.is_some() && kept < removed && removed < at("fsync", &directory));
    for at in (0..calls.len()).filter(|&at| is_file_rename(&calls[at], &calls)) {
        assert_eq!(rename_violations(&calls, at), Vec::<String>::new());
    }
}

const GOOD: [&str; 7] = [
    r#"openat(9</etc>, ".t", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 6</etc/.t>"#,
    r#"write(6</etc/.t>, "x", 1) = 1"#,
    r#"fchown(6</etc/.t>, 7, 8) = 0"#,
    r#"fchmod(6</etc/.t>, 0640) = 0"#,
    r#"fsync(6</etc/.t>) = 0"#,
    r#"renameat(9</etc>, ".t", 9</etc>, "a.conf") = 0"#,
    r#"fsync(9</etc>) = 0"#,
];

#[test]
fn the_reader_of_the_log_accepts_the_right_order_and_no_other() {
    let lint = |lines: &[&str]| {
        let calls: Vec<Call> = lines.iter().filter_map(|line| strace::parse(line)).collect();
        violations(&calls, "/etc", "a.conf")
    };
    assert_eq!(lint(&GOOD), Vec::<String>::new());
    for missing in [0, 1, 4, 5, 6] {
        let mut lines = GOOD.to_vec();
        lines.remove(missing);
        assert!(!lint(&lines).is_empty(), "without {}", GOOD[missing]);
    }
    for (one, other) in [(1, 2), (1, 4), (3, 4), (4, 5), (5, 6)] {
        let mut lines = GOOD.to_vec();
        lines.swap(one, other);
        assert!(!lint(&lines).is_empty(), "with {} after {}", GOOD[one], GOOD[other]);
    }
    for (at, from, to) in [
        (0, "|O_EXCL", ""),
        (0, "|O_NOFOLLOW", ""),
        (0, "0600", "0644"),
        (5, r#"9</etc>, "a.conf""#, r#"8</srv>, "a.conf""#),
    ] {
        let mut lines = GOOD.map(str::to_owned);
        lines[at] = lines[at].replace(from, to);
        assert!(!lint(&lines.each_ref().map(String::as_str)).is_empty(), "with {}", lines[at]);
    }
    let truncated = r#"openat(9</etc>, "a.conf", O_WRONLY|O_TRUNC) = 7</etc/a.conf>"#;
    assert!(!lint(&[&[truncated], &GOOD[..]].concat()).is_empty());
}
