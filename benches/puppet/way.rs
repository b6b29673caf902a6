//! The ways to manage as many limits with Puppet, each as a manifest for the same data in Hiera.

use std::fmt::Write as _;

use crate::scale::value;
use crate::stage::user;

/// How limits are managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Not at all: the empty catalog.
    Nowhere,
    /// A resource of a native type that does nothing for each.
    Nothing,
    /// The same, which says in each run that it was absent, and is made.
    Anew,
    /// A `limits_entry` for each.
    Single,
    /// One `standfast_limits` for all.
    Container,
    /// The same, with all entries in the manifest instead of Hiera.
    Literal,
    /// As many in the manifest, for a resource of a type that does nothing with them.
    Holder,
    /// A file in limits.d for each.
    File,
    /// A `file_line` in limits.conf for each.
    FileLine,
    /// A fragment for each, of one file that is written as a whole.
    Concat,
    /// An `augeas` resource for each, on limits.conf.
    Augeas,
}

/// As the modules that use augeas for limits do it: what is of this domain, type and item is set, or made.
const AUGEAS: &str = r#"augeas { $user:
    incl    => '/etc/security/limits.conf',
    lens    => 'Limits.lns',
    context => '/files/etc/security/limits.conf',
    onlyif  => "match domain[. = '${user}'][type = 'soft'][item = 'nproc'][value = '${value}'] size == 0",
    changes => [
      "rm domain[. = '${user}'][type = 'soft'][item = 'nproc']",
      "set domain[last() + 1] '${user}'",
      'set domain[last()]/type soft',
      'set domain[last()]/item nproc',
      "set domain[last()]/value ${value}",
    ],
  }"#;

impl Way {
    /// The manifest.
    pub(super) fn manifest(self, count: usize) -> String {
        let each = |resource| format!("lookup('limits').each |$user, $value| {{\n  {resource}\n}}\n");
        match self {
            Self::Nowhere => String::new(),
            Self::Nothing => each(r#"nothing_entry { "${user}/soft/nproc": value => $value }"#),
            Self::Anew => each(r#"nothing_entry { "${user}/soft/nproc": value => $value, made => anew }"#),
            Self::Single => each(r#"limits_entry { "${user}/soft/nproc": value => $value }"#),
            Self::Container => "standfast_limits { 'main': entries => lookup('limits') }\n".to_owned(),
            Self::Literal | Self::Holder => {
                let name = if self == Self::Holder { "nothing_holder" } else { "standfast_limits" };
                let entries = self.table(count, " => ", ",\n");
                format!("{name} {{ 'main':\n  entries => {{\n{entries}  }},\n}}\n")
            }
            Self::File => each(
                r#"file { "/etc/security/limits.d/${user}.conf": content => "${user} soft nproc ${value}\n" }"#,
            ),
            Self::FileLine => each(
                r#"file_line { $user: path => '/etc/security/limits.conf', match => "^${user}\\s+soft\\s+nproc\\s", line => "${user} soft nproc ${value}" }"#,
            ),
            Self::Concat => {
                let file = "/etc/security/limits.d/users.conf";
                let fragment = format!(
                    r#"concat::fragment {{ $user: target => '{file}', content => "${{user}} soft nproc ${{value}}\n" }}"#
                );
                format!("concat {{ '{file}': }}\n{}", each(&fragment))
            }
            Self::Augeas => each(AUGEAS),
        }
    }

    /// What Hiera has.
    pub(super) fn data(self, count: usize) -> String {
        match self {
            Self::Nowhere | Self::Literal | Self::Holder => "{}\n".to_owned(),
            _ => format!("limits:\n{}", self.table(count, ": ", "\n")),
        }
    }

    /// What limits.conf has before the first run: augeas takes minutes to write a thousand lines one by one.
    pub(super) fn limits(self, count: usize) -> String {
        let line = |index| format!("{} soft nproc {}\n", user(index), value(index));
        if self == Self::Augeas { (0..count).map(line).collect() } else { String::new() }
    }

    /// Whether what others have written in the same file stays.
    pub(super) fn keeps_foreign_lines(self) -> bool {
        matches!(self, Self::Single | Self::Container | Self::Literal | Self::FileLine | Self::Augeas)
    }

    /// A line for each user with the soft limit of his processes.
    fn table(self, count: usize, between: &str, end: &str) -> String {
        let item =
            if matches!(self, Self::Container | Self::Literal | Self::Holder) { "/soft/nproc" } else { "" };
        let mut text = String::new();
        for index in 0..count {
            write!(text, "    '{}{item}'{between}{}{end}", user(index), value(index)).unwrap();
        }
        text
    }

    /// The modules that it needs, and where they are in the source.
    pub(super) fn modules(self) -> &'static [(&'static str, &'static str)] {
        const OURS: (&str, &str) = ("standfast", "puppet-module");
        const STDLIB: (&str, &str) = ("stdlib", "target/peers/modules/stdlib");
        match self {
            Self::Nowhere | Self::Nothing | Self::Anew | Self::Holder => {
                &[OURS, ("nothing", "benches/puppet/nothing")]
            }
            Self::Single | Self::Container | Self::Literal => &[OURS],
            Self::File => &[],
            Self::FileLine => &[STDLIB],
            Self::Concat => &[STDLIB, ("concat", "target/peers/modules/concat")],
            Self::Augeas => &[("augeas_core", "target/peers/modules/augeas_core")],
        }
    }
}
