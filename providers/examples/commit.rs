//! Commits one file, so that the fault tests can drive the writer as a process of its own.
//!
//! `commit ROOT TARGET NEWCONTENTFILE [set|append|remove]`: `set` makes the target what the file
//! says, `append` adds each of its lines with an edit and a lock of its own, `remove` takes the
//! target away. Exits 0 when it is as asked, 1 otherwise, 2 on bad usage.
#![expect(clippy::print_stderr, reason = "a program, not the library")]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use standfast_facts::root::{ReadError, Root};
use standfast_providers::commit::{CommitError, STATE_DIR, Writer};
use standfast_providers::edit::FileEdit;

type Failure = Box<dyn Error>;

// Only a program that knows nothing of the lock can outdate a plan that was made under it.
const TRIES: usize = 2;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (root, target, content, how) = match arguments.as_slice() {
        [root, target, content] => (root, target, content, "set"),
        [root, target, content, how] => (root, target, content, how.to_str().unwrap_or_default()),
        _ => return ExitCode::from(2),
    };
    match run(root, target, content, how) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("error: {failure}");
            let mut cause = failure.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, target: &Path, content: &Path, how: &str) -> Result<(), Failure> {
    let content = Root::host()?.read(content)?;
    let root = Root::open(root)?;
    match how {
        "set" => edit(&root, target, |_| Some(content.clone())),
        "remove" => edit(&root, target, |_| None),
        "append" => content.split_inclusive(|&byte| byte == b'\n').try_for_each(|line| {
            edit(&root, target, |before| Some([before.unwrap_or_default(), line].concat()))
        }),
        _ => Err("how: set, append or remove".into()),
    }
}

/// Plans and commits, and plans again when someone else was quicker.
fn edit(root: &Root, target: &Path, plan: impl Fn(Option<&[u8]>) -> Option<Vec<u8>>) -> Result<(), Failure> {
    let planned = || -> Result<FileEdit, Failure> {
        let before = match root.read(target) {
            Err(ReadError::Missing { .. }) => None,
            answer => Some(answer?),
        };
        let after = plan(before.as_deref());
        Ok(FileEdit { path: target.to_path_buf(), before, after, new_mode: 0o644 })
    };
    // The first plan is made without the lock, as `apply` makes it; a second one is made under it.
    let mut edit = planned()?;
    let writer = Writer::begin(root, Path::new(STATE_DIR))?;
    writer.sweep(target.parent().map(Path::to_path_buf).as_slice())?;
    for _ in 0..TRIES {
        match writer.commit(&edit) {
            Err(CommitError::ChangedMeanwhile { .. }) => edit = planned()?,
            answer => return Ok(answer.map(drop)?),
        }
    }
    Ok(writer.commit(&edit).map(drop)?)
}
