//! The observed state of all limits files: what is there, in the order in which pam_limits reads it.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::OFlags;
use standfast_facts::accounts::AccountsError;
use standfast_facts::machine::Machine;
use standfast_facts::once::fill;
use standfast_facts::os;
use standfast_facts::pam_module::{self, Capabilities, Family, Tokenizer};
use standfast_facts::pam_services;
use standfast_facts::rlimit::{Limit, Limits, Rlimit};
use standfast_facts::root::{ReadError, Root};
use standfast_facts::{kernel, limits_in_force, opener};
use thiserror::Error;

use super::index::{Index, Members};
use super::rules::Rules;
use super::semantics::{LineId, Start};
use super::syntax::{self, Action, LimitsSyntax, Line};
use crate::document::Document;
use crate::provider::Place;

/// The directory that holds limits.conf and limits.d.
pub const SECURITY_DIR: &str = "/etc/security";
/// The file that is read first.
pub const LIMITS_CONF: &str = "/etc/security/limits.conf";
/// The directory whose `*.conf` are read after it, in byte order.
pub const LIMITS_D: &str = "/etc/security/limits.d";

/// Why limits cannot be observed.
#[derive(Debug, Error)]
pub enum ObserveError {
    /// Without the module no entry is in force.
    #[error("pam_limits.so is not installed: no entry of limits.conf can be in force")]
    NoModule,
    /// A file that must be read cannot be.
    #[error("cannot observe limits")]
    Read(#[source] ReadError),
    /// Users or groups cannot be asked for.
    #[error("cannot observe limits")]
    Accounts(#[source] AccountsError),
}

/// One file that pam_limits reads, or would read.
#[derive(Debug)]
pub struct LimitsFile {
    /// Its path below the root.
    pub path: PathBuf,
    /// What is there.
    pub content: Content,
}

/// What stands where a file should be.
#[derive(Debug)]
pub enum Content {
    /// A file.
    Read(Rc<Understood>),
    /// Nothing.
    Missing,
    /// A symbolic link to nothing; modules before 1.5.3 refuse the session for it.
    Dangling,
    /// A directory or a device; a directory is harmless.
    NotAFile,
}

/// A file as a module reads it.
#[derive(Debug)]
pub struct Understood {
    module: Capabilities,
    document: Document<Line>,
}

/// What all limits files say, the rules that hold, and an index over the lines.
#[derive(Debug)]
pub struct LimitsState<'m> {
    /// The machine, for accounts.
    pub machine: &'m Machine<'m>,
    /// The rules that hold.
    pub rules: Rules,
    /// The files in reading order; limits.conf is always the first.
    pub files: Vec<LimitsFile>,
    index: OnceCell<Index>,
    members: OnceCell<Members>,
    reset: Option<Limits>,
    nr_open: Option<u64>,
    inherited: OnceCell<Option<opener::Opener>>,
    unloaded: OnceCell<bool>,
    may_raise: OnceCell<bool>,
    /// How many lines name accounts that were not looked up.
    pub(super) not_asked: Cell<usize>,
    /// Whether `conf=` names the file.
    named: bool,
}

/// What the kernel of the machine says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kernel {
    /// The limits of PID 1.
    pub pid_1: Option<Limits>,
    /// The content of `fs.nr_open`.
    pub nr_open: Option<u64>,
}

/// One line of a PAM service that loads the module, with its arguments; the default is a line without any.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    /// `conf=FILE`: this file alone is read.
    pub conf: Option<PathBuf>,
    /// `set_all`: what no line sets is taken from PID 1.
    pub set_all: bool,
}

impl<'m> LimitsState<'m> {
    /// Reads the module and all files.
    ///
    /// # Errors
    /// When the module is missing on a host, or a file cannot be read.
    pub fn observe(machine: &'m Machine<'m>) -> Result<Self, ObserveError> {
        let rules = observe_rules(machine.root)?;
        let kernel = Kernel {
            // Only Debian's modules up to 12 ask for PID 1's limits without being told to.
            pid_1: if rules.module.family == Family::DebianResets { pid_1(machine.root) } else { None },
            nr_open: kernel::nr_open(machine.root).ok().filter(|_| machine.root.is_host()),
        };
        Self::observe_pass(machine, rules, kernel, &Pass::default())
    }

