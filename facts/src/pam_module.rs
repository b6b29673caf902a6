//! What the installed pam_limits.so understands, told from the strings in it.
//!
//! The version of the package cannot tell: distributions take single features back to old versions
//! and change others. The strings below were compared with the modules of Debian 11, 12 and 13.
//! Source: Linux-PAM `modules/pam_limits/pam_limits.c`, Debian `patches-applied/027_*`,
//! `patches/pam_limits_fallback_defaults`.

use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::search;

use crate::elf::{self, Strings};
use crate::root::{ReadError, Root};
use crate::texts::piece;

/// The installed module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PamLimitsModule {
    /// Where it is, below the root.
    pub path: PathBuf,
    /// What it understands.
    pub capabilities: Capabilities,
}

/// What differs between the versions of pam_limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `:1013`, `500:65535`, `@:1091` are ranges of numbers (1.1.4 and later), else inert names.
    pub ranges: bool,
    /// The item `nonewprivs` (1.5.0 and later).
    pub nonewprivs: bool,
    /// `nofile unlimited` becomes fs.nr_open (1.5.2 and later), else setrlimit(2) fails.
    pub nr_open: bool,
    /// How a line is cut into fields.
    pub tokenizer: Tokenizer,
    /// The item `rttime` (1.7.1 and later).
    pub rttime: bool,
    /// Logins are counted by logind instead of utmp; `maxlogins 1` is not enforced then.
    pub logind: bool,
    /// Whose rules for root and for the values at the start hold.
    pub family: Family,
    /// The directory that stands behind /etc/security, for example /usr/etc/security (1.5.3 and
    /// later, if built so).
    pub vendor_dir: Option<PathBuf>,
}

/// How a line of limits.conf is cut into fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokenizer {
    /// Up to 1.5.3: at most 1023 bytes at a time, any white space, what follows the value is ignored.
    Chunked1023,
    /// 1.6.0: space and tab only; the value is the rest of the line with its trailing blanks.
    RestOfLineUntrimmed,
    /// 1.6.1 and later: the same with the value trimmed.
    RestOfLine,
}

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Linux-PAM as published; Red Hat, SUSE, Arch.
    Upstream,
    /// Debian up to 12 and its derivatives: root needs lines of its own, and each session starts
    /// from the limits of process 1.
    DebianResets,
    /// Debian from 13: root needs lines of its own; sessions inherit unless `set_all` is given.
    Debian,
}

/// Finds the module that libpam would load and looks into it; `None` where none is installed.
///
/// Directories are tried in the order of Debian's libpam (the multiarch one first) and then as
/// others build it; a module of another architecture is taken only below a foreign root.
///
/// # Errors
/// When a module is there and cannot be read.
pub fn probe(root: &Root) -> Result<Option<PamLimitsModule>, ReadError> {
    let mut foreign = None;
    let directories = triplet().into_iter().flat_map(|triplet| {
        [["/lib/", triplet, "/security"].concat(), ["/usr/lib/", triplet, "/security"].concat()]
    });
    let plain = ["/lib64/security", "/usr/lib64/security", "/lib/security", "/usr/lib/security"];
    for directory in directories.chain(plain.map(str::to_owned)) {
        let Some((path, module)) = module_in(root, Path::new(&directory))? else { continue };
        let is_native = module.is_native;
        let module = PamLimitsModule { path, capabilities: module.capabilities() };
        if is_native {
            return Ok(Some(module));
        }
        foreign.get_or_insert(module);
    }
    if root.is_host() {
        return Ok(None);
    }
    if foreign.is_none() {
        foreign = foreign_multiarch(root)?;
    }
    Ok(foreign)
}

/// The module of a system of another architecture with Debian's multiarch directories.
fn foreign_multiarch(root: &Root) -> Result<Option<PamLimitsModule>, ReadError> {
    for libraries in ["/lib", "/usr/lib"] {
        let names = match root.list(Path::new(libraries)) {
            Err(error) if error.is_missing() => continue,
            answer => answer?,
        };
        for name in names.iter().filter(|name| search::find(name.as_bytes(), b"-linux-").is_some()) {
            let directory = Path::new(libraries).join(name).join("security");
            if let Some((path, module)) = module_in(root, &directory)? {
                return Ok(Some(PamLimitsModule { path, capabilities: module.capabilities() }));
            }
        }
    }
    Ok(None)
}

