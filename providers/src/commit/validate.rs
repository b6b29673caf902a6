//! The daemon's own syntax check of a new content, before anybody can read it.
//!
//! The daemon looks at its usual paths, and finds the new content there: a thread with mounts of its own puts it over
//! the old. Nothing is written to a disk, and nothing is left whenever the run is killed, for the kernel takes the
//! mounts away with the last process that has them. Linux 2.6.16 can do it.
//!
//! Who may not mount, as in a container, has the daemon read all its files as one.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use rustix::fs::FileType;

use super::backup;
use super::directory::Directory;
use super::error::CommitError;
use super::temp::Temp;
use crate::edit::{Check, FileEdit, Labels};
use crate::shown::Shown;

/// How long a check may take before it counts for nothing: rsyslogd's takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks the daemon whether it would take the edit; what it found wrong before is no reason to refuse.
///
/// # Errors
/// [`CommitError::Refused`] has the daemon's words. Where the check itself cannot be made, nothing is refused.
pub(super) fn validate(edit: &FileEdit, state: &Directory) -> Result<(), CommitError> {
    let Some(check) = &edit.check else { return Ok(()) };
    let Some(complaints) = complaints(check, edit, state) else { return Ok(()) };
    let Some(complaint) = complaints else { return Ok(()) };
    let shown = (edit.show)(complaint.as_bytes(), &mut Labels::default());
    Err(CommitError::Refused {
        path: edit.path.clone(),
        program: check.program.clone(),
        message: Shown::text(shown.trim_end()),
    })
}

/// The first new complaint, if there is one; `None` where the daemon could not be asked.
fn complaints(check: &Check, edit: &FileEdit, state: &Directory) -> Option<Option<String>> {
    let with_view = in_private_view(check, edit, &state.path);
    let (is_alone, after) = match with_view {
        Some(after) => (false, after),
        None => (true, alone(check, &check.alone.as_ref()?.1, state)?),
    };
    if after.is_empty() {
        return Some(None);
    }
    let before =
        if is_alone { alone(check, &check.alone.as_ref()?.0, state)? } else { run(check, &check.config)? };
    let known: Vec<String> = before.iter().map(|line| without_numbers(line)).collect();
    Some(after.into_iter().find(|line| !known.contains(&without_numbers(line))))
}

/// Lines move when others are inserted before them.
fn without_numbers(line: &str) -> String {
    line.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// What the daemon says with the new content in its place; `None` where we may not mount.
fn in_private_view(check: &Check, edit: &FileEdit, scratch: &Path) -> Option<Vec<String>> {
    // Namespaces are a thread's own, and so are those of the processes that it starts.
    std::thread::scope(|scope| {
        let ask = || {
            cover(edit, scratch).ok()?;
            run(check, &check.config)
        };
        scope.spawn(ask).join().ok().flatten()
    })
}

/// What the daemon says of the whole configuration as one file. A run that is killed meanwhile leaves a file among the
/// backups, and the next run sweeps it.
fn alone(check: &Check, text: &[u8], state: &Directory) -> Option<Vec<String>> {
    let backups = backup::open(state).ok()?;
    let temp = Temp::create(&backups, OsStr::new("check")).ok()?;
    temp.write(text).ok()?;
    let path = temp.path();
    let said = run(check, &path)?;
    let name = path.to_string_lossy().into_owned();
    Some(said.into_iter().map(|line| line.replace(&name, "(all files as one)")).collect())
}

/// Puts the new content in its place for this thread alone.
fn cover(edit: &FileEdit, scratch: &Path) -> std::io::Result<()> {
    let none: Option<&str> = None;
    unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS)?;
    // Without this the mounts would be everyone's where systemd shares them.
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    mount(Some("standfast"), scratch, Some("tmpfs"), MsFlags::empty(), Some("mode=700"))?;
    let (Some(directory), Some(name)) = (edit.path.parent(), edit.path.file_name()) else {
        return Err(std::io::ErrorKind::InvalidInput.into());
    };
    if edit.before.is_some()
        && let Some(after) = &edit.after
    {
        let copy = scratch.join("file");
        std::fs::write(&copy, after)?;
        mount(Some(&copy), &edit.path, none, MsFlags::MS_BIND, none)?;
        return Ok(());
    }
    // A name that comes or goes: the directory as it would be.
    let copy = scratch.join("directory");
    std::fs::create_dir(&copy)?;
    for entry in rustix::fs::Dir::read_from(std::fs::File::open(directory)?)? {
        let entry = entry?;
        let entry_name = std::ffi::OsStr::from_bytes(entry.file_name().to_bytes());
        if entry_name == "." || entry_name == ".." || entry_name == name {
            continue;
        }
        let (from, to) = (directory.join(entry_name), copy.join(entry_name));
        match FileType::from_raw_mode(rustix::fs::stat(&from).map_or(0, |stat| stat.st_mode)) {
            FileType::RegularFile => drop(std::fs::copy(&from, &to)?),
            FileType::Directory => {
                std::fs::create_dir(&to)?;
                mount(Some(&from), &to, none, MsFlags::MS_BIND, none)?;
            }
            _ => {}
        }
    }
    if let Some(after) = &edit.after {
        std::fs::write(copy.join(name), after)?;
    }
    mount(Some(&copy), directory, none, MsFlags::MS_BIND, none)?;
    Ok(())
}

/// Runs the check; `None` where it cannot be run, or does not end.
fn run(check: &Check, config: &Path) -> Option<Vec<String>> {
    let mut child = Command::new(&check.program)
        .args(&check.arguments)
        .arg(config)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut pipe = child.stderr.take()?;
    let (status, said) = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut said = Vec::new();
            // More than anybody reads; what follows is lost.
            pipe.by_ref().take(1 << 20).read_to_end(&mut said).map(|_| said)
        });
        let status = wait(&mut child);
        (status, reader.join().ok().and_then(Result::ok))
    });
    if status?.success() {
        return Some(Vec::new());
    }
    let said = String::from_utf8_lossy(&said?).into_owned();
    let is_noise = |line: &&str| check.noise.iter().any(|noise| line.contains(noise));
    Some(
        said.lines()
            .filter(|line| !line.trim().is_empty())
            .filter(|line| !is_noise(line))
            .map(str::to_owned)
            .collect(),
    )
}

fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let start = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if start.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
