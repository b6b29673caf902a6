//! Which PAM services load pam_limits when they open a session, and with which arguments.
//!
//! Source: pam.d(5), Linux-PAM `libpam/pam_handlers.c` (`_pam_init_handlers`), `pam_dispatch.c`,
//! `pam_start.c`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::search;

use crate::pam_conf::{Layout, Rule, Statement, base_name, parse};
use crate::root::{ReadError, Root};

/// A PAM service, by the name that a program gives to pam_start(3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name, for example `sshd`.
    pub name: String,
    /// Each time that its session stack loads pam_limits, in order; empty when it never does. A
    /// service without session lines of its own has those of `other`.
    pub loads: Vec<Load>,
    /// Another file includes this one, so that it may be no service but a part of some, such as
    /// `common-session`.
    pub included: bool,
}

/// A line that loads pam_limits. Whether libpam comes to it depends on the modules before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The file with the line, which may be an included one.
    pub file: PathBuf,
    /// The number of the line, from 1.
    pub line: u32,
    /// The control as written, for example `required` or `[success=ok default=ignore]`.
    pub control: String,
    /// The module as written, for example `pam_limits.so`.
    pub module: PathBuf,
    /// `conf=FILE`: only this file is read, and limits.d is not.
    pub conf: Option<PathBuf>,
    /// `set_all`: limits that no line sets are reset to those of process 1.
    pub set_all: bool,
    /// `utmp_early`: the session is already in utmp and is not counted twice.
    pub utmp_early: bool,
}

/// libpam looks for a service in these in order; the third only if built with a vendor directory.
const DIRECTORIES: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];

/// The service of all that have no lines of their own (`PAM_DEFAULT_SERVICE`).
const OTHER: &[u8] = b"other";

/// How deep files may include others (`PAM_SUBSTACK_MAX_LEVEL`).
const MAX_DEPTH: u32 = 16;

/// How many files one service may include; libpam has no such limit, but no stack comes near it.
const MAX_INCLUDES: u32 = 1000;

/// All services of the machine by name.
///
/// Left out are files that no program can name, since libpam makes names lower-case, and what
/// editors and package managers leave behind. /etc/pam.conf is read only where no pam.d exists.
///
/// # Errors
/// When a directory or a file exists and cannot be read; missing ones have no services.
pub fn services(root: &Root) -> Result<Vec<Service>, ReadError> {
    let mut files = Files { root, parsed: BTreeMap::new(), included: BTreeSet::new() };
    let (mut names, mut any_directory) = (BTreeSet::new(), false);
    for directory in DIRECTORIES {
        match root.list(Path::new(directory)) {
            Ok(found) => {
                any_directory = true;
                names.extend(found.into_iter().filter(|name| is_service(name.as_bytes())));
            }
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error),
        }
    }
    if !any_directory {
        return files.pam_conf();
    }
    let mut stacks = Vec::new();
    for name in names {
        if let Some(file) = files.open(name.as_bytes())? {
            stacks.push((name.as_bytes().to_vec(), files.stack(&file)?));
        }
    }
    Ok(finish(stacks, &files.included))
}

/// Whether any service loads the module; `None` where there are no services at all, as below a root of test files.
///
/// The services that people log in by are looked at first, since one that loads the module is enough and
/// resolving all stacks costs more than all else that a check reads.
///
/// # Errors
/// As [`services`].
pub fn is_loaded(root: &Root) -> Result<Option<bool>, ReadError> {
    let mut files = Files { root, parsed: BTreeMap::new(), included: BTreeSet::new() };
    for name in [&b"login"[..], b"su", b"sshd"] {
        let Some(file) = files.open(name)? else { continue };
        // Where its own lines load it, nothing that it includes can keep it from that.
        let loads = |statement: &Statement| matches!(statement.rule, Rule::PamLimits { .. });
        if file.1.iter().any(loads) || !files.stack(&file)?.loads.is_empty() {
            return Ok(Some(true));
        }
    }
    let services = services(root)?;
    Ok((!services.is_empty()).then(|| services.iter().any(|service| !service.loads.is_empty())))
}

fn is_service(name: &[u8]) -> bool {
    let leftover = [&b".dpkg-"[..], b".ucf-", b".rpmsave", b".rpmnew", b".rpmorig"]
        .iter()
        .any(|mark| search::find(name, mark).is_some());
    !leftover && !name.starts_with(b".") && !name.ends_with(b"~") && !name.iter().any(u8::is_ascii_uppercase)
}

/// The session stack of a service, as far as it matters.
#[derive(Default)]
struct Stack {
    loads: Vec<Load>,
    /// There is at least one line for sessions.
    any: bool,
    includes: u32,
}

/// A parsed file.
type Parsed = Rc<(PathBuf, Vec<Statement>)>;

/// Every file is parsed once, however many services include it.
struct Files<'r> {
    root: &'r Root,
    parsed: BTreeMap<Vec<u8>, Option<Parsed>>,
    included: BTreeSet<Vec<u8>>,
}

