//! `CommitError`, why a file was not made what the plan says.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;
use standfast_facts::root::ReadError;
use thiserror::Error;

use crate::shown::Shown;

/// Why a file was not made what the plan says. Paths are below the root.
///
/// After every variant but [`CommitError::NotDurable`] the file is byte for byte what it was.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The file is no longer what the plan was made from: observe, plan and commit once more.
    #[error("{path}: was changed by someone else after it was read", path = path.display())]
    ChangedMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// A directory, socket, FIFO or device stands where the file should be.
    #[error("{path}: is a {found}, not a regular file; move it away first", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// Replacing one name of a file would silently part it from its other names.
    #[error("{path}: has {links} hard links, which replacing the file would part; keep one name (find / -xdev -samefile {path})", path = path.display())]
    HardLinked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// The file or its directory has the immutable or the append-only attribute (chattr(1)).
    #[error("{path}: is {attribute}; if that is not meant to be, chattr -{letter} {path}", path = path.display(), letter = attribute.letter())]
    Protected {
        /// The file or directory that has the attribute.
        path: PathBuf,
        /// Which one.
        attribute: Attribute,
    },
    /// The file is itself a mount point, as in a container, and cannot be replaced by rename(2).
    #[error("{path}: is a mount point, which cannot be replaced; change the file where it is mounted from", path = path.display())]
    MountPoint {
        /// The file.
        path: PathBuf,
    },
    /// Someone else than root could swap the file while it is being written.
    #[error("{path}: the directory {directory} {weakness}", path = path.display(), directory = directory.display())]
    UnsafeDirectory {
        /// The file.
        path: PathBuf,
        /// The directory on the way to it.
        directory: PathBuf,
        /// What is wrong with it.
        weakness: Weakness,
    },
    /// A symbolic link leads through a directory where someone else than root could swap the file.
    #[error("{path}: the symbolic link {link} leads through the directory {directory}, which {weakness}", path = path.display(), link = link.display(), directory = directory.display())]
    UnsafeLink {
        /// The file.
        path: PathBuf,
        /// The symbolic link that was followed.
        link: PathBuf,
        /// The directory that it leads through.
        directory: PathBuf,
        /// What is wrong with it.
        weakness: Weakness,
    },
    /// A symbolic link on the way leads to nothing.
    #[error("{path}: the symbolic link {link} leads to nothing; make its target or remove the link", path = path.display(), link = link.display())]
    DanglingLink {
        /// The file.
        path: PathBuf,
        /// The link.
        link: PathBuf,
    },
    /// More than 40 symbolic links, the bound that path_resolution(7) names.
    #[error("{path}: the symbolic links on the way go round in a circle; correct them", path = path.display())]
    LinkLoop {
        /// The file.
        path: PathBuf,
    },
    /// Something that is not a directory stands on the way.
    #[error("{path}: {directory} is not a directory; move it away first", path = path.display(), directory = directory.display())]
    NotADirectory {
        /// The file.
        path: PathBuf,
        /// What should be a directory.
        directory: PathBuf,
    },
    /// More than the last directory is missing, so the program that reads the file is hardly installed.
    #[error("{path}: the directory {directory} does not exist; make it or install the package that it belongs to", path = path.display(), directory = directory.display())]
    NoDirectory {
        /// The file.
        path: PathBuf,
        /// The first directory that is missing.
        directory: PathBuf,
    },
    /// `EROFS`.
    #[error("{path}: the file system is read-only; mount it writable first", path = path.display())]
    ReadOnly {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// `ENOSPC` or `EDQUOT`.
    #[error("{path}: the file system or the quota is full; free some space first", path = path.display())]
    NoSpace {
        /// The file that was to be written.
        path: PathBuf,
    },
    /// Another run has held the lock for too long.
    #[error("{path}: {holder} has held the lock for more than {} s; wait for it or end it", waited.as_secs(), path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that holds it, as far as /proc/locks tells.
        holder: Holder,
        /// How long this run has waited.
        waited: Duration,
    },
    /// The daemon's own check says that it could not read its configuration any more.
    #[error("{path}: is left as it is, because {program} would not take it: {message}", path = path.display(), program = program.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// The program that was asked.
        program: PathBuf,
        /// What it said, secrets masked.
        message: Shown,
    },
    /// What stands there now could not be read.
    #[error(transparent)]
    Read(ReadError),
    /// The kernel refused one operation.
    #[error("cannot {operation} {path}", path = path.display())]
    Io {
        /// What was attempted.
        operation: Operation,
        /// On which file or directory.
        path: PathBuf,
        /// What the kernel said.
        source: Errno,
    },
    /// Without a backup nothing is replaced or removed.
    #[error("{path}: is left as it is, because no backup of it could be kept", path = path.display())]
    Backup {
        /// The file that was to be replaced.
        path: PathBuf,
        /// Why there is no backup.
        source: Box<CommitError>,
    },
    /// The change is in place, but a power loss may still take it back.
    #[error("{path}: is changed, but its directory could not be synced, so a power loss may undo the change", path = path.display())]
    NotDurable {
        /// The file.
        path: PathBuf,
        /// What the kernel said.
        source: Errno,
    },
}

