//! Which rules hold: those of the installed module, or, below a root without one, of its distribution.
//!
//! Source: the strings inside each module (`standfast_facts::pam_module`), each profile asked through the oracle
//! or read in Linux-PAM's source at the tag that it names.

use std::path::PathBuf;

use standfast_facts::os::Os;
use standfast_facts::pam_module::{Capabilities, Family, PamLimitsModule, Tokenizer};

/// A module's rules and how they came to be known.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What the module can do.
    pub module: Capabilities,
    /// Where that is known from.
    pub source: RulesSource,
}

/// Where the rules are known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesSource {
    /// Read from the installed module at this path.
    Installed(PathBuf),
    /// No module below the root: those of the distribution that os-release names.
    Assumed(&'static str),
}

/// The rules of one release, as data.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The release, for people.
    pub name: &'static str,
    tokenizer: Tokenizer,
    family: Family,
    /// In the order of their arrival: ranges 1.1.4, nonewprivs 1.5.0, nr_open 1.5.2, rttime 1.7.1.
    abilities: [bool; 4],
    logind: bool,
}

impl Profile {
    const fn new(name: &'static str, tokenizer: Tokenizer, family: Family, abilities: [bool; 4]) -> Self {
        Self { name, tokenizer, family, abilities, logind: false }
    }

    /// The same as what is read from a module.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        let [ranges, nonewprivs, nr_open, rttime] = self.abilities;
        Capabilities {
            ranges,
            nonewprivs,
            nr_open,
            rttime,
            tokenizer: self.tokenizer,
            logind: self.logind,
            family: self.family,
            vendor_dir: None,
        }
    }
}

const PIECES: Tokenizer = Tokenizer::Chunked1023;
const REST: Tokenizer = Tokenizer::RestOfLine;

/// The releases that differ, oldest first.
pub const PROFILES: [Profile; 10] = [
    Profile::new("Linux-PAM 1.1.1 (RHEL 6)", PIECES, Family::Upstream, [false, false, false, false]),
    Profile::new("Linux-PAM 1.1.8 (RHEL 7)", PIECES, Family::Upstream, [true, false, false, false]),
    Profile::new("Linux-PAM 1.3.1 (RHEL 8)", PIECES, Family::Upstream, [true, false, false, false]),
    Profile::new("Linux-PAM 1.5.1 (RHEL 9)", PIECES, Family::Upstream, [true, true, false, false]),
    Profile::new(
        "Linux-PAM 1.6.0",
        Tokenizer::RestOfLineUntrimmed,
        Family::Upstream,
        [true, true, true, false],
    ),
    Profile::new("Linux-PAM 1.6.1 (RHEL 10)", REST, Family::Upstream, [true, true, true, false]),
    Profile::new("Linux-PAM 1.7.2", REST, Family::Upstream, [true, true, true, true]),
    Profile::new(
        "Debian 11, Ubuntu 20.04 and 22.04",
        PIECES,
        Family::DebianResets,
        [true, false, false, false],
    ),
    Profile::new("Debian 12, Ubuntu 24.04", PIECES, Family::DebianResets, [true, true, true, false]),
    Profile { logind: true, ..Profile::new("Debian 13", REST, Family::Debian, [true, true, true, false]) },
];

impl Rules {
    /// The rules of an installed module.
    #[must_use]
    pub fn installed(module: PamLimitsModule) -> Self {
        Self { module: module.capabilities, source: RulesSource::Installed(module.path) }
    }

    /// The rules of the distribution, for a root that holds files and no module.
    #[must_use]
    pub fn assumed(os: Option<&Os>) -> Self {
        let profile = &PROFILES[os.map_or(6, profile_index)];
        Self { module: profile.capabilities(), source: RulesSource::Assumed(profile.name) }
    }
}

/// The profile of a distribution; the newest upstream one where it is not known.
fn profile_index(os: &Os) -> usize {
    let major = os.version_id.as_deref().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    let is = |id: &str| os.id == id || os.id_like.iter().any(|like| like == id);
    match major {
        Some(major) if os.id == "ubuntu" => 7 + usize::from(major >= 23) + usize::from(major >= 25),
        Some(major) if is("debian") => 7 + usize::from(major >= 12) + usize::from(major >= 13),
        None if is("debian") => 9,
        Some(major) if is("rhel") || is("fedora") && major < 11 => match major {
            0..=6 => 0,
            7 => 1,
            8 => 2,
            9 => 3,
            _ => 5,
        },
        _ => 6,
    }
}
