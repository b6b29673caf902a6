//! `Installed`, the version of net-snmp and the directories that were compiled into it.
//!
//! Both stand in the library as text; where there is no library, the distribution tells.

use std::path::{Path, PathBuf};

use standfast_facts::os::{self, Os};
use standfast_facts::packages;
use standfast_facts::pam_module::triplet;
use standfast_facts::root::Root;
use standfast_facts::texts::Texts;

use super::rules::Version;

/// Where the persistent directory may be: what net-snmp, Debian and Red Hat compile in.
const PERSISTENT: [&str; 4] = ["/var/lib/snmp", "/var/lib/net-snmp", "/var/net-snmp", "/var/ucd-snmp"];

/// The installed net-snmp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its version.
    pub version: Version,
    /// Where that is known from.
    pub known_from: KnownFrom,
    /// The directory of files that the daemon itself writes.
    pub persistent: PathBuf,
    /// The directory of the library's own files, the third of the search path.
    pub library: PathBuf,
}

/// Where a version is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownFrom {
    /// The library.
    Library(PathBuf),
    /// The database of packages.
    Package,
    /// The distribution, or nothing at all.
    Assumed,
}

impl Installed {
    /// Looks for the library, then for the package, then at the distribution.
    #[must_use]
    pub fn observe(root: &Root) -> Self {
        let os = os::read(root).ok();
        let default = of_distribution(os.as_ref());
        for directory in library_directories(root) {
            let Some((path, mut texts)) = library_in(root, &directory) else { continue };
            if let Some((version, persistent)) = compiled_in(&mut texts) {
                return Self {
                    version,
                    known_from: KnownFrom::Library(path),
                    persistent: persistent.map_or(default.persistent, PathBuf::from),
                    library: directory.join("snmp"),
                };
            }
        }
        let package = packages::debian_version(root, "snmpd").and_then(|text| parse(text.as_bytes()));
        match package {
            Some(version) => Self { version, known_from: KnownFrom::Package, ..default },
            None => default,
        }
    }
}

/// What the releases of a distribution have, up to which release of it.
const RELEASES: [(&str, u32, Version); 19] = [
    ("rhel", 5, Version(5, 3, 2)),
    ("rhel", 6, Version(5, 5, 0)),
    ("rhel", 7, Version(5, 7, 2)),
    ("rhel", 8, Version(5, 8, 0)),
    ("rhel", 9, Version(5, 9, 1)),
    ("rhel", u32::MAX, Version(5, 9, 4)),
    ("ubuntu", 18, Version(5, 7, 3)),
    ("ubuntu", 20, Version(5, 8, 0)),
    ("ubuntu", 23, Version(5, 9, 1)),
    ("ubuntu", u32::MAX, Version(5, 9, 4)),
    ("debian", 7, Version(5, 4, 3)),
    ("debian", 8, Version(5, 7, 2)),
    ("debian", 10, Version(5, 7, 3)),
    ("debian", 11, Version(5, 9, 0)),
    ("debian", 12, Version(5, 9, 3)),
    ("debian", u32::MAX, Version(5, 9, 4)),
    ("suse", 11, Version(5, 4, 2)),
    ("suse", 12, Version(5, 7, 3)),
    ("suse", u32::MAX, Version(5, 9, 4)),
];

/// What a distribution has, and where its libraries are.
fn of_distribution(os: Option<&Os>) -> Installed {
    let is =
        |wanted: &str| os.is_some_and(|os| os.id == wanted || os.id_like.iter().any(|like| like == wanted));
    let is_red_hat = is("rhel") || is("fedora") || is("centos");
    let is_own = |family: &str| if family == "rhel" { is_red_hat } else { is(family) };
    // Fedora and rolling distributions have the newest.
    let release = os
        .filter(|os| os.id != "fedora")
        .and_then(|os| os.version_id.as_deref()?.split('.').next()?.parse().ok())
        .unwrap_or(u32::MAX);
    let known = RELEASES.iter().find(|(family, last, _)| is_own(family) && release <= *last);
    let (persistent, library) = match os {
        Some(_) if is("debian") => (PERSISTENT[0], "/usr/lib/x86_64-linux-gnu/snmp"),
        Some(_) if is_red_hat && release <= 5 => (PERSISTENT[2], "/usr/lib64/snmp"),
        Some(_) => (PERSISTENT[1], "/usr/lib64/snmp"),
        None => (PERSISTENT[0], "/usr/lib/snmp"),
    };
    Installed {
        version: known.map_or(Version(5, 9, 4), |(_, _, version)| *version),
        known_from: KnownFrom::Assumed,
        persistent: PathBuf::from(persistent),
        library: PathBuf::from(library),
    }
}