impl CommitError {
    /// Maps what the kernel said to the variant that tells a person what to do.
    pub(super) fn new(operation: Operation, path: &Path, source: Errno) -> Self {
        let path = path.to_path_buf();
        match source {
            Errno::NOSPC | Errno::DQUOT => Self::NoSpace { path },
            Errno::ROFS => Self::ReadOnly { path },
            Errno::BUSY if operation == Operation::Replace => Self::MountPoint { path },
            source => Self::Io { operation, path, source },
        }
    }
}

/// An operation that the kernel may refuse, worded to follow "cannot".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says it; the texts are in Display")]
pub enum Operation {
    Open,
    Inspect,
    List,
    Create,
    Write,
    KeepOwner,
    KeepAttributes,
    SetMode,
    Sync,
    Replace,
    Move,
    Remove,
    MakeDirectory,
    Lock,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Inspect => "inspect",
            Self::List => "list",
            Self::Create => "create a file beside",
            Self::Write => "write",
            Self::KeepOwner => "keep the owner of",
            Self::KeepAttributes => "keep the extended attributes of",
            Self::SetMode => "set the mode of",
            Self::Sync => "sync to disk",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Remove => "remove",
            Self::MakeDirectory => "make the directory",
            Self::Lock => "lock",
        })
    }
}

/// An inode attribute that forbids a change even to root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `chattr +i`
    Immutable,
    /// `chattr +a`
    AppendOnly,
}

impl Attribute {
    fn letter(self) -> char {
        match self {
            Self::Immutable => 'i',
            Self::AppendOnly => 'a',
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Immutable => "immutable",
            Self::AppendOnly => "append-only",
        })
    }
}

/// Why a directory is not safe to write below, worded to follow its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It belongs to neither root nor the effective user.
    ForeignOwner(
        /// The user ID of its owner.
        u32,
    ),
    /// Its group, or an ACL whose mask the group bits are, may write.
    GroupWritable,
    /// Everyone may write, even when the sticky bit is set.
    WorldWritable,
    /// Others may list it or read in it, where everything is its owner's alone.
    OpenToOthers,
}

impl fmt::Display for Weakness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignOwner(uid) => {
                write!(
                    formatter,
                    "belongs to user ID {uid}, who could swap the file; give it to root (chown root)"
                )
            }
            Self::GroupWritable => formatter
                .write_str("is writable by its group, which could swap the file; take that away (chmod g-w)"),
            Self::WorldWritable => formatter
                .write_str("is writable by everyone, who could swap the file; take that away (chmod o-w)"),
            Self::OpenToOthers => {
                formatter.write_str("may be read by others than its owner; take that away (chmod 0700)")
            }
        }
    }
}

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This process.
    Process {
        /// Its process ID.
        pid: u32,
        /// Its name as in proc_pid_comm(5); empty when it cannot be read.
        name: String,
    },
    /// /proc/locks does not tell.
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { pid, name } if name.is_empty() => write!(formatter, "process {pid}"),
            Self::Process { pid, name } => write!(formatter, "process {pid} ({name})"),
            Self::Unknown => formatter.write_str("another run"),
        }
    }
}
