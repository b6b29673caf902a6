//! Two hundred communities through all that standfast does and says: none shows, and all are let in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::monitoring::Monitoring;
use super::packet::Version;
use crate::net::{Host, Package};
use crate::random::Random;

const COUNT: usize = 200;
const STANDFAST: &str = env!("CARGO_BIN_EXE_standfast");

/// Pieces around the core of a community.
const PIECES: &[&str] = &[
    "'", "\"", "\\", "\\\\", "\\'", "#", " ", " # ", "ü", "語", "🦜", "%", "&", "=", "$(id)", "`", "{}",
    "\t", "-V ", "<", "",
];

/// A community, and the random letters and digits in the middle of it, which stand in no other text by chance: they are
/// the same in JSON, in a URL and in quotes.
struct Community {
    bytes: Vec<u8>,
    core: String,
}

fn communities(seed: u64) -> Vec<Community> {
    let mut random = Random::new(seed);
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let one = |number: usize| {
        let core: String = (0..12).map(|_| random.pick(&letters)).collect();
        let mut bytes = random.pick(PIECES).as_bytes().to_vec();
        // What is no UTF-8 can come from a file only.
        if number.is_multiple_of(10) {
            bytes.push(0xe9);
        }
        bytes.extend(core.bytes());
        bytes.extend(random.pick(PIECES).bytes());
        bytes.extend(random.pick(PIECES).bytes());
        Community { bytes, core }
    };
    (0..COUNT).map(one).collect()
}

/// A core in hexadecimal digits, and in base64 wherever it may begin in a text.
fn forms(core: &str) -> Vec<String> {
    let hex: String = core.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![core.to_owned(), hex.to_uppercase(), hex];
    for before in 0..3 {
        let text = [&b"\0\0"[..before], core.as_bytes()].concat();
        let encoded = base64(&text);
        // Letters at the edges depend on what stands beside.
        let from = (before * 8).div_ceil(6);
        forms.push(encoded[from..text.len() * 8 / 6].to_owned());
    }
    forms
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let letter = |bits: &[u8]| {
        let value = bits.iter().fold(0, |value, bit| value << 1 | usize::from(*bit)) << (6 - bits.len());
        char::from(LETTERS[value])
    };
    bits.chunks(6).map(letter).collect()
}

/// Where any of the cores shows in any form.
struct Searcher {
    forms: BTreeMap<[u8; 8], Vec<String>>,
}

impl Searcher {
    fn new<'c>(communities: impl IntoIterator<Item = &'c Community>) -> Self {
        let mut all: BTreeMap<[u8; 8], Vec<String>> = BTreeMap::new();
        for form in communities.into_iter().flat_map(|community| forms(&community.core)) {
            all.entry(form.as_bytes()[..8].try_into().unwrap()).or_default().push(form);
        }
        Self { forms: all }
    }

    fn find(&self, text: &[u8]) -> Option<&str> {
        text.windows(8).enumerate().find_map(|(at, window)| {
            let candidates = self.forms.get(window)?;
            candidates.iter().find(|form| text[at..].starts_with(form.as_bytes())).map(String::as_str)
        })
    }

    fn assert_hidden(&self, what: &str, text: &[u8]) {
        for line in text.split(|byte| *byte == b'\n') {
            let found = self.find(line);
            assert_eq!(found, None, "shown by {what}: {}", String::from_utf8_lossy(line));
        }
    }
}

#[test]
fn the_searcher_finds_a_community_in_each_form() {
    let community = Community { bytes: Vec::new(), core: "aB3dE5gH7jK9".into() };
    let searcher = Searcher::new([&community]);
    let hex = "6142336445356748376a4b39";
    for text in [
        "x\"aB3dE5gH7jK9",
        hex,
        &hex.to_uppercase(),
        "YUIzZEU1Z0g3aks5",
        "eGFCM2RFNWdIN2pLOQ",
        "eHhhQjNkRTVnSDdqSzk",
    ] {
        assert!(searcher.find(text.as_bytes()).is_some(), "{text}");
    }
    assert_eq!(searcher.find(b"aB3dE5gH7jK8 and other text"), None);
}