impl Files<'_> {
    /// The file of a service or of an include: an absolute path, or a name in the directories.
    fn open(&mut self, name: &[u8]) -> Result<Option<Parsed>, ReadError> {
        if name.first() == Some(&b'/') {
            return self.parsed(name.to_vec());
        }
        for directory in DIRECTORIES {
            if let Some(file) = self.parsed([directory.as_bytes(), b"/", name].concat())? {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    fn parsed(&mut self, path: Vec<u8>) -> Result<Option<Parsed>, ReadError> {
        if let Some(known) = self.parsed.get(&path) {
            return Ok(known.clone());
        }
        let file = Path::new(OsStr::from_bytes(&path));
        let parsed = match self.root.read(file) {
            Ok(bytes) => Some(Rc::new((file.to_path_buf(), parse(&bytes, Layout::OneService)))),
            Err(ReadError::Missing { .. } | ReadError::NotAFile { .. }) => None,
            Err(error) => return Err(error),
        };
        self.parsed.insert(path, parsed.clone());
        Ok(parsed)
    }

    fn stack(&mut self, file: &Parsed) -> Result<Stack, ReadError> {
        let mut stack = Stack::default();
        self.follow(&file.0, file.1.iter(), 1, &mut stack)?;
        Ok(stack)
    }

    fn follow<'s>(
        &mut self,
        path: &Path,
        statements: impl Iterator<Item = &'s Statement>,
        depth: u32,
        stack: &mut Stack,
    ) -> Result<(), ReadError> {
        for statement in statements {
            match &statement.rule {
                Rule::Other => stack.any = true,
                Rule::PamLimits { control, module, arguments } => {
                    stack.any = true;
                    let place = (path.to_path_buf(), statement.line);
                    stack.loads.push(Load::new(place, control, module, arguments));
                }
                Rule::Substack(target) => {
                    stack.any = true;
                    self.include(target, depth, stack)?;
                }
                Rule::Include(target) => self.include(target, depth, stack)?,
            }
        }
        Ok(())
    }

    fn include(&mut self, target: &[u8], depth: u32, stack: &mut Stack) -> Result<(), ReadError> {
        if !self.included.contains(base_name(target)) {
            self.included.insert(base_name(target).to_vec());
        }
        stack.includes += 1;
        let allowed = depth < MAX_DEPTH && stack.includes <= MAX_INCLUDES;
        match if allowed { self.open(target)? } else { None } {
            Some(file) => self.follow(&file.0, file.1.iter(), depth + 1, stack),
            // libpam puts a module that fails in the place of a file that it cannot open.
            None => {
                stack.any = true;
                Ok(())
            }
        }
    }

    /// The services of /etc/pam.conf, whose lines begin with them.
    fn pam_conf(&mut self) -> Result<Vec<Service>, ReadError> {
        let path = Path::new("/etc/pam.conf");
        let statements = match self.root.read(path) {
            Err(error) if error.is_missing() => return Ok(Vec::new()),
            answer => parse(&answer?, Layout::ManyServices),
        };
        let names: BTreeSet<_> =
            statements.iter().filter_map(|statement| statement.service.clone()).collect();
        let mut stacks = Vec::new();
        for name in names {
            let mut stack = Stack::default();
            let own = statements.iter().filter(|statement| statement.service.as_ref() == Some(&name));
            self.follow(path, own, 1, &mut stack)?;
            stacks.push((name, stack));
        }
        Ok(finish(stacks, &BTreeSet::new()))
    }
}

/// Gives the services without session lines those of `other`, as libpam's dispatcher does.
fn finish(stacks: Vec<(Vec<u8>, Stack)>, included: &BTreeSet<Vec<u8>>) -> Vec<Service> {
    let other = stacks.iter().find(|(name, _)| name == OTHER).map(|(_, stack)| stack.loads.clone());
    let service = |(name, stack): (Vec<u8>, Stack)| Service {
        loads: if stack.any { stack.loads } else { other.clone().unwrap_or_default() },
        included: included.contains(&name),
        name: String::from_utf8_lossy(&name).into_owned(),
    };
    stacks.into_iter().map(service).collect()
}

impl Load {
    /// The last `conf=` wins; the names of arguments are case-sensitive (pam_limits(8)).
    fn new((file, line): (PathBuf, u32), control: &str, module: &[u8], arguments: &[Vec<u8>]) -> Self {
        let has = |wanted: &[u8]| arguments.iter().any(|argument| argument == wanted);
        let conf = arguments.iter().rev().find_map(|argument| argument.strip_prefix(b"conf="));
        Self {
            file,
            line,
            control: control.to_owned(),
            module: PathBuf::from(OsStr::from_bytes(module)),
            conf: conf.map(|conf| PathBuf::from(OsStr::from_bytes(conf))),
            set_all: has(b"set_all"),
            utmp_early: has(b"utmp_early"),
        }
    }
}

#[cfg(test)]
#[path = "pam_services_tests.rs"]
mod tests;
