//! What a run has left, and whether what it said of it is true.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Output;

use crate::bounded;
use crate::command::apply_command;
use crate::scenario::{Scenario, Target};
use crate::tree::{Metadata, Tree};

/// Which of the two permitted states a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Old,
    New,
}

/// A scenario's files with the metadata that they have whenever they are there.
pub(crate) struct Judge<'s> {
    scenario: &'s Scenario,
    metadata: Vec<Metadata>,
}

impl<'s> Judge<'s> {
    /// Looks at the tree before anything is run in it.
    pub(crate) fn new(scenario: &'s Scenario, tree: &Tree) -> Self {
        scenario.prepare(tree);
        let metadata = scenario.targets.iter().map(|target| match target.before {
            Some(_) => tree.metadata(target.real),
            None => Metadata { mode: 0o644, owner: (0, 0), acl: None, attribute: None },
        });
        Self { scenario, metadata: metadata.collect() }
    }

    /// Looks at the files: each old or new, whole, with all that belongs to it. Everything else is a defect.
    pub(crate) fn look(&self, tree: &Tree, when: &str) -> Vec<Found> {
        let targets = self.scenario.targets.iter().zip(&self.metadata);
        targets.map(|(target, metadata)| look_at(target, metadata, tree, when)).collect()
    }

    /// The next run, with nothing in its way: it must repair whatever the last one left.
    pub(crate) fn recover(&self, tree: &Tree, when: &str) {
        let left = self.look(tree, when);
        let output = bounded::output(&mut apply_command(&tree.root, self.scenario));
        let code = if left.contains(&Found::Old) { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(code), "{when}: the next run: {output:?}");
        let all_new = vec![Found::New; left.len()];
        assert_eq!(self.look(tree, when), all_new, "{when}");
        assert_eq!(tree.strays(), Vec::<PathBuf>::new(), "{when}");
    }

    /// What the run said must be true of what it left.
    ///
    /// Exit code 0 is a lie whatever it left, since everything differed when it started.
    pub(crate) fn believe(&self, output: &Output, left: &[Found], when: &str) {
        let told = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        let when = format!("{when}: {left:?}, {:?}: {told}{error}", output.status);
        let code = output.status.code();
        if code == Some(1) {
            assert!(error.starts_with("standfast: "), "{when}");
            assert!(
                !left.contains(&Found::New) || error.contains("is changed, but"),
                "hides a change: {when}"
            );
            return;
        }
        let (mut changed, mut failed) = (false, false);
        for (target, found) in self.scenario.targets.iter().zip(left) {
            for title in target.titles {
                let (word, said) = said_of(&told, title).unwrap_or_else(|| panic!("{title} in sync: {when}"));
                match (word, found) {
                    ("changed", Found::New) => changed = true,
                    ("failed", Found::Old) => {
                        assert!(!said.contains("is changed, but"), "makes up a change: {when}");
                        failed = true;
                    }
                    ("failed", Found::New) => {
                        assert!(said.contains("is changed, but"), "hides a change: {when}");
                        failed = true;
                    }
                    _ => panic!("{title} is said to be {word}: {when}"),
                }
            }
        }
        let truth = i32::from(changed) * 2 + i32::from(failed) * 4;
        assert_eq!(code, Some(truth), "{when}");
    }
}

fn look_at(target: &Target, metadata: &Metadata, tree: &Tree, when: &str) -> Found {
    let is = tree.read(target.real);
    let found = if is.as_deref() == target.before {
        Found::Old
    } else if is.as_deref() == target.after {
        Found::New
    } else {
        let is = is.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        panic!("{when}: {} is neither old nor new but {is:?}", target.path);
    };
    if is.is_some() {
        assert_eq!(&tree.metadata(target.real), metadata, "{when}: {}", target.path);
    }
    let parent = tree.at(target.real).parent().and_then(|parent| fs::metadata(parent).ok());
    if let Some(parent) = parent {
        assert_eq!(parent.mode() & 0o7777, 0o755, "{when}: the directory of {}", target.path);
    }
    if target.path != target.real {
        let link = fs::symlink_metadata(tree.at(target.path)).unwrap();
        assert!(link.is_symlink(), "{when}: the link {} is gone", target.path);
    }
    found
}

/// The word before a resource in the report, and the lines below it.
fn said_of<'t>(told: &'t str, title: &str) -> Option<(&'t str, &'t str)> {
    let head = format!(" limits_entry {title}\n");
    let start = told.find(&head)?;
    let word = told[..start].rsplit('\n').next()?.trim();
    let below = &told[start + head.len()..];
    let end = below.split_inclusive('\n').take_while(|line| line.starts_with(' ')).map(str::len).sum();
    Some((word, &below[..end]))
}
