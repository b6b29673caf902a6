//! What the command line of a daemon of time says: which file it reads, and where it listens.
//!
//! Source: ntpd-opts.def of the reference implementation, `ALL_OPTIONS` of NTPsec 1.2.2, getopt(3) in chrony's and
//! OpenNTPD's main.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::address::{AddressFamily, parse_address};
use super::daemon::Program;
use super::directive::{ListenAction, ListenRule, Which};

/// What counts of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The configuration file, as it is given.
    pub config: Option<PathBuf>,
    /// The directory that ntpd takes for `/` once it has read its files.
    pub jail: Option<PathBuf>,
    /// The only family.
    pub family: Option<AddressFamily>,
    /// `-I`: where ntpd listens.
    pub interfaces: Vec<ListenRule>,
    /// chrony: directives in place of a file.
    pub directives: Vec<Vec<u8>>,
}

/// The options with an argument.
fn with_argument(program: Program) -> &'static [u8] {
    match program {
        Program::Ntpd(_) => b"cDfiIklpPrstuUw",
        Program::Chrony => b"fFlLNPtu",
        Program::Openntpd => b"fp",
        Program::Timesyncd => b"",
    }
}

impl CommandLine {
    /// Reads the arguments; the name of the program is not among them.
    #[must_use]
    pub fn parse(program: Program, arguments: &[Vec<u8>]) -> Self {
        let mut line = Self::default();
        let mut rest = arguments.iter().map(Vec::as_slice);
        while let Some(argument) = rest.next() {
            match argument {
                b"--" => {
                    line.directives.extend(rest.map(<[u8]>::to_vec));
                    break;
                }
                [b'-', b'-', long @ ..] => line.long(program, long, &mut rest),
                [b'-', short @ ..] if !short.is_empty() => line.short(program, short, &mut rest),
                // getopt(3) moves what is no option to the end.
                other => line.directives.push(other.to_vec()),
            }
        }
        if program != Program::Chrony {
            line.directives.clear();
        }
        line
    }

    /// Several options without an argument may stand together, the last with its argument.
    fn short<'a>(&mut self, program: Program, letters: &'a [u8], rest: &mut impl Iterator<Item = &'a [u8]>) {
        for (index, letter) in letters.iter().enumerate() {
            if with_argument(program).contains(letter) {
                let glued = &letters[index + 1..];
                let value = if glued.is_empty() { rest.next() } else { Some(glued) };
                self.option(program, *letter, value.unwrap_or_default());
                return;
            }
            self.option(program, *letter, b"");
        }
    }

    /// Long options may be cut short as long as they are one.
    fn long<'a>(&mut self, program: Program, long: &'a [u8], rest: &mut impl Iterator<Item = &'a [u8]>) {
        if !matches!(program, Program::Ntpd(_)) {
            return;
        }
        let (name, glued) = match standfast_facts::search::memchr(b'=', long) {
            Some(equals) => (&long[..equals], Some(&long[equals + 1..])),
            None => (long, None),
        };
        let known = LONG.iter().find(|(word, _)| !name.is_empty() && word.as_bytes().starts_with(name));
        let Some((_, letter)) = known else { return };
        let takes = with_argument(program).contains(letter);
        let value = if takes { glued.or_else(|| rest.next()) } else { None };
        self.option(program, *letter, value.unwrap_or_default());
    }

    fn option(&mut self, program: Program, letter: u8, value: &[u8]) {
        let path = || PathBuf::from(OsStr::from_bytes(value));
        match (program, letter) {
            (Program::Ntpd(_), b'c') | (Program::Chrony | Program::Openntpd, b'f') => {
                self.config = Some(path())
            }
            (Program::Ntpd(_), b'i') => self.jail = Some(path()),
            (Program::Ntpd(_), b'I') => {
                let which = match parse_address(value) {
                    Some(address) => Which::Address(address, None),
                    None => Which::Name(value.to_vec()),
                };
                self.interfaces.push(ListenRule { action: ListenAction::Listen, which });
            }
            (Program::Ntpd(_) | Program::Chrony, b'4') => self.family = Some(AddressFamily::V4),
            (Program::Ntpd(_) | Program::Chrony, b'6') => self.family = Some(AddressFamily::V6),
            _ => {}
        }
    }
}

