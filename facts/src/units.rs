//! How systemd would start a service: its command line and environment, from the unit and its drop-ins.
//!
//! Source: systemd.unit(5), systemd.service(5) "Command lines", systemd.exec(5), systemd.syntax(7).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::root::Root;

/// Where units are, those that hide the others first.
const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// How a service would be started.
#[derive(Clone, PartialEq, Eq)]
pub struct Start {
    /// The unit that says so.
    pub unit: PathBuf,
    /// The command line, the program first.
    pub arguments: Vec<Vec<u8>>,
    /// The variables that the unit and its environment files set.
    pub environment: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Arguments and variables may hold secrets.
        f.debug_struct("Start").field("unit", &self.unit).finish_non_exhaustive()
    }
}

/// What is read of a unit and its drop-ins.
#[derive(Default)]
struct Service {
    command: Option<Vec<u8>>,
    environment: Vec<Vec<u8>>,
    files: Vec<Vec<u8>>,
}

/// How systemd would start this service, for example `snmpd.service`; `None` where there is no such unit, or it starts
/// nothing.
#[must_use]
pub fn start(root: &Root, service: &str) -> Option<Start> {
    let unit = DIRECTORIES.iter().map(|directory| Path::new(directory).join(service));
    let (unit, bytes) = unit.filter_map(|path| Some((path.clone(), root.read(&path).ok()?))).next()?;
    let mut read = Service::default();
    read.add(&bytes);
    for drop_in in drop_ins(root, service) {
        if let Ok(bytes) = root.read(&drop_in) {
            read.add(&bytes);
        }
    }
    let environment = read.environment(root);
    // Prefixes say how to run it, not what.
    let command = read.command?;
    let start = command.iter().position(|byte| !b"-@:+!".contains(byte))?;
    let mut arguments = Vec::new();
    for (word, quoted) in split(command.get(start..)?) {
        expand(&word, quoted, &environment, &mut arguments);
    }
    Some(Start { unit, arguments, environment })
}

/// The drop-ins of a service in the order in which they are read: by name, the first directory of a name wins.
fn drop_ins(root: &Root, service: &str) -> Vec<PathBuf> {
    let mut by_name = BTreeMap::new();
    for directory in DIRECTORIES {
        let directory = Path::new(directory).join(format!("{service}.d"));
        for name in root.list(&directory).unwrap_or_default() {
            if name.as_bytes().ends_with(b".conf") {
                let path = directory.join(&name);
                by_name.entry(name).or_insert(path);
            }
        }
    }
    by_name.into_values().collect()
}

impl Service {
    fn add(&mut self, bytes: &[u8]) {
        let mut is_service = false;
        for line in logical_lines(bytes) {
            let line = line.trim_ascii();
            if line.starts_with(b"[") {
                is_service = line == b"[Service]";
            }
            let Some(at) = crate::search::memchr(b'=', line).filter(|_| is_service) else { continue };
            let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
            let list = match key {
                b"ExecStart" => {
                    // An empty one forgets what was said before; of several the first is the service.
                    let said = (!value.is_empty()).then(|| value.to_vec());
                    self.command = if value.is_empty() { None } else { self.command.take().or(said) };
                    continue;
                }
                b"Environment" => &mut self.environment,
                b"EnvironmentFile" => &mut self.files,
                _ => continue,
            };
            if value.is_empty() {
                list.clear();
            } else {
                list.push(value.to_vec());
            }
        }
    }

    fn environment(&self, root: &Root) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut environment = BTreeMap::new();
        let words = self.environment.iter().flat_map(|value| split(value)).map(|(word, _)| word);
        for word in words {
            assign(&word, &mut environment);
        }
        for file in &self.files {
            let path = Path::new(OsStr::from_bytes(file.strip_prefix(b"-").unwrap_or(file)));
            environment.extend(assignments(&root.read(path).unwrap_or_default()));
        }
        environment
    }
}

/// The variables that an environment file, or a file of init scripts without commands in it, sets: the last of a name
/// counts. Nothing is expanded.
#[must_use]
pub fn assignments(bytes: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut variables = BTreeMap::new();
    for line in logical_lines(bytes) {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        if line.starts_with(b"#") || line.starts_with(b";") {
            continue;
        }
        if let Some(at) = crate::search::memchr(b'=', line) {
            let value: Vec<Vec<u8>> =
                split(line[at + 1..].trim_ascii()).into_iter().map(|(word, _)| word).collect();
            variables.insert(line[..at].trim_ascii().to_vec(), value.join(&b' '));
        }
    }
    variables
}

