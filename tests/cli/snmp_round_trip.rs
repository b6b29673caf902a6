//! Files of snmpd keep every byte, and what is shown of them holds no secret, whatever the bytes are.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError};
use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::document::{Change, Document};
use standfast_providers::edit::Labels;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::installed::Installed;
use standfast_providers::snmp::invocation::Invocation;
use standfast_providers::snmp::rules::{Rules, Version};
use standfast_providers::snmp::show::show;
use standfast_providers::snmp::syntax::{Line, SnmpSyntax};

use crate::pieces::pieces;

/// Words that mean something to snmpd, words that nearly do, and bytes that should not be there.
const WORDS: &[&[u8]] = &[
    b"rocommunity",
    b"rwcommunity6",
    b"ROCommunity",
    b"\"rocommunity\"",
    b"authcommunity",
    b"com2sec",
    b"com2sec6",
    b"com2secunix",
    b"group",
    b"access",
    b"setaccess",
    b"authaccess",
    b"view",
    b"rouser",
    b"createUser",
    b"usmUser",
    b"agentaddress",
    b"includeFile",
    b"includeDir",
    b"include",
    b"trapsink",
    b"proxy",
    b"[snmp]",
    b"[snmpd]",
    b"[x]",
    b"[",
    b"vacmView",
    b"vacmAccess",
    b"disableSNMPv1",
    b"public",
    b"'pub",
    b"\"pub lic\"",
    b"\\",
    b"\\\\'",
    b"'",
    b"default",
    b"127.0.0.1",
    b"!10.0.0.0/8",
    b"::1/128",
    b"10.0.0.1/8",
    b"-V",
    b"-v",
    b"2c",
    b"-Cn",
    b"-s",
    b"any",
    b"v1",
    b"v2c",
    b"noauth",
    b"exact",
    b"\"\"",
    b"_all_",
    b"included",
    b".1.3.6",
    b"0xff",
    b"read,write",
    b"#",
    b"# comment",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"ff:80",
    b"99999999999999999999",
    b"snmpd.conf",
    b"/etc/snmp",
];
const BLANKS: &[&[u8]] = &[b" ", b" ", b" ", b"\t", b"  \t", b"\r", b"\x0b", b"\x0c", b"\xc2\xa0", b""];
const ENDS: &[&[u8]] = &[b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b"\0\n", b""];
const VERSIONS: [Version; 3] = [Version(5, 5, 0), Version(5, 7, 1), Version(5, 9, 5)];

/// The secret of a line; it looks like nothing else.
const SECRET: &str = "Zq7secretW";

fn words(most: usize) -> impl Strategy<Value = Vec<u8>> {
    let word = (select(BLANKS), select(WORDS)).prop_map(|(blank, word)| [blank, word].concat());
    vec(word, 0..most).prop_map(|words| words.concat())
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let line = (words(9), select(ENDS)).prop_map(|(line, end)| [line.as_slice(), end].concat());
    vec(line, 0..30).prop_map(|lines| lines.concat())
}

fn parse(version: Version, bytes: &[u8]) -> Document<Line> {
    Document::parse(&SnmpSyntax { rules: &Rules::of(version) }, bytes.to_vec())
}

fn check(version: Version, bytes: &[u8]) -> Result<(), TestCaseError> {
    let document = parse(version, bytes);
    prop_assert_eq!(document.to_bytes(), bytes);
    let pieces = pieces(&document, bytes);
    prop_assert_eq!(pieces.concat(), bytes, "the pieces cover the file");
    let mut line = 1;
    for (chunk, piece) in document.chunks().iter().zip(pieces) {
        prop_assert!(!piece.is_empty());
        prop_assert_eq!(chunk.line, line, "lines are counted as an editor counts them");
        line += u32::try_from(piece.iter().filter(|byte| **byte == b'\n').count()).unwrap();
        if let Some(entry) = &chunk.entry {
            let word = entry.word(bytes);
            let is_in_piece =
                |part: &[u8]| part.is_empty() || piece.windows(part.len()).any(|window| window == part);
            prop_assert!(entry.is_glued() || is_in_piece(word), "a word stands in its own line");
            let raw = entry.raw_parameter(bytes).unwrap_or_default();
            prop_assert!(entry.is_glued() || is_in_piece(raw), "and so does what follows it");
            prop_assert!(raw.starts_with(entry.parameter(bytes).unwrap_or_default()));
        }
    }
    Ok(())
}

