//! `Invocation`, how a snmpd was started, or would be: its options and environment say which files count.
//!
//! Source: net-snmp's agent/snmpd.c and snmplib/snmp_parse_args.c; getopt(3) as glibc has it, which lets options
//! stand behind addresses.

use std::path::PathBuf;

/// The arguments as they were given: a running snmpd has cut the list behind `-I` in place, so that what stood between
/// commas looks like arguments of their own, and thus like addresses.
fn with_modules_in_one(arguments: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let is_module = |word: &[u8]| {
        word.first().is_some_and(u8::is_ascii_alphabetic)
            && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/'))
    };
    let mut whole: Vec<Vec<u8>> = Vec::with_capacity(arguments.len());
    // Whether the argument before holds modules, or is the option alone.
    let (mut holds_modules, mut is_option) = (false, false);
    for argument in arguments {
        match whole.last_mut() {
            Some(list) if holds_modules && is_module(argument) => {
                list.push(b',');
                list.extend(argument);
                continue;
            }
            _ => {}
        }
        holds_modules = is_option || argument.len() > 2 && argument.starts_with(b"-I");
        is_option = argument == b"-I";
        whole.push(argument.clone());
    }
    whole
}

/// The options of snmpd that take a value: the next argument, where it does not stand behind the letter.
const WITH_VALUE: &[u8] = b"cILlmMnpPSY-guxD";

/// How a snmpd was started.
#[derive(Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Where this is known from.
    pub origin: Origin,
    /// The name that it goes by and that its files have: `-n`, else `snmpd`.
    pub application: Vec<u8>,
    /// Whether the files of the search path are read: not with `-C`.
    pub default_files: DefaultFiles,
    /// The files that `-c` names, between commas; the last `-c` counts, and a dash before the first puts them first.
    pub optional: Option<Vec<u8>>,
    /// Directives of the command line, `--name=value`, as the daemon keeps them; gone after the first SIGHUP.
    pub lines: Vec<Vec<u8>>,
    /// Addresses to listen on.
    pub addresses: Vec<Vec<u8>>,
    /// `-I`: modules that are started, or with a dash before them are not.
    pub modules: Vec<u8>,
    /// `-u`: the user whose rights it has after its start.
    pub user: Option<Vec<u8>>,
    /// `-g`: the group.
    pub group: Option<Vec<u8>>,
    /// The working directory, from which relative names start.
    pub directory: PathBuf,
    /// `SNMPCONFPATH`: the search path, and with it no persistent directory is read.
    pub conf_path: Option<Vec<u8>>,
    /// `SNMP_PERSISTENT_DIR`
    pub persistent_dir: Option<Vec<u8>>,
    /// `SNMP_PERSISTENT_FILE`
    pub persistent_file: Option<Vec<u8>>,
    /// `HOME`
    pub home: Option<Vec<u8>>,
    /// `MIBS`, or `-m`: which MIB files are read; none where it is empty.
    pub mibs: Option<Vec<u8>>,
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The lines may hold communities.
        f.debug_struct("Invocation").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Where an invocation is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A process that runs.
    Running(u32),
    /// What would start it: a unit or a file of the init scripts.
    Configured(PathBuf),
    /// Nothing: the defaults of the program.
    Assumed,
}

/// Whether the files of the search path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultFiles {
    /// They are.
    Read,
    /// They are not, nor is the persistent file.
    Skipped,
}

impl Default for Invocation {
    fn default() -> Self {
        Self {
            origin: Origin::Assumed,
            application: b"snmpd".to_vec(),
            default_files: DefaultFiles::Read,
            optional: None,
            lines: Vec::new(),
            addresses: Vec::new(),
            modules: Vec::new(),
            user: None,
            group: None,
            directory: PathBuf::from("/"),
            conf_path: None,
            persistent_dir: None,
            persistent_file: None,
            home: None,
            mibs: None,
        }
    }
}

impl Invocation {
    /// Reads a command line, the program first, and the variables that count.
    #[must_use]
    pub fn new(origin: Origin, arguments: &[Vec<u8>], variable: impl Fn(&str) -> Option<Vec<u8>>) -> Self {
        let mut invocation = Self {
            origin,
            conf_path: variable("SNMPCONFPATH"),
            persistent_dir: variable("SNMP_PERSISTENT_DIR"),
            persistent_file: variable("SNMP_PERSISTENT_FILE"),
            home: variable("HOME"),
            mibs: variable("MIBS"),
            ..Self::default()
        };
        let arguments = match invocation.origin {
            Origin::Running(_) => with_modules_in_one(arguments),
            Origin::Configured(_) | Origin::Assumed => arguments.to_vec(),
        };
        let mut arguments = arguments.iter().skip(1).map(Vec::as_slice);
        while let Some(argument) = arguments.next() {
            match argument {
                b"--" => {
                    invocation.addresses.extend(arguments.by_ref().map(<[u8]>::to_vec));
                }
                [b'-', letters @ ..] if !letters.is_empty() => {
                    invocation.read_letters(letters, &mut arguments);
                }
                address => invocation.addresses.push(address.to_vec()),
            }
        }
        invocation
    }

