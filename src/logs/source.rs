//! The files of one side: as named, with their rotated siblings, plain or packed by gzip.

use std::cmp::Ordering;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use standfast_facts::machine::Progress;

use super::error::LogsError;
use super::lines::Lines;
use super::rotation::{self, Packing, Rotated};
use crate::calendar::SECOND;

/// Whether the rotated files of a log are read too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Siblings {
    /// `messages` stands for `messages.1`, `messages.2.gz` and so on too.
    Taken,
    /// Only what is named.
    Left,
}

/// A file that is open, so that a rotation meanwhile changes nothing.
#[derive(Debug)]
pub struct LogFile {
    /// As named, or as found beside what was named.
    pub path: PathBuf,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// Its size in bytes when it was opened; what is written later is not read.
    pub size: u64,
    is_packed: bool,
    identity: (u64, u64),
    file: File,
}

/// A log: a file and its older ones, the youngest first.
#[derive(Debug)]
pub struct Log {
    /// The files.
    pub files: Vec<LogFile>,
}

/// Opens the logs of a side. What is named twice, or named and found, is taken once.
///
/// # Errors
/// [`LogsError`] names the file.
pub fn open(paths: &[PathBuf], siblings: Siblings) -> Result<Vec<Log>, LogsError> {
    let mut logs: Vec<Log> = Vec::new();
    for path in paths {
        let older = match siblings {
            Siblings::Taken => siblings_of(path)?,
            Siblings::Left => Vec::new(),
        };
        for path in std::iter::once(path).chain(&older) {
            let file = LogFile::open(path)?;
            let mut known = logs.iter().flat_map(|log| &log.files);
            if known.any(|known| known.identity == file.identity) {
                continue;
            }
            // Named one by one, the files of a log are one log all the same.
            match logs.iter_mut().find(|log| log.files[0].log() == file.log()) {
                Some(log) => log.files.push(file),
                None => logs.push(Log { files: vec![file] }),
            }
        }
    }
    for log in &mut logs {
        log.files.sort_by(LogFile::by_age);
    }
    Ok(logs)
}

/// Refuses a file that is on both sides: it would prove nothing.
///
/// # Errors
/// [`LogsError::OnBothSides`] names it.
pub fn refuse_common(local: &[Log], central: &[Log]) -> Result<(), LogsError> {
    let files = |logs: &'_ [Log]| {
        logs.iter().flat_map(|log| &log.files).map(|file| file.identity).collect::<Vec<_>>()
    };
    let central = files(central);
    match local.iter().flat_map(|log| &log.files).find(|file| central.contains(&file.identity)) {
        Some(file) => Err(LogsError::OnBothSides { path: file.path.clone() }),
        None => Ok(()),
    }
}

fn siblings_of(path: &Path) -> Result<Vec<PathBuf>, LogsError> {
    let Some(log) = path.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let fail = |source| LogsError::List { path: directory.to_path_buf(), source };
    #[expect(clippy::disallowed_methods, reason = "a log is named by the caller, not found below --root")]
    let entries = match std::fs::read_dir(directory) {
        // That the log itself is missing says more.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(fail)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let Some(rotated) = name.to_str().and_then(|name| Rotated::of(log, name)) else { continue };
        let path = path.with_file_name(&name);
        if let Packing::Unreadable(packing) = rotated.packing {
            return Err(LogsError::Packed { path, packing: packing.to_owned() });
        }
        found.push(path);
    }
    Ok(found)
}

impl LogFile {
    fn open(path: &Path) -> Result<Self, LogsError> {
        let fail = |source| LogsError::Read { path: path.to_path_buf(), source };
        let refuse = |metadata: &Metadata| {
            let path = path.to_path_buf();
            if metadata.is_dir() { LogsError::Directory { path } } else { LogsError::NotAFile { path } }
        };
        // Opening a pipe would wait for whoever writes into it.
        let metadata = path.metadata().map_err(fail)?;
        if !metadata.is_file() {
            return Err(refuse(&metadata));
        }
        #[expect(clippy::disallowed_methods, reason = "a log is named by the caller, not found below --root")]
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if !metadata.is_file() {
            return Err(refuse(&metadata));
        }
        let mut magic = [0; 6];
        let read = file.read_at(&mut magic, 0).map_err(fail)?;
        if let Some(packing) = unreadable(&magic[..read]) {
            return Err(LogsError::Packed { path: path.to_path_buf(), packing: packing.to_owned() });
        }
        Ok(Self {
            path: path.to_path_buf(),
            modified: metadata.mtime() * SECOND,
            size: metadata.len(),
            is_packed: magic.starts_with(b"\x1f\x8b"),
            identity: (metadata.dev(), metadata.ino()),
            file,
        })
    }

    /// The directory and the name of the log that it is a file of.
    fn log(&self) -> (Option<&Path>, String) {
        let name = self.name();
        (self.path.parent(), rotation::log_of(&name).to_owned())
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The youngest first: the log itself, then by what rotation has called them.
    fn by_age(&self, other: &Self) -> Ordering {
        let (one, other) = (self.name(), other.name());
        let log = rotation::log_of(&one).to_owned();
        match (Rotated::of(&log, &one), Rotated::of(&log, &other)) {
            (Some(one), Some(other)) => one.by_age(&other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        }
    }

    /// The lines of the file, from its start; counts the bytes that were read of it.
    pub fn lines<'f>(&'f self, progress: &Progress) -> Lines<Box<dyn Read + Send + 'f>> {
        let bytes = Bytes { file: &self.file, at: 0, end: self.size, progress: progress.clone() };
        Lines::new(if self.is_packed { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) })
    }

    /// What went wrong while its lines were read.
    #[must_use]
    pub fn failed(&self, source: io::Error) -> LogsError {
        LogsError::Read { path: self.path.clone(), source }
    }
}

/// By the first bytes: what is packed, but not by gzip.
fn unreadable(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [0xfd, b'7', b'z', b'X', b'Z', 0] => Some("xz"),
        [b'B', b'Z', b'h', ..] => Some("bz2"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zst"),
        _ => None,
    }
}

/// A file from its start to what was its end; several readers do not disturb one another.
#[derive(Debug)]
struct Bytes<'f> {
    file: &'f File,
    at: u64,
    end: u64,
    progress: Progress,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..left], self.at)?;
        self.at += count as u64;
        self.progress.add(count);
        Ok(count)
    }
}
