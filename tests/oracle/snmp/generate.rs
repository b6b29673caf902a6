//! Configurations from a seed: few communities, users, groups, views and sources, so that lines collide.

use crate::random::Random;

/// The files of a configuration; the first is the one that the daemon is started with.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Communities as they are meant, before anything is written.
pub(super) const COMMUNITIES: &[&str] =
    &["public", "pub lic", "o'k", "back\\slash", "#hash", "p\u{fc}blic", "x"];

/// The same as they may be written, right or wrong.
const WRITTEN: &[&str] = &[
    "public",
    "public",
    "public",
    "public",
    "\"public\"",
    "'public'",
    "pub\\lic",
    "\"pub lic\"",
    "'pub lic'",
    "pub\\ lic",
    "o'k",
    "\"o\\\\'k\"",
    "'o\\\\\\'k'",
    "back\\slash",
    "back\\\\\\\\slash",
    "\"back\\\\\\\\slash\"",
    "#hash",
    "\\#hash",
    "\"#hash\"",
    "p\u{fc}blic",
    "x",
    "x",
    "x",
    "\"public",
    "public#x",
    "'x'y",
    "COMMUNITY",
    "\"\"",
    "\\",
    "'",
];
const SOURCES: &[&str] = &[
    "default",
    "default",
    "default",
    "127.0.0.1",
    "127.0.0.2",
    "127.0.0.0/8",
    "127.0.0.0/24",
    "127.1.0.0/255.255.0.0",
    "10.0.0.5",
    "10.0.0.0/8",
    "!127.0.0.1",
    "!127.0.0.0/24",
    "!10.0.0.0/8",
    "0.0.0.0/0",
    "0.0.0.0",
    "localhost",
    "127.0.0.1/8",
    "127.1",
    "0.0.0.1/0.0.0.1",
    "::1",
    "2001:db8::/32",
    "2001:db8::5/128",
    "2001:db8::ff00/120",
    "!::1",
    "!2001:db8::5",
    "::/0",
    "::1/64",
    "2001:db8::/ffff:ffff::",
    "NETWORK/24",
    "DEFAULT",
    "default/0",
    "127.0.0.1,127.0.0.2",
    "\"default x\"",
    "\"127.0.0.1 x\"",
];
const USERS: &[&str] = &["u", "u", "u", "w", "\"u\"", "comm1", "comm2"];
const GROUPS: &[&str] = &["g", "g", "g", "h", "\"g\"", "grpcomm1", "grpu"];
const VIEWS: &[&str] = &["_all_", "_all_", "_none_", "v", "v", "v", "w", "none", "undefined", "viewComm1"];
const MODELS: &[&str] = &["any", "any", "v1", "v1", "v2c", "v2c", "V2C", "usm", "2c"];
const LEVELS: &[&str] = &["noauth", "noauth", "noauth", "noAuthNoPriv", "auth", "priv", "no"];
const CONTEXTS: &[&str] = &["\"\"", "\"\"", "\"\"", "\"\"", "''", "ctx", "c", "*"];
const PREFIXES: &[&str] = &["exact", "exact", "exact", "prefix", "prefix", "prefix", "0", "EXACT"];
const OIDS: &[&str] = &[
    ".1",
    ".1.3",
    ".1.3.6.1.2.1",
    "1.3.6.1.2.1.1",
    ".1.3.6.1.2.1.1.",
    ".1.3.6.1.2.1.1.1",
    ".1.3.6.1.2.1.11",
    ".1.3.6.1.2.1.25",
    ".1.3.6.1.4.1",
    ".1.3.6.1.6",
    ".1.3.6.1.2.1.1.5.0",
    ".iso.3.6.1.2",
    "system",
    ".0x1.3",
    ".2",
    ".1..3",
    "1.3.x",
    "\".1\"",
];
const MASKS: &[&str] = &[
    "", "", "", "", " ff", " f8", " fc", " fe", " 80", " ff:80", " ff.a0", " 0", " zz", " # c", " 1ff",
    " 0xf8",
];
const TYPES: &[&str] =
    &["read", "write", "read,write", "log", "notify", "read|log", "execute:net", "Read", "read,bad", "none"];
const VIEW_TYPES: &[&str] = &["included", "included", "included", "excluded", "excluded", "Included"];

/// How the daemon comes to read a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// With its start: it counts its easy lines from 1, and names users and groups by it.
    Fresh,
    /// With a signal: it goes on counting, so these names mean nothing.
    Reloaded,
}

/// A configuration in which lines collide; the same for the same seed.
pub(super) fn dense(seed: u64, start: Start) -> Case {
    let mut case = any(seed);
    if start == Start::Reloaded {
        for (_, bytes) in &mut case.files {
            for at in 0..bytes.len().saturating_sub(4) {
                // `comm1` and `viewComm1`, but not `rocommunity`.
                if bytes[at..at + 4].eq_ignore_ascii_case(b"comm") && bytes[at + 4].is_ascii_digit() {
                    bytes[at..at + 4].copy_from_slice(b"name");
                }
            }
        }
    }
    case
}