    /// The letters behind one dash: one that takes a value takes the rest for it.
    fn read_letters<'a>(&mut self, letters: &[u8], arguments: &mut impl Iterator<Item = &'a [u8]>) {
        // An old way to log to standard error.
        if letters == b"L" {
            return;
        }
        let mut rest = letters;
        while let [letter, behind @ ..] = rest {
            rest = behind;
            if !WITH_VALUE.contains(letter) {
                if *letter == b'C' {
                    self.default_files = DefaultFiles::Skipped;
                }
                continue;
            }
            let value = match (behind, letter) {
                (b"", b'D') => Vec::new(),
                (b"", _) => arguments.next().unwrap_or_default().to_vec(),
                (behind, _) => behind.to_vec(),
            };
            self.take(*letter, value, arguments);
            return;
        }
    }

    fn take<'a>(&mut self, letter: u8, value: Vec<u8>, arguments: &mut impl Iterator<Item = &'a [u8]>) {
        match letter {
            b'c' => self.optional = Some(value),
            b'n' => self.application = value,
            b'u' => self.user = Some(value),
            b'g' => self.group = Some(value),
            b'm' => self.mibs = Some(value),
            b'I' => {
                if !self.modules.is_empty() {
                    self.modules.push(b',');
                }
                self.modules.extend(value);
            }
            b'Y' => self.lines.push(value),
            b'-' => self.lines.push(long_option(value)),
            b'L' => {
                // Where to log stands in further arguments.
                let more = match value.as_slice() {
                    b"S" => 2,
                    b"E" | b"O" | b"F" | b"f" | b"s" | b"N" => 1,
                    _ => 0,
                };
                arguments.take(more).for_each(drop);
            }
            _ => {}
        }
    }

    /// Whether a module was left out by `-I`.
    #[must_use]
    pub fn leaves_out(&self, module: &str) -> bool {
        let list = self.modules.strip_prefix(b"-");
        list.is_some_and(|list| list.split(|byte| *byte == b',').any(|name| name == module.as_bytes()))
    }
}

/// The directive that a long option is: its first `=` is a blank, and without one its value is 1.
fn long_option(mut option: Vec<u8>) -> Vec<u8> {
    match option.iter().position(|byte| *byte == b'=') {
        Some(sign) => option[sign] = b' ',
        None if !option.contains(&b' ') => option.extend(b" 1"),
        None => {}
    }
    option
}

#[cfg(test)]
mod tests {
    use super::{DefaultFiles, Invocation, Origin};

    fn read(line: &str) -> Invocation {
        let arguments: Vec<Vec<u8>> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        Invocation::new(Origin::Assumed, &arguments, |_| None)
    }

    #[test]
    fn the_command_line_of_debian_names_no_file_and_no_address() {
        let debian = read("/usr/sbin/snmpd -LOw -u Debian-snmp -g Debian-snmp -I -smux,mteTrigger -f");
        assert_eq!(debian.user.as_deref(), Some(&b"Debian-snmp"[..]));
        assert!(debian.addresses.is_empty() && debian.lines.is_empty());
        assert_eq!(debian.default_files, DefaultFiles::Read);
        assert!(debian.leaves_out("smux") && debian.leaves_out("mteTrigger") && !debian.leaves_out("proxy"));
    }

    #[test]
    fn a_running_daemon_has_cut_its_list_of_modules_and_names_no_addresses_by_it() {
        let words =
            ["snmpd", "-I", "-smux", "mteTrigger", "mteTriggerConf", "-f", "udp:161", "-Ismux", "x", "161"];
        let arguments: Vec<_> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let invocation = Invocation::new(Origin::Running(7), &arguments, |_| None);
        assert_eq!(invocation.addresses, [b"udp:161".to_vec(), b"161".to_vec()]);
        assert!(invocation.leaves_out("mteTrigger") && invocation.leaves_out("smux"));
    }

    #[test]
    fn of_two_options_c_the_last_counts_and_addresses_may_stand_before_options() {
        let both = read("snmpd -c a udp:161 -Cc b,c udp6:161");
        assert_eq!(both.optional.as_deref(), Some(&b"b,c"[..]));
        assert_eq!(both.default_files, DefaultFiles::Skipped);
        assert_eq!(both.addresses, [b"udp:161".to_vec(), b"udp6:161".to_vec()]);
    }

    #[test]
    fn where_to_log_is_no_address() {
        let log = read("snmpd -LS 0-6 d -Lf /dev/null -LF 0-4 -p /run/snmpd.pid -a");
        assert!(log.addresses.is_empty(), "{:?}", log.addresses);
        let old = read("snmpd -L udp:161");
        assert_eq!(old.addresses, [b"udp:161".to_vec()]);
    }

    #[test]
    fn any_directive_may_be_a_long_option() {
        let long = read("snmpd --rocommunity=cli --quit -- -c");
        assert_eq!(long.lines, [b"rocommunity cli".to_vec(), b"quit 1".to_vec()]);
        assert_eq!(long.addresses, [b"-c".to_vec()]);
    }
}
