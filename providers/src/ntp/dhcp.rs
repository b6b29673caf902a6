//! Copies of ntp.conf that DHCP clients make: they grow old, and have no ntp.d of the original's.
//!
//! Source: Debian's hooks for dhclient. They copy the file without its servers, and not again for as long as the
//! servers stay the same.

use standfast_facts::root::Root;

use super::findings::is_copy;
use super::reading::{Role, Said};
use super::state::Service;
use crate::provider::{Finding, Place};
use crate::shown::Shown;

/// What is wrong with a daemon's copy.
pub(super) fn findings(root: &Root, service: &Service) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some((copy, Said::Ntpd(copied, _))) = service.readings.iter().find(|(reading, _)| is_copy(reading))
    else {
        return findings;
    };
    let Some((source, Said::Ntpd(original, _))) = service
        .readings
        .iter()
        .find(|(reading, _)| super::reading::dhcp_source(&copy.main) == Some(&reading.main))
    else {
        return findings;
    };
    let text = |said: &super::files::Closure<_>| {
        said.files.first().and_then(|file| Some(file.document.as_ref()?.bytes().to_vec()))
    };
    if let (Some(copied), Some(original)) = (text(copied), text(original))
        && let Some(line) = first_missing(&original, &copied)
    {
        findings.push(Finding {
            place: Place { file: copy.place(), line: 0 },
            code: "stale-dhcp-copy",
            message: Shown::owned(format!(
                "{} reads this copy, which has no `{}` of {}:{}; it is not made again while the servers stay the same",
                service.installed.title(),
                Shown::bytes(line.1),
                Shown::text(&source.place().to_string_lossy()),
                line.0
            )),
            remedy: Shown::text("delete the copy and restart the daemon"),
        });
    }
    let ntp_d = source.place().parent().map(|parent| parent.join("ntp.d"));
    let ignored = ntp_d.filter(|ntp_d| {
        let names = root.list(ntp_d).unwrap_or_default();
        names.iter().any(|name| name.as_encoded_bytes().ends_with(b".conf"))
    });
    if let (Some(ntp_d), Role::Running | Role::Next) = (ignored, copy.role)
        && copy.program() == super::daemon::Program::Ntpd(super::version::Family::Ntpsec)
    {
        findings.push(Finding {
            place: Place { file: ntp_d, line: 0 },
            code: "ignored-drop-ins",
            message: Shown::owned(format!(
                "none of its files is read: {} reads {}, and looks for ntp.d beside it",
                service.installed.title(),
                Shown::text(&copy.place().to_string_lossy())
            )),
            remedy: Shown::text(
                "set IGNORE_DHCP=yes in /etc/default/ntpsec, or write the lines into ntp.conf",
            ),
        });
    }
    findings
}

/// The first line of the original that the copy should have and has not, with its number.
fn first_missing<'o>(original: &'o [u8], copied: &[u8]) -> Option<(usize, &'o [u8])> {
    let said = |line: &[u8]| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    };
    let is_copied = |line: &[u8]| {
        let word = line.trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        !matches!(word, b"server" | b"peer" | b"pool" | b"tos")
    };
    let has: rustc_hash::FxHashSet<&[u8]> =
        copied.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let lines = original.split(|byte| *byte == b'\n').zip(1..);
    lines
        .filter(|(line, _)| said(line) && is_copied(line))
        .find(|(line, _)| !has.contains(line.trim_ascii()))
        .map(|(line, number)| (number, line.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::first_missing;

    #[test]
    fn a_copy_lacks_servers_and_comments_may_differ() {
        let original = b"# c\nserver a\n  pool b\npeer c\ntos minclock 4\nrestrict default noquery\n";
        assert_eq!(
            first_missing(original, b"# copied\nserver dhcp iburst\n\nrestrict default noquery\n"),
            None
        );
        let missing = first_missing(original, b"server dhcp iburst\nrestrict default kod\n");
        assert_eq!(missing, Some((6, &b"restrict default noquery"[..])));
    }
}