    /// Reads the files of one pass of the module, by the rules and the kernel that are given.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn observe_pass(
        machine: &'m Machine<'m>,
        rules: Rules,
        kernel: Kernel,
        pass: &Pass,
    ) -> Result<Self, ObserveError> {
        let module = &rules.module;
        let still_holds =
            |known: &Understood, content: &[u8]| known.module == *module && known.document.bytes() == content;
        let understand = |content| Understood {
            module: module.clone(),
            document: Document::parse(&LimitsSyntax { module }, content),
        };
        let paths = match &pass.conf {
            Some(conf) => vec![conf.clone()],
            None => paths(machine.root, rules.module.vendor_dir.as_deref())?,
        };
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let content = match machine.root.read(&path) {
                Ok(bytes) => Content::Read(machine.kept.or_make(&path, bytes, still_holds, understand)),
                Err(ReadError::Missing { .. }) if is_link(machine.root, &path) => Content::Dangling,
                Err(ReadError::Missing { .. }) => Content::Missing,
                Err(ReadError::NotAFile { .. }) => Content::NotAFile,
                Err(error) => return Err(ObserveError::Read(error)),
            };
            files.push(LimitsFile { path, content });
        }
        let resets = rules.module.family == Family::DebianResets || pass.set_all;
        let reset = kernel.pid_1.filter(|_| resets).map(opener::debian_reset);
        Ok(Self {
            machine,
            rules,
            files,
            index: OnceCell::new(),
            members: OnceCell::new(),
            reset,
            nr_open: kernel.nr_open,
            inherited: OnceCell::new(),
            unloaded: OnceCell::new(),
            may_raise: OnceCell::new(),
            not_asked: Cell::new(0),
            named: pass.conf.is_some(),
        })
    }

    /// The file for which the module refuses every session, if there is one.
    ///
    /// Up to 1.5.2 a missing limits.conf or a dangling link does; later ones only for a file that `conf=` names.
    #[must_use]
    pub fn refuses_sessions(&self) -> Option<&LimitsFile> {
        let strict = self.named || self.rules.module.tokenizer == Tokenizer::Chunked1023;
        self.files
            .iter()
            .filter(|_| strict)
            .find(|file| matches!(file.content, Content::Missing | Content::Dangling))
    }

    /// Whether no PAM service loads the module, so that nothing in its files is in force.
    ///
    /// # Errors
    /// When the services cannot be read.
    pub fn is_unloaded(&self) -> Result<bool, ObserveError> {
        let ask =
            || Ok(pam_services::is_loaded(self.machine.root).map_err(ObserveError::Read)? == Some(false));
        fill(&self.unloaded, ask).copied()
    }

    /// Where evaluation starts from.
    #[must_use]
    pub fn start(&self) -> Start<'_> {
        Start { reset: self.reset.as_ref(), nr_open: self.nr_open }
    }

    /// The content of `fs.nr_open`; `None` below another root, where no kernel answers.
    #[must_use]
    pub fn nr_open(&self) -> Option<u64> {
        self.nr_open
    }

    /// The process whose limits a new session inherits where no line sets them; an estimate, with its name.
    #[must_use]
    pub fn opener(&self) -> Option<&opener::Opener> {
        self.inherited.get_or_init(|| opener::opener(self.machine.root)).as_ref()
    }

    /// The limit that a new session starts with where no line sets it.
    #[must_use]
    pub fn inherited(&self, rlimit: Rlimit) -> Option<Limit> {
        let limits = self.reset.as_ref().or_else(|| self.opener().map(|opener| &opener.limits));
        limits.map(|limits| limits[rlimit])
    }

    /// Whether the kernel refuses to raise a hard limit above the inherited one: in a container that lacks
    /// CAP_SYS_RESOURCE. Debian's module then leaves both halves as they were; others refuse the session.
    #[must_use]
    pub fn is_refused(&self, rlimit: Rlimit, hard: u64) -> bool {
        self.machine.root.is_host()
            && self.inherited(rlimit).is_some_and(|inherited| hard > inherited.hard)
            && !*self.may_raise.get_or_init(|| kernel::may_raise_limits(self.machine.root).unwrap_or(true))
    }

    /// Whom a session has its limits from where no line sets them, in words.
    #[must_use]
    pub fn inherited_from(&self) -> String {
        // The opener is looked for among all processes: only where its limits count.
        if self.reset.is_some() {
            return "PID 1".into();
        }
        self.opener().map_or_else(|| "the process that opens the session".into(), opener::Opener::to_string)
    }

    /// All lines in reading order, with the bytes that their spans are of.
    pub fn lines(&self) -> impl Iterator<Item = (LineId, &Line, &[u8])> {
        self.files.iter().zip(0_u32..).flat_map(|(file, number)| {
            let document = file.document();
            let chunks = document.map(Document::chunks).unwrap_or_default();
            let bytes = document.map(Document::bytes).unwrap_or_default();
            chunks.iter().zip(0_u32..).filter_map(move |(chunk, index)| {
                chunk.entry.as_ref().map(|line| (LineId { file: number, chunk: index }, line, bytes))
            })
        })
    }

    /// One line and the bytes that its spans are of.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<(&Line, &[u8])> {
        let document = self.files.get(id.file as usize)?.document()?;
        let line = document.chunks().get(id.chunk as usize)?.entry.as_ref()?;
        Some((line, document.bytes()))
    }

    /// The limit that a line sets, with the line.
    #[must_use]
    pub fn limit(&self, id: LineId) -> Option<(&Line, &syntax::Limit, &[u8])> {
        let (line, bytes) = self.line(id)?;
        match &line.action {
            Action::Limit(limit) => Some((line, limit, bytes)),
            Action::NoLimits | Action::Inert(_) => None,
        }
    }

    /// File and line number of a line.
    #[must_use]
    pub fn place(&self, id: LineId) -> Place {
        let file = self.files.get(id.file as usize);
        let line =
            file.and_then(LimitsFile::document).and_then(|document| document.chunks().get(id.chunk as usize));
        Place {
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            line: line.map_or(0, |chunk| chunk.line),
        }
    }

    /// The text of a line as it stands in its file.
    #[must_use]
    pub fn text(&self, id: LineId) -> &[u8] {
        self.files
            .get(id.file as usize)
            .and_then(LimitsFile::document)
            .map(|document| document.text(id.chunk as usize))
            .unwrap_or_default()
    }

    /// The index over all lines, made at the first use.
    pub(super) fn index(&self) -> Result<&Index, AccountsError> {
        fill(&self.index, || Index::of(self))
    }

    /// Lines for single users by their groups, made at the first use.
    pub(super) fn members(&self) -> Result<&Members, AccountsError> {
        fill(&self.members, || Members::of(self))
    }
}

