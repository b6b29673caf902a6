//! Files that are included and should not be.

use super::Findings;
use crate::rsyslog::tree::Span;

/// How the names of files end that editors and packages leave behind.
const LEFT_BEHIND: [&str; 14] = [
    "~",
    ".bak",
    ".old",
    ".orig",
    ".save",
    ".swp",
    ".rpmsave",
    ".rpmnew",
    ".rpmorig",
    ".dpkg-old",
    ".dpkg-dist",
    ".dpkg-new",
    ".ucf-dist",
    ".disabled",
];

impl Findings<'_> {
    pub(super) fn files(&mut self) {
        for (index, file) in self.config().files.iter().enumerate().skip(1) {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            // `d.bak/x` is there because a directory was named without its slash.
            let directory = file.path.parent().map(|path| path.to_string_lossy().into_owned());
            let is_left = |name: &str| LEFT_BEHIND.iter().any(|end| name.ends_with(end));
            if file.text_of.is_none() && (is_left(&name) || directory.is_some_and(|name| is_left(&name))) {
                let span = Span { file: u32::try_from(index).unwrap_or(u32::MAX), ..Span::default() };
                self.add(
                    span,
                    "included-backup",
                    "is read by rsyslogd, though its name says that it is out of use",
                    "include *.conf only, or remove the file",
                );
            }
        }
    }
}