/// A machine, and all that must not show there.
struct Stage {
    host: Host,
    searcher: Searcher,
}

impl Stage {
    fn new(communities: &[Community]) -> Self {
        let host = Host::new(&[Package::Snmpd]);
        host.write("/etc/snmp/snmpd.conf", "agentaddress udp:161\nincludeDir /etc/snmp/snmpd.conf.d\n");
        host.run(&["chown", "root:Debian-snmp", "/etc/snmp/snmpd.conf"]);
        Self { host, searcher: Searcher::new(communities) }
    }

    /// The resources; those whose communities are no text name a file.
    fn resources(&self, communities: &[Community]) -> Vec<Value> {
        self.host.run(&["mkdir", "-p", "-m", "0700", "/etc/communities"]);
        let resource = |(number, community): (usize, &Community)| {
            let mut parameters = json!({ "sources": ["192.0.2.2"] });
            match std::str::from_utf8(&community.bytes) {
                Ok(text) => parameters["community"] = json!(text),
                Err(_) => {
                    let path = format!("/etc/communities/{number}");
                    self.host.write(&path, [community.bytes.as_slice(), b"\n"].concat());
                    self.host.run(&["chmod", "0600", &path]);
                    parameters["community_file"] = json!(path);
                }
            }
            json!({ "type": "snmp_community", "title": format!("nms {number}"), "parameters": parameters })
        };
        communities.iter().enumerate().map(resource).collect()
    }

    /// Runs standfast with this on its standard input; it ends with one of these codes, and says no community.
    fn run(&self, arguments: &[&str], input: &str, codes: &[i32]) -> String {
        self.host.write("/run/input", input);
        self.host.run(&["chmod", "0600", "/run/input"]);
        let mut argv = vec!["sh", "-c", "\"$@\" < /run/input", "sh", STANDFAST];
        argv.extend(arguments);
        let output = self.host.bounded(&argv).output().unwrap();
        self.searcher.assert_hidden(
            &format!("{arguments:?}"),
            &[output.stdout.clone(), output.stderr.clone()].concat(),
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let code = output.status.code().unwrap();
        assert!(
            codes.contains(&code),
            "{arguments:?}: {code} {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        text
    }

    /// Applies under strace, and looks into what each program is started with and what goes into each file.
    fn apply_traced(&self, input: &str) {
        self.host.write("/run/input", input);
        let script = "exec strace -f -y -xx -s 99999999 -o /run/trace -e trace=execve,write,writev,pwrite64,pwritev,\
                      pwritev2,sendto,sendmsg,sendmmsg,symlink,symlinkat,link,linkat,rename,renameat,renameat2,openat,\
                      openat2,mkdir,mkdirat,setxattr,fsetxattr \"$@\" < /run/input";
        let argv = ["sh", "-c", script, "sh", STANDFAST, "apply", "-", "--diff", "--reload"];
        let output = self.host.bounded(&argv).output().expect("this test needs strace (Debian: strace)");
        self.searcher.assert_hidden("a traced run", &[output.stdout, output.stderr].concat());
        assert_eq!(output.status.code(), Some(2));
        let trace = String::from_utf8(self.host.read("/run/trace")).unwrap();
        let mut targets = 0;
        for line in trace.lines() {
            let decoded = decode(line);
            if self.searcher.find(&decoded).is_some() {
                let into = written_file(line, &decoded).unwrap_or_else(|| panic!("shown in {line:.300}"));
                assert!(may_hold_secrets(&into), "written into {into}");
                targets += 1;
            }
        }
        assert!(targets > 0, "the communities went nowhere: {trace:.2000}");
    }

    /// Everything below the state directory: only backups hold communities, and only root reads them.
    fn assert_state_is_closed(&self) {
        let listing = self.host.run(&["find", "/var/lib/standfast", "/run", "-printf", "%m %p\\n"]);
        self.searcher.assert_hidden("names of files", listing.as_bytes());
        for line in
            self.host.run(&["find", "/var/lib/standfast", "-type", "f", "-printf", "%m %p\\n"]).lines()
        {
            let (mode, path) = line.split_once(' ').unwrap();
            assert_eq!(mode, "600", "{path}");
            if !path.starts_with("/var/lib/standfast/backups/") {
                self.searcher.assert_hidden(path, &self.host.read(path));
            }
        }
    }
}

/// A line of strace with the bytes that its `\xNN` stand for.
fn decode(line: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len() / 4);
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\\x") {
        bytes.extend(before.bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.extend(b"\\x");
                rest = after;
            }
        }
    }
    bytes.extend(rest.bytes());
    bytes
}