/// ntpd's long options that count or take an argument, in the order in which a name that is cut short is taken.
const LONG: &[(&str, u8)] = &[
    ("configfile", b'c'),
    ("interface", b'I'),
    ("ipv4", b'4'),
    ("ipv6", b'6'),
    ("jaildir", b'i'),
    ("set-debug-level", b'D'),
    ("driftfile", b'f'),
    ("keyfile", b'k'),
    ("logfile", b'l'),
    ("pidfile", b'p'),
    ("priority", b'P'),
    ("propagationdelay", b'r'),
    ("statsdir", b's'),
    ("trustedkey", b't'),
    ("user", b'u'),
    ("updateinterval", b'U'),
    ("wait-sync", b'w'),
];

/// The words of a variable of a file that a shell reads, as /etc/default/ntp: the last assignment counts, quotes group.
#[must_use]
pub fn shell_words(text: &[u8], variable: &str) -> Option<Vec<Vec<u8>>> {
    let assigned = |line: &'_ [u8]| -> Option<Vec<Vec<u8>>> {
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let value = line.strip_prefix(variable.as_bytes())?.strip_prefix(b"=")?;
        Some(split(value))
    };
    text.split(|byte| *byte == b'\n').filter_map(assigned).next_back()
}

/// One value of a shell's assignment, split into words as it is where it is used without quotes.
fn split(value: &[u8]) -> Vec<Vec<u8>> {
    let mut text = Vec::new();
    let mut quote = None;
    for byte in value {
        match (quote, *byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b' ' | b'\t' | b'#' | b';') => break,
            (_, byte) => text.push(byte),
        }
    }
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{CommandLine, shell_words};
    use crate::ntp::address::AddressFamily;
    use crate::ntp::daemon::Program;
    use crate::ntp::version::Family;

    fn parse(program: Program, text: &str) -> CommandLine {
        let words: Vec<_> = text.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        CommandLine::parse(program, &words)
    }

    #[test]
    fn the_last_configuration_file_of_ntpd_counts_in_whatever_form() {
        for (text, file) in [
            ("-g -N -c /a", "/a"),
            ("-c /a -c /b", "/b"),
            ("-c/a -p /run/ntpd.pid", "/a"),
            ("-gNc /a", "/a"),
            ("--configfile /a", "/a"),
            ("--configfile=/a", "/a"),
            ("--config=/a -u ntp:ntp", "/a"),
            ("-p -c -c /a", "/a"),
            ("-g -u ntp:ntp -c /run/ntpsec/ntp.conf.dhcp", "/run/ntpsec/ntp.conf.dhcp"),
        ] {
            let line = parse(Program::Ntpd(Family::Classic), text);
            assert_eq!(line.config.as_deref(), Some(Path::new(file)), "{text}");
        }
        assert_eq!(parse(Program::Ntpd(Family::Classic), "-g -x -f /c").config, None);
    }

    #[test]
    fn interfaces_families_and_the_jail_are_read() {
        let line = parse(Program::Ntpd(Family::Classic), "-4 -I eth0 --interface=10.9.0.1 -i /var/lib/ntp");
        assert_eq!(line.family, Some(AddressFamily::V4));
        assert_eq!(line.interfaces.len(), 2);
        assert_eq!(line.jail.as_deref(), Some(Path::new("/var/lib/ntp")));
    }

    #[test]
    fn chrony_takes_a_file_or_directives() {
        assert_eq!(parse(Program::Chrony, "-F 1 -f /a").config.as_deref(), Some(Path::new("/a")));
        let words = [b"-F".to_vec(), b"1".to_vec(), b"allow all".to_vec(), b"port 0".to_vec()];
        assert_eq!(
            CommandLine::parse(Program::Chrony, &words).directives,
            [b"allow all".to_vec(), b"port 0".to_vec()]
        );
        assert_eq!(parse(Program::Openntpd, "-s -f /b").config.as_deref(), Some(Path::new("/b")));
    }

    #[test]
    fn options_of_an_environment_file_are_its_last_assignment_without_quotes() {
        let text = b"# NTPD_OPTS=x\nNTPD_OPTS='-g'\nexport NTPD_OPTS=\"-g -c /a\" # why\nIGNORE_DHCP=\"\"\nOPTIONS=-u\n";
        let words = |variable| shell_words(text, variable);
        assert_eq!(words("NTPD_OPTS"), Some(vec![b"-g".to_vec(), b"-c".to_vec(), b"/a".to_vec()]));
        assert_eq!(words("IGNORE_DHCP"), Some(vec![]));
        assert_eq!(words("OPTIONS"), Some(vec![b"-u".to_vec()]));
        assert_eq!(words("OPTS"), None);
    }
}
