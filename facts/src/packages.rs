//! Which version of a program is installed: what dpkg noted, or what the program itself holds.
//!
//! Source: deb-control(5), dpkg `lib/dpkg/parse.c`. The database of rpm is not read: it has had
//! three formats, and none of them is text.

use std::path::Path;

use crate::search::{self, memchr, memrchr};

use crate::root::Root;
use crate::texts::{AROUND_BYTES, Texts};

/// The version of an installed Debian package, for example `1:1.2.2+dfsg1-1`; `None` where it is
/// not installed, only its configuration files were left, or this is no Debian system.
#[must_use]
pub fn debian_version(root: &Root, package: &str) -> Option<String> {
    let path = Path::new("/var/lib/dpkg/status");
    // The file is megabytes, and what is wanted stands at the beginning of a stanza nearly always.
    let near = Texts::open(root, path).ok()?.find(head(package)?.as_bytes(), |around, at| {
        let is_head = at == 0 || around.get(at - 1) == Some(&b'\n');
        is_head.then(|| near_head(around.get(at..)?)).flatten()
    });
    match near? {
        Near::Version(version) => Some(version),
        Near::FartherOn => version_in(&root.read(path).ok()?, package),
    }
}

/// What the beginning of a stanza tells.
enum Near {
    Version(String),
    /// Not enough of the stanza is there.
    FartherOn,
}

/// What some bytes tell that begin with a stanza, which may not all be there; `None` where it is not installed.
fn near_head(bytes: &[u8]) -> Option<Near> {
    let is_whole = search::find(bytes, b"\n\n").is_some();
    let lines = if is_whole { stanza(bytes) } else { bytes.get(..memrchr(b'\n', bytes)?)? };
    let has = |name: &[u8]| lines.split(|byte| *byte == b'\n').any(|line| line.starts_with(name));
    if is_whole || has(b"Status: ") && has(b"Version: ") {
        installed(lines).map(Near::Version)
    } else {
        Some(Near::FartherOn)
    }
}

/// The line that a stanza begins with.
fn head(package: &str) -> Option<String> {
    // It goes into a search; dpkg's names hold neither blanks nor line ends.
    let is_name = !package.is_empty() && package.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then(|| format!("Package: {package}\n"))
}

/// Stanzas are parted by an empty line; a field's further lines begin with a blank, so that a line
/// that begins with a field's name is that field.
fn version_in(status: &[u8], package: &str) -> Option<String> {
    search::find_iter(status, head(package)?.as_bytes())
        .filter(|at| *at == 0 || status.get(at - 1) == Some(&b'\n'))
        // A package may be there once for each architecture.
        .find_map(|at| installed(stanza(status.get(at..)?)))
}

fn stanza(bytes: &[u8]) -> &[u8] {
    search::find(bytes, b"\n\n").and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

fn installed(stanza: &[u8]) -> Option<String> {
    let field = |name: &[u8]| stanza.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name));
    if field(b"Status: ")? != b"install ok installed" {
        return None;
    }
    String::from_utf8(field(b"Version: ")?.to_vec()).ok()
}

/// The first text in a program that holds `needle`, from NUL to NUL; `None` where there is none,
/// it is longer than a version could be, or the program cannot be read.
///
/// A program's version is a text in it, for example `ntpd 4.2.6p5@1.2349-o Mon Apr 25`; NTPsec holds
/// `ntpd ntpsec-%s`, which tells the program but not its version, and net-snmp's is in libnetsnmp.
#[must_use]
pub fn text_in_binary(root: &Root, path: &Path, needle: &[u8]) -> Option<Vec<u8>> {
    if needle.is_empty() || memchr(0, needle).is_some() {
        return None;
    }
    Texts::open(root, path).ok()?.find(needle, |around, at| text_around(around, at).map(<[u8]>::to_vec))
}

