//! The ways to manage as many limits with Puppet, each as a manifest.

use crate::scale::value;
use crate::stage::user;

/// How limits are managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Not at all: the empty catalog.
    Nowhere,
    /// A resource of a native type that does nothing for each.
    Nothing,
    /// A `limits_entry` for each.
    Single,
    /// One `standfast_limits` for all.
    Container,
    /// A file in limits.d for each.
    File,
    /// A `file_line` in limits.conf for each.
    FileLine,
    /// A fragment for each, of one file that is written as a whole.
    Concat,
    /// An `augeas` resource for each, on limits.conf.
    Augeas,
}

impl Way {
    /// The manifest for the first `count` users.
    pub(super) fn manifest(self, count: usize) -> String {
        let all: String = (0..count).map(|index| self.one(&user(index), value(index))).collect();
        match self {
            Self::Container => format!("standfast_limits {{ 'main':\n  entries => {{\n{all}  }},\n}}\n"),
            Self::Concat => format!("concat {{ '/etc/security/limits.d/users.conf': }}\n{all}"),
            _ => all,
        }
    }

    /// The soft limit of one user's processes.
    fn one(self, user: &str, value: usize) -> String {
        match self {
            Self::Nowhere => String::new(),
            Self::Nothing => format!("nothing_entry {{ '{user}/soft/nproc': value => {value} }}\n"),
            Self::Single => format!("limits_entry {{ '{user}/soft/nproc': value => {value} }}\n"),
            Self::Container => format!("    '{user}/soft/nproc' => {value},\n"),
            Self::File => format!(
                "file {{ '/etc/security/limits.d/{user}.conf': content => \"{user} soft nproc {value}\\n\" }}\n"
            ),
            Self::FileLine => format!(
                "file_line {{ '{user}': path => '/etc/security/limits.conf', match => '^{user}\\s+soft\\s+nproc\\s', \
                 line => '{user} soft nproc {value}' }}\n"
            ),
            Self::Concat => format!(
                "concat::fragment {{ '{user}': target => '/etc/security/limits.d/users.conf', \
                 content => \"{user} soft nproc {value}\\n\" }}\n"
            ),
            Self::Augeas => augeas(user, value),
        }
    }
}

/// As the modules that use augeas for limits do it: what is of this domain, type and item is set, or made.
fn augeas(user: &str, value: usize) -> String {
    let entry = format!("domain[. = '{user}'][type = 'soft'][item = 'nproc']");
    let changes: String = ["type soft", "item nproc", &format!("value {value}")]
        .map(|change| format!("    \"set domain[last()]/{change}\",\n"))
        .concat();
    format!(
        "augeas {{ '{user}':\n  incl => '/etc/security/limits.conf',\n  lens => 'Limits.lns',\n  \
         context => '/files/etc/security/limits.conf',\n  onlyif => \"match {entry}[value = '{value}'] size == 0\",\n  \
         changes => [\n    \"rm {entry}\",\n    \"set domain[last() + 1] '{user}'\",\n{changes}  ],\n}}\n"
    )
}
