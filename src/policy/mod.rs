//! Where desired state comes from: an INI file, JSON on standard input, what Puppet left, or the policy inside the
//! program.

pub mod catalog;
pub mod declared;
pub mod default;
pub mod ini;
pub mod item;
pub mod json;
pub mod puppet_conf;
pub mod rich;
pub mod snapshot;
pub mod source;

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use standfast_facts::root::{Root, Status};
use standfast_facts::trusted::{self, Access, TrustError};
use standfast_providers::schema::SchemaError;
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::resource::{Origin, Resource};
use item::{Items, Unjudged};
use puppet_conf::Agents;
use source::{Policy, Source};

/// The largest policy, or line of `serve`, that is read, in bytes (64 MiB): 10,000 resources are 2 MB.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

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
    /// A file of root's that others could have changed.
    #[error(transparent)]
    Untrusted(#[from] TrustError),
    /// What decides here is not for the eyes of whoever asks.
    #[error("run this as root, or name the desired state with --policy")]
    Denied(#[source] TrustError),
    /// JSON, and no catalog.
    #[error("{name}: is no catalog of Puppet: it has no `name` and `resources`")]
    NoCatalog {
        /// The file.
        name: String,
    },
    /// For another host.
    #[error("{path}: is for {is}, and this host is {certname}", path = path.display())]
    OtherHost {
        /// The file.
        path: PathBuf,
        /// The name in it.
        is: Shown,
        /// This host's.
        certname: Shown,
    },
    /// Which of them is this host's is not known.
    #[error(
        "{directory}: has catalogs of {names}: say `certname` in puppet.conf, or name one with --catalog",
        directory = directory.display()
    )]
    SeveralCatalogs {
        /// Where they are.
        directory: PathBuf,
        /// Their names.
        names: Shown,
    },
    /// A snapshot that says no time.
    #[error("{name}: `written` is {written}, and should be a time such as 2026-11-26T22:10:11Z")]
    Written {
        /// The file.
        name: String,
        /// As it is given.
        written: Shown,
    },
    /// A snapshot with a kind that is not known here.
    #[error("{name}: has a resource of the unknown kind `{kind}`: standfast {version} wrote it, and this is {}", env!("CARGO_PKG_VERSION"))]
    Kind {
        /// The file.
        name: String,
        /// The kind.
        kind: Shown,
        /// The version that wrote it.
        version: Shown,
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

/// What whoever asks has named.
#[derive(Clone, Copy, Debug)]
pub enum Named<'p> {
    /// Nothing.
    Nothing,
    /// A policy, or a snapshot; `-` for JSON on standard input.
    Policy(&'p Path),
    /// A catalog of Puppet.
    Catalog(&'p Path),
}

/// Reads the desired state: what is named, or else what is found below the root.
///
/// # Errors
/// [`PolicyError`] names file and line.
pub fn read(named: Named<'_>, root: &Root, agents: &Agents) -> Result<Policy, PolicyError> {
    let by_hand = |items| Policy { items, source: Source::Named };
    let path = match named {
        Named::Nothing => return source::find(root, agents),
        Named::Policy(path) if path == Path::new("-") => {
            let name = "standard input";
            let bytes = read_bounded(std::io::stdin().lock(), name).map_err(|error| match error {
                Bounded::Io(source) => PolicyError::Read { path: name.into(), source },
                Bounded::TooLarge(error) => error,
            })?;
            let items = json::parse(name, &text_of(name, bytes)?, Origin::Stdin)?;
            return Ok(Policy { items, source: Source::Stdin });
        }
        Named::Policy(path) | Named::Catalog(path) => path,
    };
    let name = path.display().to_string();
    let (bytes, status) = read_named(path, &name)?;
    if let Named::Catalog(_) = named {
        trusted::judge(path, &status, Access::RootWrites)?;
        return source::catalog(path, bytes, status.modified, None, None);
    }
    // An INI file never begins so, nor does an array.
    if bytes.trim_ascii_start().starts_with(b"{") {
        trusted::judge(path, &status, Access::Private)?;
        return source::snapshot(path, bytes, agents.of(root));
    }
    let text = text_of(&name, bytes)?;
    if path.extension().is_some_and(|extension| extension == "json") {
        return json::parse(&name, &text, Origin::File).map(by_hand);
    }
    let resources = ini::parse(&name, &text)?;
    Ok(by_hand(resources.into()))
}

/// Reads a file that whoever asks has named.
fn read_named(path: &Path, name: &str) -> Result<(Vec<u8>, Status), PolicyError> {
    let fail = |source| PolicyError::Read { path: path.to_path_buf(), source };
    #[expect(clippy::disallowed_methods, reason = "a policy is named by the caller, not found below --root")]
    let file = std::fs::File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if metadata.is_dir() {
        return Err(PolicyError::Directory { path: path.to_path_buf() });
    }
    let bytes = read_bounded(file, name).map_err(|error| match error {
        Bounded::Io(source) => fail(source),
        Bounded::TooLarge(error) => error,
    })?;
    let status = Status {
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        modified: metadata.modified().map_err(fail)?,
    };
    Ok((bytes, status))
}

enum Bounded {
    Io(std::io::Error),
    TooLarge(PolicyError),
}

fn read_bounded(input: impl Read, name: &str) -> Result<Vec<u8>, Bounded> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(Bounded::Io)?;
    if bytes.len() > MAX_BYTES {
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

/// What a run is about.
#[derive(Debug, Default)]
pub struct Selected {
    /// What is declared in the families that it is about.
    pub resources: Vec<Resource>,
    /// The places of those that are asked for.
    pub wanted: Vec<usize>,
    /// Those that are asked for and cannot be judged, each with how many of `wanted` stand before it.
    pub unjudged: Vec<(usize, Unjudged)>,
}

/// Asks for the items that one of the globs names as `KIND/TITLE`; for all when there is no glob.
///
/// What else is declared in their families stays beside them: it is declared, whether somebody asks for it or not, and
/// what removes the rest must know it.
///
/// # Errors
/// When a glob cannot be read, or nothing matches.
pub fn select(items: Items, globs: &[String]) -> Result<Selected, PolicyError> {
    let Items { resources, unjudged } = items;
    if globs.is_empty() {
        let wanted = (0..resources.len()).collect();
        return Ok(Selected { resources, wanted, unjudged });
    }
    // A glob that says no more than a name is no pattern to be compiled: so Puppet and people ask.
    let (patterns, names): (Vec<&str>, Vec<&str>) = globs
        .iter()
        .map(String::as_str)
        .partition(|glob| glob.contains(['*', '?', '[', ']', '{', '}', ',', '\\']));
    let set = glob_set(&patterns)?;
    let is_named = |path: &str| names.contains(&path) || set.is_match(path);
    let mut selected = Selected { resources: Vec::with_capacity(resources.len()), ..Selected::default() };
    let mut others = Vec::new();
    let mut families = BTreeSet::new();
    let mut unjudged = unjudged.into_iter().filter(|(_, one)| is_named(&one.path())).peekable();
    for (number, resource) in resources.into_iter().enumerate() {
        while let Some((_, one)) = unjudged.next_if(|(before, _)| *before <= number) {
            selected.unjudged.push((selected.wanted.len(), one));
        }
        if is_named(&resource.path()) {
            families.insert(resource.desired.family());
            selected.wanted.push(selected.resources.len());
            selected.resources.push(resource);
        } else {
            others.push(resource);
        }
    }
    selected.unjudged.extend(unjudged.map(|(_, one)| (selected.wanted.len(), one)));
    if selected.wanted.is_empty() && selected.unjudged.is_empty() {
        return Err(PolicyError::NothingSelected { globs: globs.join(" ") });
    }
    others.retain(|resource| families.contains(&resource.desired.family()));
    selected.resources.extend(others);
    Ok(selected)
}

/// `*` crosses slashes, for titles hold them; a backslash is a character of names like `DOM\user`.
fn glob_set(globs: &[&str]) -> Result<GlobSet, PolicyError> {
    let fail = |glob: &str, source| PolicyError::Glob { glob: glob.to_owned(), source };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let built = GlobBuilder::new(glob).literal_separator(false).backslash_escape(false).build();
        set.add(built.map_err(|source| fail(glob, source))?);
    }
    set.build().map_err(|source| fail(&globs.join(" "), source))
}