/// The text that stands around a place, from NUL to NUL.
#[must_use]
pub fn text_around(around: &[u8], at: usize) -> Option<&[u8]> {
    let (before, after) = around.split_at_checked(at)?;
    let start = match memrchr(0, before) {
        Some(nul) => nul + 1,
        None if before.len() < AROUND_BYTES => 0,
        None => return None,
    };
    around.get(start..at + memchr(0, after)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRoot;

    const STATUS: &[u8] =
        b"Package: ntp\nStatus: install ok installed\nMulti-Arch: same\nVersion: 1:4.2.8p15\n\
        Description: x\n Package: hidden\n Status: install ok installed\n Version: 6\n\n\
        Package: ntpsec\nStatus: deinstall ok config-files\nVersion: 1.2.1\n\n\
        Package: chrony\nStatus: install ok half-configured\nVersion: 4.2\n\n\
        Package: libc6\nStatus: deinstall ok config-files\nArchitecture: i386\nVersion: 2.35\n\n\
        Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36\n\n\
        Package: damaged\nStatus: install ok installed\n\n\
        Package: last\nVersion: 9\nStatus: install ok installed";

    #[test]
    fn only_installed_packages_have_a_version() {
        let version = |package| version_in(STATUS, package);
        assert_eq!(version("ntp").as_deref(), Some("1:4.2.8p15"));
        assert_eq!(version("libc6").as_deref(), Some("2.36"));
        assert_eq!(version("last").as_deref(), Some("9"));
        for package in
            ["ntpsec", "chrony", "hidden", "damaged", "nt", "tp", "tpsec", "", "ntp\nStatus", "x y"]
        {
            assert_eq!(version(package), None, "{package}");
        }
    }

    #[test]
    fn wherever_in_a_stanza_the_fields_stand_the_version_is_the_same() {
        let far = "Conffiles:\n".to_owned() + &" /etc/x 0123456789abcdef\n".repeat(100);
        let mut status = STATUS.to_vec();
        for (package, fields) in [
            ("early", ["Status: install ok installed\nVersion: 1\n", &far, ""]),
            ("late", [&far, "Status: install ok installed\n", "Version: 2\n"]),
            ("gone", [&far, "Status: deinstall ok config-files\n", "Version: 3\n"]),
            ("between", ["Status: install ok installed\n", &far, "Version: 4\n"]),
        ] {
            status.extend(format!("\n\nPackage: {package}\n{}", fields.concat()).bytes());
        }
        let mut root = TestRoot::new();
        let root = root.file("/var/lib/dpkg/status", &status).open();
        for package in
            ["early", "late", "gone", "between", "ntp", "libc6", "last", "ntpsec", "hidden", "nt", "", "x y"]
        {
            assert_eq!(debian_version(&root, package), version_in(&status, package), "{package}");
        }
        assert_eq!(debian_version(&root, "late").as_deref(), Some("2"));
        assert_eq!(debian_version(&root, "gone"), None);
    }

    #[test]
    fn this_machine_has_the_version_that_dpkg_tells() {
        let output = std::process::Command::new("dpkg-query")
            .args(["-W", "-f", "${Version}", "bash"])
            .output()
            .expect("dpkg-query is part of Debian");
        let version = debian_version(&Root::host().unwrap(), "bash").expect("bash is installed");
        assert_eq!(version.as_bytes(), output.stdout);
        assert_eq!(debian_version(&TestRoot::new().open(), "bash"), None);
    }

    fn found(binary: &[u8], needle: &[u8]) -> Option<Vec<u8>> {
        let mut root = TestRoot::new();
        text_in_binary(&root.file("/a", binary).open(), Path::new("/a"), needle)
    }

    #[test]
    fn a_text_is_taken_from_nul_to_nul() {
        let binary = b"\x7fELF\0usage: ntpd\0ntpd 4.2.6p5@1.2349-o Mon\0ntpd %s\0";
        for needle in [&b"ntpd 4."[..], b"@1.2349"] {
            assert_eq!(found(binary, needle).unwrap(), b"ntpd 4.2.6p5@1.2349-o Mon");
        }
        assert_eq!(found(binary, b"ELF").unwrap(), b"\x7fELF");
        for needle in [&b""[..], b"\0", b"ntpd\0ntpd", b"absent"] {
            assert_eq!(found(binary, needle), None);
        }
        assert_eq!(found(b"not ended", b"not"), None);
    }

    #[test]
    fn a_text_longer_than_any_version_is_passed_over() {
        let mut binary = vec![b'x'; 5000];
        binary.extend_from_slice(b"ntpd 4.1");
        binary.extend(vec![b'x'; 5000]);
        binary.extend_from_slice(b"\0ntpd 4.2\0");
        assert_eq!(found(&binary, b"ntpd 4.").unwrap(), b"ntpd 4.2");
    }
}