/// The file that a call writes into: `123 write(7</path>, "…", 9) = 9`.
fn written_file(line: &str, decoded: &[u8]) -> Option<String> {
    let name = line.split_once('(')?.0.rsplit(' ').next()?;
    matches!(name, "write" | "writev" | "pwrite64").then_some(())?;
    let text = String::from_utf8_lossy(decoded);
    let (_, path) = text.split_once('<')?;
    Some(path.split_once('>')?.0.to_owned())
}

/// The target, the file that takes its place, and the backup.
fn may_hold_secrets(path: &str) -> bool {
    path.starts_with("/etc/snmp/snmpd.conf.d/") || path.starts_with("/var/lib/standfast/backups/")
}

#[test]
fn no_community_shows_in_whatever_is_done_and_all_are_let_in() {
    let (old, new) = (communities(1), communities(2));
    let all: Vec<Community> = old.into_iter().chain(new).collect();
    let stage = Stage::new(&all);
    let (old, new) = all.split_at(COUNT);
    let monitoring = Monitoring::start(&stage.host);

    let resources = stage.resources(old);
    let policy = json!(resources).to_string();
    for format in ["text", "json", "monitoring"] {
        stage.run(&["check", "-", "-v", "--format", format], &policy, &[2]);
        stage.run(&["check", "-", "--diff", "--format", format], &policy, &[2]);
    }
    stage.apply_traced(&policy);
    monitoring.wait_until_answers(&old[0].bytes);
    let silent = old.iter().find(|community| !monitoring.answers(Version::V2c, &community.bytes));
    assert!(silent.is_none(), "{:?}", silent.map(|community| &community.bytes));
    stage.run(&["check", "-", "-v", "--format", "text"], &policy, &[0]);
    stage.run(&["facts"], "", &[0]);
    stage.run(&["explain", "snmp"], "", &[0]);
    stage.run(&["explain", "snmp", "--from", "192.0.2.2", "--format", "json"], "", &[0]);

    // All are replaced: the old ones stand in the diff, and in the backup.
    let policy = json!(stage.resources(new)).to_string();
    let diff = stage.run(&["check", "-", "--diff", "--format", "text"], &policy, &[2]);
    assert!(diff.contains("-rocommunity <community "), "{diff}");
    stage.apply_traced(&policy);
    monitoring.wait_until_answers(&new[0].bytes);
    assert!(new.iter().all(|community| monitoring.answers(Version::V1, &community.bytes)));
    assert!(old.iter().take(3).all(|community| !monitoring.answers(Version::V1, &community.bytes)));
    stage.assert_state_is_closed();

    // Nobody declares them any more.
    let purge = json!([{ "type": "snmp_access", "title": "main", "parameters": { "purge": true, "weak": "report" } }]);
    for format in ["text", "json", "monitoring"] {
        stage.run(&["check", "-", "-v", "--diff", "--format", format], &purge.to_string(), &[2]);
    }
    stage.run(&["apply", "-", "--diff", "--format", "text"], &purge.to_string(), &[2]);
    stage.assert_state_is_closed();
}