/// A line of which the secret is the secret, written right or wrong.
fn secret_line() -> impl Strategy<Value = Vec<u8>> {
    const BEFORE: &[&str] = &[
        "rocommunity ",
        "rwcommunity6 -v 2c ",
        "ROCOMMUNITY\t",
        "\"rocommunity\"",
        "authcommunity read,write ",
        "com2sec u default ",
        "com2sec -Cn ctx u 10.0.0.0/8 ",
        "com2secunix u /run/s ",
        "trapsink 10.0.0.1 ",
        "trapcommunity ",
        "proxy -v 2c -c ",
        "proxy -v 2c -c",
        "trapsess -v 3 -u mon -A ",
        "smuxpeer .1.3.6.1.4 ",
        "createUser mon SHA ",
        "createUser mon SHA x AES ",
        "defAuthPassphrase ",
        "defCommunity ",
        "rocommunity=",
        "rocomunity ",
        "",
        "community ",
        "snmpd rocommunity ",
        "usmUser 1 3 0x80 a b N .1 ",
        "userSetAuthPass mon ",
        "createUser ignored ",
        "rouser mon ",
        "extend name /bin/check -p ",
    ];
    const SIGNS: &[&str] =
        &["", "", "", "#", "# ", "## ", "\u{feff}", " \t", "[snmpd] ", "[snmp] ", "#[snmpd] "];
    const QUOTES: &[(&str, &str)] =
        &[("", ""), ("\"", "\""), ("'", "'"), ("\"", ""), ("\\", ""), ("\"a ", " b\""), ("", "#x")];
    let line = (select(SIGNS), select(BEFORE), select(QUOTES), words(4));
    line.prop_map(|(sign, before, (open, close), tail)| {
        let head = format!("{sign}{before}{open}{SECRET}{close} ");
        // Two words are told on the same line no more than one.
        [head.as_bytes(), &tail, b"\n"].concat()
    })
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn arbitrary_bytes_of_snmpd_are_kept(version in select(&VERSIONS[..]), bytes in vec(any::<u8>(), 0..4000)) {
        check(version, &bytes)?;
        let _ = show(&bytes, &mut Labels::default());
    }

    #[test]
    fn files_of_snmpd_are_kept(version in select(&VERSIONS[..]), bytes in file()) {
        check(version, &bytes)?;
        let shown = show(&bytes, &mut Labels::default());
        let newlines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(newlines(shown.as_bytes()), newlines(&bytes), "what is shown has the same lines");
    }

    #[test]
    fn no_secret_is_shown_however_its_line_is_spoiled(line in secret_line()) {
        let shown = show(&line, &mut Labels::default());
        prop_assert!(!shown.contains(SECRET), "{}", shown);
    }

    #[test]
    fn an_edit_of_a_line_of_snmpd_changes_no_other(bytes in file(), at in any::<Index>()) {
        let document = parse(VERSIONS[2], &bytes);
        let pieces = pieces(&document, &bytes);
        if !pieces.is_empty() {
            let chunk = at.index(pieces.len());
            let removed = document.with(&[Change::Remove { chunk }]);
            let kept = pieces.iter().enumerate().filter(|(index, _)| *index != chunk);
            prop_assert_eq!(removed, kept.map(|(_, piece)| *piece).collect::<Vec<_>>().concat());
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 150, failure_persistence: None, ..Config::default() })]

    #[test]
    fn whatever_the_files_say_they_are_judged(version in select(&VERSIONS[..]), bytes in file(), saved in file()) {
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("snmp-judged-{}", std::process::id()));
        for (path, bytes) in [("etc/snmp/snmpd.conf", &bytes), ("var/lib/snmp/snmpd.conf", &saved)] {
            fs::create_dir_all(base.join(path).parent().unwrap()).unwrap();
            fs::write(base.join(path), bytes).unwrap();
        }
        let root = Root::open(&base).unwrap();
        let machine = Machine::new(&root);
        let installed = Installed { version, ..Installed::observe(&root) };
        let snmp = Snmp::read(&machine, installed, Invocation::default()).unwrap();
        let explained = snmp.explain(None);
        prop_assert!(explained.findings.iter().all(|finding| !finding.message.as_str().is_empty()));
        prop_assert_eq!(explained.communities.len(), snmp.grants.len() + snmp.refusals.len());
        fs::remove_dir_all(&base).unwrap();
    }
}
