//! Why logs cannot be compared.

use std::io;
use std::path::PathBuf;

use standfast_providers::shown::Shown;
use thiserror::Error;

use super::Role;

/// Why logs cannot be compared. Nothing has been found out then.
#[derive(Debug, Error)]
pub enum LogsError {
    /// The file cannot be opened or read.
    #[error("cannot read log {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory, where rotated files are looked for.
    #[error("cannot look for rotated files in {path}", path = path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not a file.
    #[error("log {path} is a directory; name the files in it", path = path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// A pipe or a device.
    #[error("log {path} is no file: it has to be read more than once", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Something else than gzip.
    #[error(
        "{path} is packed by {packing}, and only gzip is read: unpack it, or name the files with --no-rotated",
        path = path.display()
    )]
    Packed {
        /// The file.
        path: PathBuf,
        /// The ending of its name.
        packing: String,
    },
    /// One file on both sides.
    #[error("{path} is named on both sides", path = path.display())]
    OnBothSides {
        /// The file.
        path: PathBuf,
    },
    /// No line begins with a time stamp.
    #[error("no line of {path} begins with a time stamp: is it a log of rsyslog?", path = path.display())]
    NoLog {
        /// The first file of the side.
        path: PathBuf,
    },
    /// No entry of the host.
    #[error("the {side} side has no entry of host {hosts}{}; name it with --host", but_of(others))]
    NoEntry {
        /// The side.
        side: Role,
        /// Whose entries were looked for.
        hosts: Shown,
        /// Whose entries are there.
        others: Vec<Shown>,
    },
    /// The side has no line at all.
    #[error(
        "the {side} side is empty; to be told all that the other side has, name the time with --since and --until"
    )]
    Empty {
        /// The side.
        side: Role,
    },
    /// No time that both sides are complete for.
    #[error(
        "nothing can be compared: {why}; --since and --until name the time, and --slack is what is left out at the end"
    )]
    NoWindow {
        /// Why not.
        why: String,
    },
}

fn but_of(others: &[Shown]) -> String {
    match others {
        [] => String::new(),
        others => {
            let names: Vec<&str> = others.iter().map(Shown::as_str).collect();
            format!(", but of {}", names.join(", "))
        }
    }
}