fn any(seed: u64) -> Case {
    let mut random = Random::new(seed ^ 0x5e7_0161_0000);
    let count = 1 + random.below(14);
    let mut files = vec![(String::from("snmpd.conf"), lines(&mut random, count))];
    if random.percent(30) {
        for name in ["d/a.conf", "d/z.conf", "d/m.conf", "other.conf", "d/.hidden.conf", "d/not"] {
            let count = 1 + random.below(4);
            files.push((name.to_owned(), lines(&mut random, count)));
        }
        let at = random.below(files.len());
        let include = random.pick(&[
            "includeDir DIR/d",
            "includeFile other.conf",
            "includeFile DIR/d/a.conf",
            "includedir DIR/d # x",
            "IncludeDir DIR/d",
            "includeFile snmpd.conf",
            "includeDir DIR/d ",
            "include other.conf",
            "[snmpd] includeFile other.conf",
            "includeSearch other",
            "[snmp]\nincludeFile other.conf\n[snmpd]",
        ]);
        let own = &mut files[if at < 4 { 0 } else { at }].1;
        let start = random.below(own.len() + 1);
        let line_start = own[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        own.splice(line_start..line_start, format!("{include}\n").into_bytes());
    }
    Case { files }
}

/// A configuration in which groups, rights and views decide much: all words are right, and lead somewhere.
pub(super) fn chains(seed: u64) -> Case {
    let mut random = Random::new(seed ^ 0xc4a1_5000_0000);
    let mut lines = vec!["com2sec u default public".to_owned(), "com2sec w default x".to_owned()];
    for (group, user) in [("g", "u"), (if random.percent(30) { "g" } else { "h" }, "w")] {
        lines.push(format!("group {group} v1 {user}"));
        lines.push(format!("group {group} v2c {user}"));
    }
    for _ in 0..random.below(3) {
        lines.push(format!(
            "group {} {} {}",
            random.pick(&["g", "h"]),
            random.pick(&["any", "v1", "v2c"]),
            random.pick(&["u", "w"])
        ));
    }
    for _ in 0..2 + random.below(7) {
        let line = rights(&mut random);
        lines.push(line);
    }
    for _ in 0..1 + random.below(5) {
        let mask = random.pick(&["", "", " ff", " fe", " fd", " f0", " 80", " 00", " fb.80"]);
        let (view, kind) =
            (random.pick(&["v", "v", "w", "_all_"]), random.pick(&["included", "included", "excluded"]));
        lines.push(format!("view {view} {kind} {}{mask}", random.pick(&OIDS[..11])));
    }
    // In any order: it counts within a kind of line only.
    for at in (1..lines.len()).rev() {
        lines.swap(at, random.below(at + 1));
    }
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    Case { files: vec![("snmpd.conf".to_owned(), text.into_bytes())] }
}

/// A line that gives a group its rights.
fn rights(random: &mut Random) -> String {
    let group = random.pick(&["g", "g", "h"]);
    let context = random.pick(&["\"\"", "\"\"", "\"\"", "c", "ctx", "ctxt"]);
    let model = random.pick(&["any", "any", "v1", "v2c", "v2c"]);
    let level = random.pick(&["noauth", "noauth", "noauth", "auth", "priv"]);
    let prefix = random.pick(&["exact", "prefix", "prefix"]);
    let view = random.pick(&["_all_", "_none_", "v", "v", "w"]);
    match random.below(8) {
        0..=4 => format!(
            "access {group} {context} {model} {level} {prefix} {view} {} none",
            random.pick(&["none", "_all_", "v"])
        ),
        5..=6 => format!(
            "setaccess {group} {context} {model} {level} {prefix} {} {view}",
            random.pick(&["read", "write", "notify"])
        ),
        _ => {
            let types = random.pick(&["read", "write", "read,write", "log"]);
            let context = if random.percent(30) { random.pick(&[" c*", " ctx", " c", " *"]) } else { "" };
            format!("authaccess {types} {group} -s {model} {view} {level}{context}")
        }
    }
}

fn lines(random: &mut Random, count: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..count {
        let line = line(random);
        text.extend(spoiled(random, &line));
        text.extend(
            random
                .pick(&[
                    "\n",
                    "\n",
                    "\n",
                    "\n",
                    "\n",
                    "\n",
                    "\r\n",
                    " \n",
                    " # c\n",
                    "\n\n# rocommunity public\n",
                ])
                .bytes(),
        );
    }
    text
}

fn line(random: &mut Random) -> String {
    match random.below(24) {
        0..=6 => community(random),
        7 => format!("authcommunity {} {}", random.pick(TYPES), easy_tail(random, 100)),
        8..=10 => com2sec(random),
        11..=13 => format!("group {} {} {}", random.pick(GROUPS), random.pick(MODELS), random.pick(USERS)),
        14..=15 => format!(
            "access {} {} {} {}",
            common(random),
            random.pick(VIEWS),
            random.pick(VIEWS),
            random.pick(&["none", "none", ""])
        ),
        16 => format!("setaccess {} {} {}", common(random), random.pick(TYPES), random.pick(VIEWS)),
        17 => auth_access(random),
        18..=20 => format!(
            "view {} {} {}{}",
            random.pick(VIEWS),
            random.pick(VIEW_TYPES),
            random.pick(OIDS),
            random.pick(MASKS)
        ),
        21 => user(random),
        22 => random
            .pick(&[
                "[snmp]",
                "[snmpd]",
                "[nosuch]",
                "[snmp] defVersion 1",
                "[snmp] # c",
                "[agentx]",
                "[ snmp ]",
            ])
            .to_owned(),
        _ => random
            .pick(&[
                "rocommunity",
                "public",
                "rocommunity=public",
                "sysservices 72",
                "\"\" public",
                "\\",
                "com2sec u",
            ])
            .to_owned(),
    }
}

fn community(random: &mut Random) -> String {
    let word = random.pick(&[
        "rocommunity",
        "rocommunity",
        "rwcommunity",
        "rocommunity6",
        "rwcommunity6",
        "ROcommunity",
        "\"rocommunity\"",
    ]);
    let version = random.pick(&["", "", "", "", "", "-v 1 ", "-v 2c ", "-v v1 ", "-v 3 ", "-v any "]);
    format!("{word} {version}{}", easy_tail(random, 70))
}

/// Community, source, view or subtree, context; the later ones less often.
fn easy_tail(random: &mut Random, share: usize) -> String {
    let mut tail = random.pick(WRITTEN).to_owned();
    if random.percent(share) {
        tail += " ";
        tail += random.pick(SOURCES);
        if random.percent(35) {
            tail += &match random.percent(60) {
                true => format!(" -V {}", random.pick(VIEWS)),
                false => format!(" {}", random.pick(OIDS)),
            };
            if random.percent(15) {
                tail += " ";
                tail += random.pick(CONTEXTS);
            }
        }
    }
    tail
}

fn com2sec(random: &mut Random) -> String {
    let word = random.pick(&["com2sec", "com2sec", "com2sec", "com2sec6", "com2sec6", "com2secunix"]);
    let context = if random.percent(8) { "-Cn ctx " } else { "" };
    format!("{word} {context}{} {} {}", random.pick(USERS), random.pick(SOURCES), random.pick(WRITTEN))
}

fn common(random: &mut Random) -> String {
    let [group, context, model] = [GROUPS, CONTEXTS, MODELS].map(|words| random.pick(words));
    format!("{group} {context} {model} {} {}", random.pick(LEVELS), random.pick(PREFIXES))
}

fn auth_access(random: &mut Random) -> String {
    let model = if random.percent(50) { format!("-s {} ", random.pick(MODELS)) } else { String::new() };
    let level = if random.percent(60) { format!(" {}", random.pick(LEVELS)) } else { String::new() };
    let context = if random.percent(20) { format!(" {}", random.pick(CONTEXTS)) } else { String::new() };
    format!(
        "authaccess {} {} {model}{}{level}{context}",
        random.pick(TYPES),
        random.pick(GROUPS),
        random.pick(VIEWS)
    )
}

fn user(random: &mut Random) -> String {
    let word = random.pick(&[
        "rouser",
        "rwuser",
        "authuser read",
        "authgroup read",
        "AuthGroup read",
        "authuser read,write",
        "authgroup log",
    ]);
    let model = random.pick(&["", "-s v2c ", "-s any ", "-s v1 "]);
    let name = random.pick(&["u", "u", "g", "w", "comm1"]);
    let level = random.pick(&["", " noauth", " noauth", " noauth .1.3.6.1.2.1.1", " noauth -V v", " priv"]);
    format!("{word} {model}{name}{level}")
}

/// The line as it is, or with a slip in it.
fn spoiled(random: &mut Random, line: &str) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    if !random.percent(12) || bytes.is_empty() {
        return bytes;
    }
    let at = random.below(bytes.len());
    match random.below(9) {
        0 => drop(bytes.remove(at)),
        1 => bytes.insert(at, b'"'),
        2 => bytes.insert(at, b'\''),
        3 => bytes.insert(at, b'\\'),
        4 => bytes.insert(at, 0),
        5 => bytes.insert(at, b'#'),
        6 => bytes.insert(at, random.pick(b" \t\x0b\x0c\r\xc3\xff")),
        7 => bytes.truncate(at),
        _ => drop(
            bytes.splice(0..0, random.pick(&["\u{feff}", " ", "[snmpd] ", "[snmp] ", "[x] ", "\0"]).bytes()),
        ),
    }
    bytes
}