/// The library in a directory.
///
/// It is asked for by the names that releases have given it, for such a directory holds thousands of others; it is
/// looked through only where a daemon is that none of them can be for.
fn library_in(root: &Root, directory: &Path) -> Option<(PathBuf, Texts)> {
    let open = |path: PathBuf| Texts::open(root, &path).ok().map(|texts| (path, texts));
    let known = SONAMES.iter().find_map(|number| open(directory.join(format!("{LIBRARY}{number}"))));
    known.or_else(|| {
        root.status(Path::new("/usr/sbin/snmpd")).ok()?;
        let names = root.list_as_read(directory).ok()?;
        let name = names.iter().find(|name| name.to_str().is_some_and(|name| name.starts_with(LIBRARY)))?;
        open(directory.join(name))
    })
}

/// The library, up to the number of its interface.
const LIBRARY: &str = "libnetsnmp.so.";

/// The numbers of the interface, from net-snmp 5.9 back to 5.0.
const SONAMES: [u8; 9] = [40, 35, 31, 30, 25, 20, 15, 10, 5];

/// Where the library may be: first where the daemon of this architecture has it, if there is such a directory.
fn library_directories(root: &Root) -> impl Iterator<Item = PathBuf> {
    let usr = Path::new("/usr/lib");
    let native = triplet().map(|triplet| usr.join(triplet)).filter(|native| root.status(native).is_ok());
    let others = {
        let native = native.clone();
        move || {
            let triplets = root.list_as_read(usr).unwrap_or_default().into_iter();
            let triplets =
                triplets.filter(|name| name.to_str().is_some_and(|name| name.contains("-linux-gnu")));
            let triplets =
                triplets.map(|name| usr.join(name)).filter(move |path| Some(path) != native.as_ref());
            triplets.chain([PathBuf::from("/usr/lib64"), usr.to_path_buf(), PathBuf::from("/usr/local/lib")])
        }
    };
    native.into_iter().chain(std::iter::once_with(others).flatten())
}

/// What stands in a library as texts of their own: the version of net-snmp and the first known persistent directory.
fn compiled_in(library: &mut Texts) -> Option<(Version, Option<&'static str>)> {
    let (mut version, mut persistent) = (None, PERSISTENT.len());
    library.find_each([b"\x005.", b"\0/var/"], |needle, around, at| {
        if needle == 0 {
            version = version_at(around, at + 1);
            return version.map(drop);
        }
        let known = text_at(around, at + 1)
            .and_then(|text| PERSISTENT.iter().position(|known| known.as_bytes() == text));
        persistent = persistent.min(known?);
        // No later one counts more.
        (persistent == 0).then_some(())
    });
    Some((version?, PERSISTENT.get(persistent).copied()))
}

/// A text that is a version and nothing else.
fn version_at(around: &[u8], at: usize) -> Option<Version> {
    let text = text_at(around, at).filter(|text| (3..15).contains(&text.len()))?;
    let is_version = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    parse(text).filter(|_| is_version)
}

/// The text that begins at a place, without the NUL that ends it.
fn text_at(around: &[u8], at: usize) -> Option<&[u8]> {
    let text = around.get(at..)?;
    text.get(..standfast_facts::search::memchr(0, text)?)
}

/// The first three numbers of a version, of which the last may lack; no Debian epoch.
fn parse(text: &[u8]) -> Option<Version> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.split_once(':').map_or(text, |(_, version)| version);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next()?.ok()?;
    Some(Version(major, minor, numbers.next().and_then(Result::ok).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use standfast_facts::texts::Texts;

    use super::{Version, compiled_in, parse};
    use crate::snmp::tests::tree::Tree;

    fn texts(library: &str) -> Texts {
        Texts::open(&Tree::new(&[("/library", library)]).root(), Path::new("/library")).unwrap()
    }

    #[test]
    fn the_version_is_a_text_of_its_own_in_the_library() {
        let mut library = texts("\x7fELF\0 5.1 is old\x005.2 or newer\x005.9.3\0/var/lib/snmp\0");
        assert_eq!(compiled_in(&mut library), Some((Version(5, 9, 3), Some("/var/lib/snmp"))));
        assert_eq!(compiled_in(&mut texts("\x7fELF\0/var/lib/snmp\0")), None);
    }

    #[test]
    fn of_several_persistent_directories_in_a_library_the_first_that_is_known_counts_wherever_it_stands() {
        let of = |library: &str| compiled_in(&mut texts(library)).and_then(|(_, persistent)| persistent);
        let version = "\x7fELF\x005.8\0";
        assert_eq!(of(&format!("{version}/var/net-snmp\0/var/lib/net-snmp\0")), Some("/var/lib/net-snmp"));
        assert_eq!(of(&format!("{version}/var/lib/net-snmp\0/var/net-snmp\0")), Some("/var/lib/net-snmp"));
        assert_eq!(of(&format!("{version}/var/lib\0/var/lib/snmpd\0x/var/lib/snmp\0")), None);
    }

    #[test]
    fn a_version_of_debian_may_have_an_epoch_and_a_suffix() {
        assert_eq!(parse(b"5.9.3+dfsg-2+deb12u1"), Some(Version(5, 9, 3)));
        assert_eq!(parse(b"1:5.9+dfsg-4"), Some(Version(5, 9, 0)));
        assert_eq!(parse(b"nonsense"), None);
    }
}
