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

// A plan that nobody else's writes outdate more often than this is a plan that cannot be made.
const TRIES: usize = 100;

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
        "append" => content
            .split_inclusive(|&byte| byte == b'\n')
            .try_for_each(|line| {
                edit(&root, target, |before| {
                    Some([before.unwrap_or_default(), line].concat())
                })
            }),
        _ => Err("how: set, append or remove".into()),
    }
}

/// Plans and commits, and plans again when someone else was quicker.
fn edit(
    root: &Root,
    target: &Path,
    plan: impl Fn(Option<&[u8]>) -> Option<Vec<u8>>,
) -> Result<(), Failure> {
    let mut tries = 0;
    loop {
        let before = match root.read(target) {
            Err(ReadError::Missing { .. }) => None,
            answer => Some(answer?),
        };
        let after = plan(before.as_deref());
        let edit = FileEdit {
            path: target.to_path_buf(),
            before,
            after,
            new_mode: 0o644,
        };
        let writer = Writer::begin(root, Path::new(STATE_DIR))?;
        let directory = target.parent().map(Path::to_path_buf);
        writer.sweep(directory.as_slice())?;
        match writer.commit(&edit) {
            Err(CommitError::ChangedMeanwhile { .. }) if tries < TRIES => tries += 1,
            answer => return Ok(answer.map(drop)?),
        }
    }
}
