//! Modules made of the strings that tell versions apart, and the module of this machine.

use super::*;
use crate::testing::TestRoot;

fn module(strings: &[&str]) -> Vec<u8> {
    let mut bytes = b"\0".to_vec();
    for string in strings {
        bytes.extend_from_slice(string.as_bytes());
        bytes.push(0);
    }
    bytes
}

/// What 0.99.6 and 1.1.1 (RHEL 5 and 6) can do: nothing of the rest.
fn oldest() -> Capabilities {
    Capabilities {
        ranges: false,
        nonewprivs: false,
        nr_open: false,
        tokenizer: Tokenizer::Chunked1023,
        rttime: false,
        logind: false,
        family: Family::Upstream,
        vendor_dir: None,
    }
}

const CONF: &str = "/etc/security/limits.conf";
const OLD_LINE: &str = "invalid line '%s' - skipped";
const NEW_LINE: &str = "invalid line %llu in '%s' - skipped";
const RANGE: &str = "invalid uid range '%s' - skipped";
const NR_OPEN: &str = "/proc/sys/fs/nr_open";
const KERNEL: &str = "Did not find kernel RLIMIT for %s, using PAM default";
const KERNEL_13: &str = "Did not find kernel RLIMIT for %s, using default";

#[test]
fn each_known_module_is_recognised() {
    let rhel7 = Capabilities { ranges: true, ..oldest() };
    let debian11 = Capabilities { family: Family::DebianResets, ..rhel7.clone() };
    let v152 = Capabilities { nonewprivs: true, nr_open: true, ..rhel7.clone() };
    let debian12 = Capabilities { family: Family::DebianResets, ..v152.clone() };
    let v160 = Capabilities { tokenizer: Tokenizer::RestOfLineUntrimmed, ..v152.clone() };
    let v161 = Capabilities { tokenizer: Tokenizer::RestOfLine, ..v152.clone() };
    let v172 = Capabilities { rttime: true, ..v161.clone() };
    let debian13 = Capabilities { family: Family::Debian, logind: true, ..v161.clone() };
    let suse = Capabilities { vendor_dir: Some("/usr/etc/security".into()), ..v172.clone() };
    let new = [RANGE, "nonewprivs", NR_OPEN, KERNEL, NEW_LINE, "strtok_r", CONF];
    for (strings, expected) in [
        (vec![OLD_LINE, "sscanf", CONF], oldest()),
        (vec![OLD_LINE, "sscanf", CONF, RANGE, KERNEL, "Max realtime timeout"], rhel7),
        (vec![OLD_LINE, "__isoc99_sscanf", RANGE, "chroot", "Xchroot", KERNEL], debian11),
        (vec![OLD_LINE, "__isoc99_sscanf", RANGE, "nonewprivs", NR_OPEN], v152),
        (vec![OLD_LINE, "__isoc99_sscanf", RANGE, "nonewprivs", NR_OPEN, "chroot", KERNEL], debian12),
        (vec![OLD_LINE, "strtok_r", RANGE, "nonewprivs", NR_OPEN], v160),
        (new.to_vec(), v161),
        ([&new[..], &["rttime"]].concat(), v172),
        (
            vec![RANGE, "nonewprivs", NR_OPEN, NEW_LINE, "strtok_r", "chroot", "sd_get_sessions", KERNEL_13],
            debian13,
        ),
        // The linker keeps only the longer of two paths when one is the tail of the other.
        ([&new[..6], &["rttime", "/usr/etc/security/limits.conf"]].concat(), suse),
    ] {
        assert_eq!(Capabilities::of(&module(&strings)), expected, "{strings:?}");
    }
}

#[test]
fn hostile_files_are_no_modules_with_capabilities() {
    for bytes in [&b""[..], b"/limits.conf\0", b"\x7fELF", b"\xff\xfe\0\0invalid uid rang"] {
        assert_eq!(Capabilities::of(bytes), oldest());
    }
    assert_eq!(Capabilities::of(&vec![b'/'; 1 << 20]), oldest());
}

#[test]
fn the_module_of_this_machine_matches_its_package() {
    let module = probe(&Root::host().unwrap()).unwrap().expect("libpam-modules is installed");
    assert!(module.path.ends_with("security/pam_limits.so"));
    assert!(module.capabilities.ranges);
    let root = Root::host().unwrap();
    let os = root.read(Path::new("/etc/os-release")).unwrap();
    if crate::search::find(&os, b"bookworm").is_some() {
        let expected = Capabilities {
            ranges: true,
            nonewprivs: true,
            nr_open: true,
            family: Family::DebianResets,
            ..oldest()
        };
        assert_eq!(module.capabilities, expected);
    }
}

#[test]
fn a_foreign_root_may_hold_a_module_of_another_architecture() {
    let mut dir = TestRoot::new();
    assert_eq!(probe(&dir.open()).unwrap(), None);
    dir.file("/usr/lib/mips64el-linux-gnuabi64/security/pam_limits.so", &module(&[RANGE]));
    let found = probe(&dir.open()).unwrap().unwrap();
    assert_eq!(found.path, Path::new("/usr/lib/mips64el-linux-gnuabi64/security/pam_limits.so"));
    assert!(found.capabilities.ranges);
    dir.file("/usr/lib64/security/pam_limits.so", &module(&[]));
    let found = probe(&dir.open()).unwrap().unwrap();
    assert_eq!(found.path, Path::new("/usr/lib64/security/pam_limits.so"));
}

#[test]
fn a_native_module_is_preferred_to_another() {
    let host = Root::host().unwrap();
    let native = host.read(&probe(&host).unwrap().unwrap().path).unwrap();
    let mut dir = TestRoot::new();
    dir.file("/lib64/security/pam_limits.so", &module(&[]));
    dir.file("/usr/lib/security/pam_limits.so", &native);
    let found = probe(&dir.open()).unwrap().unwrap();
    assert_eq!(found.path, Path::new("/usr/lib/security/pam_limits.so"));
}