fn module_in(root: &Root, directory: &Path) -> Result<Option<(PathBuf, Module)>, ReadError> {
    let path = directory.join("pam_limits.so");
    match Module::open(root, &path) {
        Err(error) if error.is_missing() => Ok(None),
        answer => answer.map(|module| Some((path, module))),
    }
}

/// What is looked at of a module.
struct Module {
    is_native: bool,
    symbols: Vec<u8>,
    texts: Vec<u8>,
}

impl Module {
    fn open(root: &Root, path: &Path) -> Result<Self, ReadError> {
        let (file, size) = root.open_file(path)?;
        let start = piece(&file, 0, elf::HEADER_BYTES.min(size)).unwrap_or_default();
        let is_native = elf::is_native(&start);
        let read = |at, length| piece(&file, at, length);
        let section = |place: Option<Range<usize>>| {
            let place = place.filter(|place| place.end <= size)?;
            read(place.start, place.len())
        };
        let sections = elf::sections(&start, read).unwrap_or_default();
        Ok(match (section(sections.symbols), section(sections.texts)) {
            (Some(symbols), Some(texts)) => Self { is_native, symbols, texts },
            // Where the sections cannot be told apart, all bytes stand for both.
            _ => {
                let all = root.read(path)?;
                Self { is_native, symbols: all.clone(), texts: all }
            }
        })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::told(Strings { symbols: &self.symbols, texts: &self.texts })
    }
}

/// Debian's name for the running architecture, as in `/usr/lib/x86_64-linux-gnu`.
#[must_use]
pub fn triplet() -> Option<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Some("x86_64-linux-gnu"),
        "aarch64" => Some("aarch64-linux-gnu"),
        "x86" => Some("i386-linux-gnu"),
        "arm" => Some("arm-linux-gnueabihf"),
        "powerpc64" => Some("powerpc64le-linux-gnu"),
        "riscv64" => Some("riscv64-linux-gnu"),
        "s390x" => Some("s390x-linux-gnu"),
        "loongarch64" => Some("loongarch64-linux-gnu"),
        _ => None,
    }
}

impl Capabilities {
    /// Looks into the bytes of a pam_limits.so.
    #[cfg(test)]
    fn of(module: &[u8]) -> Self {
        Self::told(elf::strings(module))
    }

    /// Looks into the strings of a pam_limits.so. A linker may store a string as the tail of another,
    /// so only the end of a name is certain to be followed by a NUL.
    fn told(strings: Strings<'_>) -> Self {
        let imports = |name: &[u8]| search::find(strings.symbols, name).is_some();
        let says = |text: &[u8]| search::find(strings.texts, text).is_some();
        let tokenizer = if says(b"invalid line %llu") {
            Tokenizer::RestOfLine
        } else if imports(b"strtok_r\0") {
            Tokenizer::RestOfLineUntrimmed
        } else {
            Tokenizer::Chunked1023
        };
        // Only Debian knows the item `chroot`. Its patch for 1.7.0, which resets for `set_all`
        // alone, dropped one word from a message that older ones share with Linux-PAM's own code.
        let family = if !imports(b"chroot\0") {
            Family::Upstream
        } else if says(b"kernel RLIMIT for %s, using default\0") {
            Family::Debian
        } else {
            Family::DebianResets
        };
        Self {
            ranges: says(b"invalid uid range"),
            nonewprivs: says(b"nonewprivs\0"),
            nr_open: says(b"/proc/sys/fs/nr_open\0"),
            tokenizer,
            rttime: says(b"rttime\0"),
            logind: imports(b"sd_get_sessions\0"),
            family,
            vendor_dir: vendor_dir(strings.texts),
        }
    }
}

/// The directory of a `…/limits.conf` other than /etc/security.
fn vendor_dir(texts: &[u8]) -> Option<PathBuf> {
    const FILE: &[u8] = b"/limits.conf\0";
    search::find_iter(texts, FILE).find_map(|end| {
        let before = texts.get(..end)?;
        let start = crate::search::memrchr(0, before).map_or(0, |nul| nul + 1);
        let directory = before.get(start..)?;
        (directory != b"/etc/security" && directory.first() == Some(&b'/'))
            .then(|| PathBuf::from(OsStr::from_bytes(directory)))
    })
}

#[cfg(test)]
#[path = "pam_module_tests.rs"]
mod tests;