fn assign(word: &[u8], environment: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
    if let Some(at) = crate::search::memchr(b'=', word) {
        environment.insert(word[..at].to_vec(), word[at + 1..].to_vec());
    }
}

/// Lines, those that end with a backslash joined to the next.
fn logical_lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut whole = open.take().unwrap_or_default();
        match line.strip_suffix(b"\\") {
            Some(part) => {
                whole.extend_from_slice(part);
                whole.push(b' ');
                open = Some(whole);
            }
            None => {
                whole.extend_from_slice(line);
                lines.push(whole);
            }
        }
    }
    lines.extend(open);
    lines
}

/// Words with their quotes taken off, and whether there were any.
fn split(text: &[u8]) -> Vec<(Vec<u8>, bool)> {
    let mut words = Vec::new();
    let (mut word, mut started, mut quoted, mut quote) = (Vec::new(), false, false, None);
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match (quote, byte) {
            (None, b' ' | b'\t') => {
                if started {
                    words.push((std::mem::take(&mut word), quoted));
                }
                (started, quoted) = (false, false);
                continue;
            }
            (None, b'"' | b'\'') => (quote, quoted) = (Some(byte), true),
            (Some(open), byte) if open == byte => quote = None,
            (open, b'\\') if open != Some(b'\'') => word.extend(bytes.next()),
            (_, byte) => word.push(byte),
        }
        started = true;
    }
    if started {
        words.push((word, quoted));
    }
    words
}

/// `$NAME` as a word of its own becomes words, `${NAME}` anywhere text.
fn expand(word: &[u8], quoted: bool, environment: &BTreeMap<Vec<u8>, Vec<u8>>, out: &mut Vec<Vec<u8>>) {
    let is_name =
        |name: &[u8]| !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if let Some(name) = word.strip_prefix(b"$").filter(|name| !quoted && is_name(name)) {
        let value = environment.get(name).map(Vec::as_slice).unwrap_or_default();
        out.extend(split(value).into_iter().map(|(word, _)| word));
        return;
    }
    let mut text = Vec::new();
    let mut rest = word;
    while let Some(at) = crate::search::find(rest, b"${") {
        let Some(end) = crate::search::memchr(b'}', &rest[at..]) else { break };
        text.extend_from_slice(&rest[..at]);
        text.extend_from_slice(
            environment.get(&rest[at + 2..at + end]).map(Vec::as_slice).unwrap_or_default(),
        );
        rest = &rest[at + end + 1..];
    }
    text.extend_from_slice(rest);
    out.push(text);
}

#[cfg(test)]
mod tests {
    use super::start;
    use crate::testing::TestRoot;

    fn words(arguments: &[Vec<u8>]) -> Vec<String> {
        arguments.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn a_variable_becomes_words_and_the_environment_file_sets_it() {
        let mut root = TestRoot::new();
        root.file(
            "/usr/lib/systemd/system/snmpd.service",
            b"[Unit]\nExecStart=/no\n[Service]\nEnvironment=OPTIONS=\"-LS0-6d\"\n\
              EnvironmentFile=-/etc/sysconfig/snmpd\nExecStart=-/usr/sbin/snmpd $OPTIONS \\\n -f ${NO}x\n",
        );
        let said = start(&root.open(), "snmpd.service").unwrap();
        assert_eq!(words(&said.arguments), ["/usr/sbin/snmpd", "-LS0-6d", "-f", "x"]);
        root.file("/etc/sysconfig/snmpd", b"# OPTIONS=\"-a\"\nOPTIONS=\"-LS0-5d -c '/etc/my snmpd.conf'\"\n");
        let said = start(&root.open(), "snmpd.service").unwrap();
        assert_eq!(
            words(&said.arguments),
            ["/usr/sbin/snmpd", "-LS0-5d", "-c", "/etc/my snmpd.conf", "-f", "x"]
        );
    }

    #[test]
    fn a_drop_in_that_empties_the_command_replaces_it() {
        let mut root = TestRoot::new();
        root.file("/lib/systemd/system/snmpd.service", b"[Service]\nExecStart=/usr/sbin/snmpd -f\n").file(
            "/etc/systemd/system/snmpd.service.d/local.conf",
            b"[Service]\nExecStart=\nExecStart=/usr/sbin/snmpd -C\nEnvironment=HOME=/root \"A=b c\"\n",
        );
        let said = start(&root.open(), "snmpd.service").unwrap();
        assert_eq!(words(&said.arguments), ["/usr/sbin/snmpd", "-C"]);
        assert_eq!(said.environment.get(b"A".as_slice()).map(Vec::as_slice), Some(b"b c".as_slice()));
        assert!(start(&root.open(), "ntpd.service").is_none());
    }
}
