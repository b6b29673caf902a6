//! Where desired state comes from: an INI file, JSON on standard input, or the policy inside the program.

pub mod declared;
pub mod ini;
pub mod json;
pub mod snapshot;

use std::io::Read;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use standfast_providers::schema::SchemaError;
use thiserror::Error;

use crate::resource::{Origin, Resource};

/// The policy that holds when none is named.
pub const DEFAULT: &str = include_str!("default.ini");

/// The largest policy that is read, in bytes (64 MiB): 10,000 resources are 2 MB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why desired state cannot be had. Nothing has been changed then.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The file cannot be opened or read.
    #[error("cannot read policy {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not a file.
    #[error("policy {path} is a directory", path = path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// More than [`MAX_BYTES`].
    #[error("policy {name} is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge {
        /// The file, or `standard input`.
        name: String,
    },
    /// Not text.
    #[error("{name}:{line}: is not UTF-8")]
    NotUtf8 {
        /// The file, or `standard input`.
        name: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// A line that is not INI.
    #[error("{name}:{line}: {message}")]
    Syntax {
        /// The file, or `standard input`.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A resource that its kind refuses.
    #[error("{name}:{line}: {resource}")]
    Resource {
        /// The file, or `standard input`.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// Kind and title.
        resource: String,
        /// What the kind refuses.
        source: Box<SchemaError>,
    },
    /// A snapshot of another version.
    #[error("{name}: is a snapshot of format {format}, and this program reads format {}", snapshot::FORMAT)]
    Format {
        /// The file.
        name: String,
        /// Its format.
        format: u32,
    },
    /// A glob that cannot be read.
    #[error("`{glob}` is not a glob")]
    Glob {
        /// As given.
        glob: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// Globs that select nothing.
    #[error("no resource matches {globs}")]
    NothingSelected {
        /// As given.
        globs: String,
    },
}

/// Reads the desired state: of the file, of standard input for `-`, or the default.
///
/// # Errors
/// [`PolicyError`] names file and line.
pub fn read(policy: Option<&Path>) -> Result<Vec<Resource>, PolicyError> {
    match policy {
        None => ini::parse("default policy", DEFAULT),
        Some(path) if path == Path::new("-") => {
            let name = "standard input";
            let bytes = read_bounded(std::io::stdin().lock(), name).map_err(|error| match error {
                Bounded::Io(source) => PolicyError::Read { path: name.into(), source },
                Bounded::TooLarge(error) => error,
            })?;
            json::parse(name, &text_of(name, bytes)?, Origin::Stdin)
        }
        Some(path) => {
            let name = path.display().to_string();
            let fail = |source| PolicyError::Read { path: path.to_path_buf(), source };
            #[expect(
                clippy::disallowed_methods,
                reason = "a policy is named by the caller, not found below --root"
            )]
            let file = std::fs::File::open(path).map_err(fail)?;
            if file.metadata().map_err(fail)?.is_dir() {
                return Err(PolicyError::Directory { path: path.to_path_buf() });
            }
            let bytes = read_bounded(file, &name).map_err(|error| match error {
                Bounded::Io(source) => fail(source),
                Bounded::TooLarge(error) => error,
            })?;
            let text = text_of(&name, bytes)?;
            if path.extension().is_some_and(|extension| extension == "json") {
                json::parse(&name, &text, Origin::File)
            } else {
                ini::parse(&name, &text)
            }
        }
    }
}

enum Bounded {
    Io(std::io::Error),
    TooLarge(PolicyError),
}

fn read_bounded(input: impl Read, name: &str) -> Result<Vec<u8>, Bounded> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Bounded::Io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Bounded::TooLarge(PolicyError::TooLarge { name: name.to_owned() }));
    }
    Ok(bytes)
}

fn text_of(name: &str, bytes: Vec<u8>) -> Result<String, PolicyError> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
        PolicyError::NotUtf8 { name: name.to_owned(), line }
    })
}

/// Keeps the resources that one of the globs names as `KIND/TITLE`; all when there is no glob.
///
/// # Errors
/// When a glob cannot be read, or nothing matches.
pub fn select(resources: Vec<Resource>, globs: &[String]) -> Result<Vec<Resource>, PolicyError> {
    if globs.is_empty() {
        return Ok(resources);
    }
    let set = glob_set(globs)?;
    let selected: Vec<_> = resources.into_iter().filter(|resource| set.is_match(resource.path())).collect();
    if selected.is_empty() {
        return Err(PolicyError::NothingSelected { globs: globs.join(" ") });
    }
    Ok(selected)
}

/// `*` crosses slashes, for titles hold them; a backslash is a character of names like `DOM\user`.
fn glob_set(globs: &[String]) -> Result<GlobSet, PolicyError> {
    let fail = |glob: &str, source| PolicyError::Glob { glob: glob.to_owned(), source };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let built = GlobBuilder::new(glob).literal_separator(false).backslash_escape(false).build();
        set.add(built.map_err(|source| fail(glob, source))?);
    }
    set.build().map_err(|source| fail(&globs.join(" "), source))
}