impl LimitsFile {
    /// The document, where there is a file.
    #[must_use]
    pub fn document(&self) -> Option<&Document<Line>> {
        match &self.content {
            Content::Read(understood) => Some(&understood.document),
            Content::Missing | Content::Dangling | Content::NotAFile => None,
        }
    }
}

fn observe_rules(root: &Root) -> Result<Rules, ObserveError> {
    if let Some(module) = pam_module::probe(root).map_err(ObserveError::Read)? {
        return Ok(Rules::installed(module));
    }
    if root.is_host() {
        return Err(ObserveError::NoModule);
    }
    match os::read(root) {
        Ok(os) => Ok(Rules::assumed(Some(&os))),
        Err(error) if error.is_missing() => Ok(Rules::assumed(None)),
        Err(error) => Err(ObserveError::Read(error)),
    }
}

/// The files that the module reads, in its order: limits.conf, then `limits.d/*.conf` by name.
///
/// Where the module was built with a vendor directory, its files are read unless one of the same name stands in
/// /etc; the names of both directories are sorted together.
fn paths(root: &Root, vendor: Option<&Path>) -> Result<Vec<PathBuf>, ObserveError> {
    let conf = PathBuf::from(LIMITS_CONF);
    let mut paths = vec![match vendor.map(|vendor| vendor.join("limits.conf")) {
        Some(vendor) if !exists(root, &conf) && exists(root, &vendor) => vendor,
        _ => conf,
    }];
    let mut names = Vec::new();
    let vendor_d = vendor.map(|vendor| vendor.join("limits.d"));
    for directory in [Some(PathBuf::from(LIMITS_D)), vendor_d].into_iter().flatten() {
        let listed = match root.list(&directory) {
            Ok(listed) => listed,
            Err(error) if error.is_missing() => continue,
            Err(error) => return Err(ObserveError::Read(error)),
        };
        for name in listed {
            let masked = names.iter().any(|(other, _)| *other == name);
            if is_read(name.as_encoded_bytes()) && !masked {
                names.push((name, directory.clone()));
            }
        }
    }
    names.sort_unstable();
    paths.extend(names.into_iter().map(|(name, directory)| directory.join(name)));
    Ok(paths)
}

/// Whether glob(3) with `*.conf` finds a name: a leading dot is not matched, and case counts.
#[must_use]
pub fn is_read(name: &[u8]) -> bool {
    name.ends_with(b".conf") && !name.starts_with(b".")
}

fn pid_1(root: &Root) -> Option<Limits> {
    if root.is_host() { limits_in_force::of_pid(root, 1).ok() } else { None }
}

fn exists(root: &Root, path: &Path) -> bool {
    root.open_at(path, OFlags::PATH).is_ok()
}

fn is_link(root: &Root, path: &Path) -> bool {
    root.open_at(path, OFlags::PATH | OFlags::NOFOLLOW).is_ok()
}
