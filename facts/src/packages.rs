//! Which version of a program is installed: what dpkg noted, or what the program itself holds.
//!
//! Source: deb-control(5), dpkg `lib/dpkg/parse.c`. The database of rpm is not read: it has had
//! three formats, and none of them is text.

use std::path::Path;

use memchr::{memchr, memmem, memrchr};

use crate::root::Root;

/// The longest text that is taken from a program, in bytes on each side of what was looked for.
const MAX_TEXT_BYTES: usize = 1024;

/// The version of an installed Debian package, for example `1:1.2.2+dfsg1-1`; `None` where it is
/// not installed, only its configuration files were left, or this is no Debian system.
#[must_use]
pub fn debian_version(root: &Root, package: &str) -> Option<String> {
    version_in(&root.read(Path::new("/var/lib/dpkg/status")).ok()?, package)
}

/// Stanzas are parted by an empty line; a field's further lines begin with a blank, so that a line
/// that begins with a field's name is that field.
fn version_in(status: &[u8], package: &str) -> Option<String> {
    // It goes into a search; dpkg's names hold neither blanks nor line ends.
    let is_name = !package.is_empty() && package.bytes().all(|byte| byte.is_ascii_graphic());
    let head = is_name.then(|| format!("Package: {package}\n"))?;
    memmem::find_iter(status, head.as_bytes())
        .filter(|at| *at == 0 || status.get(at - 1) == Some(&b'\n'))
        // A package may be there once for each architecture.
        .find_map(|at| installed(stanza(status.get(at..)?)))
}

fn stanza(bytes: &[u8]) -> &[u8] {
    memmem::find(bytes, b"\n\n").and_then(|end| bytes.get(..end)).unwrap_or(bytes)
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
    text_around(&root.read(path).ok()?, needle).map(<[u8]>::to_vec)
}

fn text_around<'b>(bytes: &'b [u8], needle: &[u8]) -> Option<&'b [u8]> {
    if needle.is_empty() || memchr(0, needle).is_some() {
        return None;
    }
    memmem::find_iter(bytes, needle).find_map(|at| {
        let (before, after) = bytes.split_at_checked(at)?;
        let near = before.get(before.len().saturating_sub(MAX_TEXT_BYTES)..)?;
        let start = match memrchr(0, near) {
            Some(nul) => at - near.len() + nul + 1,
            None if near.len() == before.len() => 0,
            None => return None,
        };
        let near = after.get(..after.len().min(needle.len() + MAX_TEXT_BYTES))?;
        bytes.get(start..at + memchr(0, near)?)
    })
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
    fn this_machine_has_the_version_that_dpkg_tells() {
        let output = std::process::Command::new("dpkg-query")
            .args(["-W", "-f", "${Version}", "bash"])
            .output()
            .expect("dpkg-query is part of Debian");
        let version = debian_version(&Root::host().unwrap(), "bash").expect("bash is installed");
        assert_eq!(version.as_bytes(), output.stdout);
        assert_eq!(debian_version(&TestRoot::new().open(), "bash"), None);
    }

    #[test]
    fn a_text_is_taken_from_nul_to_nul() {
        let binary = b"\x7fELF\0usage: ntpd\0ntpd 4.2.6p5@1.2349-o Mon\0ntpd %s\0";
        let found = |needle: &[u8]| text_around(binary, needle);
        assert_eq!(found(b"ntpd 4."), Some(&b"ntpd 4.2.6p5@1.2349-o Mon"[..]));
        assert_eq!(found(b"@1.2349"), Some(&b"ntpd 4.2.6p5@1.2349-o Mon"[..]));
        assert_eq!(found(b"ELF"), Some(&b"\x7fELF"[..]));
        for needle in [&b""[..], b"\0", b"ntpd\0ntpd", b"absent"] {
            assert_eq!(found(needle), None);
        }
        assert_eq!(text_around(b"not ended", b"not"), None);
    }

    #[test]
    fn a_text_longer_than_any_version_is_passed_over() {
        let mut binary = vec![b'x'; 5000];
        binary.extend_from_slice(b"ntpd 4.1");
        binary.extend(vec![b'x'; 5000]);
        binary.extend_from_slice(b"\0ntpd 4.2\0");
        assert_eq!(text_around(&binary, b"ntpd 4."), Some(&b"ntpd 4.2"[..]));
    }
}