#[test]
fn no_error_shows_a_community() {
    let all = communities(3);
    let stage = Stage::new(&all);
    let policy = json!(stage.resources(&all)).to_string();
    for (number, community) in all.iter().enumerate() {
        // What is no UTF-8 cannot be given like this.
        let Ok(text) = std::str::from_utf8(&community.bytes) else { continue };
        let resource = |parameters: Value| json!([{ "type": "snmp_community", "title": "nms", "parameters": parameters }]);
        let sources = json!(["10.0.0.0/8"]);
        let bad = match number % 8 {
            0 => resource(json!({ "community": text, "sources": ["10.0.0.1/8"] })),
            1 => resource(json!({ "community": text, "source": sources })),
            2 => resource(json!({ "community": [text], "sources": sources })),
            3 => resource(json!({ "community": format!("{text}\n"), "sources": sources })),
            4 => resource(json!({ "community": text, "community_file": "/x", "sources": sources })),
            5 => resource(json!({ "community": { "value": text }, "sources": sources })),
            6 => json!([{ "type": "snmp_community", "title": "nms", "parameters": text }]),
            _ => json!({ "type": "snmp_community", "title": "nms", "community": text }),
        };
        stage.run(&["check", "-"], &bad.to_string(), &[1]);
    }
    for cut in 1..40 {
        stage.run(&["check", "-"], &policy[..floor(&policy, policy.len() * cut / 40)], &[1]);
    }
    let ini = |community: &Community| {
        format!("[snmp_community nms]\ncommunity = {}\n", String::from_utf8_lossy(&community.bytes))
    };
    for community in all.iter().take(20) {
        stage.host.write("/run/policy.ini", ini(community));
        stage.run(&["policy", "validate", "/run/policy.ini"], "", &[1]);
        stage.run(&["check", "--policy", "/run/policy.ini"], "", &[1]);
    }
}

#[test]
fn a_mangled_file_shows_no_community() {
    (4..8).for_each(mangle);
}

/// Lines in which a community stands where it should not, or as it should not be written.
fn mangle(seed: u64) {
    let all = communities(seed);
    let stage = Stage::new(&all);
    let mut config = b"includeDir /etc/snmp/snmpd.conf.d\n".to_vec();
    for (number, community) in all.iter().enumerate() {
        let line: [&[u8]; 2] = match number % 14 {
            0 => [b"rocommunity=", b""],
            1 => [b"", b""],
            2 => [b"rocommunit ", b" default"],
            3 => [b"#rocommunity ", b" default"],
            4 => [b"rocommunity ", b" 10.0.0.1/8"],
            5 => [b"com2sec u default ", b""],
            6 => [b"rocommunity default ", b""],
            7 => [b"trap2sink 192.0.2.9 ", b""],
            8 => [b"createUser mon SHA ", b" AES"],
            9 => [b"authcommunity read ", b""],
            10 => [b"proxy -v 2c -c ", b" 192.0.2.9 .1"],
            11 => [b"[snmp] defCommunity ", b""],
            12 => [b"rocommunity \"", b""],
            _ => [b"smuxpeer .1.3.6 ", b""],
        };
        config.extend([line[0], &community.bytes, line[1], b"\n"].concat());
    }
    stage.host.write("/etc/snmp/snmpd.conf", &config);
    let access = json!([{
        "type": "snmp_access", "title": "main",
        "parameters": { "purge": true, "users": "auth_priv", "agent_address": ["127.0.0.1"] },
    }]);
    for format in ["text", "json", "monitoring"] {
        stage.run(&["check", "-", "-v", "--diff", "--format", format], &access.to_string(), &[2, 4, 6]);
    }
    stage.run(&["apply", "-", "--diff", "--format", "text"], &access.to_string(), &[2, 4, 6]);
    stage.run(&["facts"], "", &[0]);
    stage.run(&["explain", "snmp"], "", &[0]);
    stage.run(&["explain", "snmp", "--from", "192.0.2.2", "--format", "json"], "", &[0]);
    stage.assert_state_is_closed();
}

/// The nearest place before this one where a character begins.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
