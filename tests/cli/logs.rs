//! `standfast logs compare`: what it finds in large and rotated logs, what it says, and what it refuses.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use crate::said::{STANDFAST, Said, run, standfast, text};
use crate::temp_root::TempRoot;

/// Compares files of the directory beside the root.
fn compare(root: &TempRoot, arguments: &[&str]) -> Said {
    let arguments = [&["logs", "compare"], arguments].concat();
    run(standfast(&arguments).current_dir(root.beside("")))
}

fn write(root: &TempRoot, name: &str, bytes: impl AsRef<[u8]>) {
    fs::write(root.beside(name), bytes).unwrap();
    // The year of a stamp without one follows from it: 28 November 2026, whenever the tests run.
    let written = UNIX_EPOCH + Duration::from_secs(1_795_824_000);
    fs::File::options().append(true).open(root.beside(name)).unwrap().set_modified(written).unwrap();
}

/// Packs a file as logrotate does.
fn gzip(root: &TempRoot, name: &str) {
    let status = Command::new("gzip").arg(root.beside(name)).status();
    assert!(status.expect("this test needs gzip(1) (Debian: gzip)").success());
}

/// How many entries the large logs have.
const MANY: usize = 200_000;

const PROGRAMS: [&str; 5] =
    ["sshd", "CRON", "postfix/smtpd", "averylongprogramnamewithmorethan32", "systemd"];

/// An entry of 26 November; ten come in a second, and some are equal but for their time.
struct Entry {
    tag: String,
    message: String,
    second: usize,
    micros: usize,
}

fn entry(number: usize) -> Entry {
    let tag = format!("{}[{}]:", PROGRAMS[number % 5], 1000 + number % 300);
    let message = if number % 10 == 3 {
        "pam_unix(cron:session): session opened".to_owned()
    } else {
        format!("message number {number} for user u{}", number % 977)
    };
    Entry { tag, message, second: number / 10, micros: number % 10 * 100_000 + 7 }
}

fn clock(second: usize) -> String {
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

fn local_line(number: usize) -> String {
    let Entry { tag, message, second, .. } = entry(number);
    format!("Nov 26 {} web1 {tag} {message}\n", clock(second))
}

fn central_line(number: usize) -> String {
    let Entry { tag, message, second, micros } = entry(number);
    let tag = &tag[..tag.len().min(32)];
    format!("2026-11-26T{}.{micros:06}+00:00 web1.example.org {tag} {message}\n", clock(second))
}

/// Both sides, the local one in three files and the central one in two, with an outage in between.
fn write_large_logs(root: &TempRoot, local: &[String]) {
    let thirds: Vec<String> = local.chunks(MANY.div_ceil(3)).map(<[String]>::concat).collect();
    for (name, text) in ["messages.2", "messages.1", "messages"].into_iter().zip(&thirds) {
        write(root, name, text);
    }
    gzip(root, "messages.2");
    let mut central: Vec<String> = (0..MANY).map(central_line).collect();
    // The receiver was down for a while: the disk queue is sent behind what came later, and some of it twice.
    let waited: Vec<String> = central.drain(50_000..60_000).collect();
    central.splice(55_000..55_000, waited.iter().cloned().chain(waited[..100].iter().cloned()));
    write(root, "web1.log-20261127", central[..120_000].concat());
    gzip(root, "web1.log-20261127");
    write(root, "web1.log", central[120_000..].concat());
}

/// Kind, local line and central line of each difference.
fn differences(said: &Said) -> Vec<(String, Option<String>, Option<String>)> {
    let place =
        |place: &Value| place.as_object().map(|place| format!("{}:{}", text(&place["file"]), place["line"]));
    let json = said.json();
    let all = json["differences"].as_array().unwrap().iter();
    all.map(|one| (text(&one["kind"]), place(&one["local"]), place(&one["central"]))).collect()
}

#[test]
fn in_large_rotated_logs_over_an_outage_exactly_what_was_tampered_with_is_found() {
    let root = TempRoot::new();
    let mut local: Vec<String> = (0..MANY).map(local_line).collect();
    write_large_logs(&root, &local);
    let clean = compare(&root, &["messages", "web1.log", "--slack", "0", "--format", "json"]).ended(0).json();
    assert_eq!((text(&clean["verdict"]).as_str(), &clean["duplicates"]), ("same", &Value::from(100)));
    assert_eq!(clean["matched"], MANY - clean["local"]["outside"]["after"].as_u64().unwrap() as usize);

    // One altered, two removed, one inserted.
    local[150_001] = local[150_001].replace("u520", "u521");
    local.insert(100_000, "Nov 26 02:46:40 web1 sshd[1]: Accepted password for root\n".to_owned());
    local.remove(55_555);
    local.remove(7);
    for file in ["messages", "messages.1", "messages.2.gz", "web1.log", "web1.log-20261127.gz"] {
        fs::remove_file(root.beside(file)).unwrap();
    }
    write_large_logs(&root, &local);
    let said = compare(&root, &["messages", "web1.log", "--slack", "0", "--format", "json"]).ended(2);
    let json = said.json();
    let counts = ["edited", "deleted", "lost"].map(|count| json[count].as_u64().unwrap());
    assert_eq!(counts, [1, 2, 1], "{json}");
    let third = MANY.div_ceil(3);
    let found: Vec<_> = differences(&said).into_iter().map(|(kind, local, _)| (kind, local)).collect();
    assert_eq!(
        found,
        [
            ("deleted".to_owned(), None),
            ("deleted".to_owned(), None),
            ("lost".to_owned(), Some(format!("messages.1:{}", 100_000 - 2 + 1 - third))),
            ("edited".to_owned(), Some(format!("messages:{}", 150_001 - 1 + 1 - 2 * third))),
        ]
    );
    let central: Vec<_> = differences(&said).into_iter().filter_map(|(_, _, central)| central).collect();
    assert_eq!(central[0], "web1.log-20261127.gz:8");
}

const LOCAL: &str = "\
Nov 26 22:10:10 web1 systemd[1]: Started a session.
Nov 26 22:10:11 web1 sshd[77]: Accepted password for bob from 10.0.0.9
Nov 26 22:10:13 web1 cron[8]: (root) CMD (/tmp/x)
Nov 26 22:10:20 web1 systemd[1]: Stopped a session.
";
const CENTRAL: &str = "\
Nov 26 22:10:10 web1 systemd[1]: Started a session.
Nov 26 22:10:11 web1 sshd[77]: Accepted password for root from 10.0.0.9
Nov 26 22:10:12 web1 su[79]: root logged in
Nov 26 22:10:20 web1 systemd[1]: Stopped a session.
";

fn small() -> TempRoot {
    let root = TempRoot::new();
    write(&root, "messages", LOCAL);
    write(&root, "central", CENTRAL);
    root
}

#[test]
fn a_person_is_told_what_was_sent_and_what_is_there() {
    let said = compare(&small(), &["messages", "central", "--slack", "0"]).ended(2);
    assert_eq!(
        said.out,
        "\
edited  2026-11-26T22:10:11  sshd
    central central:2
  - Nov 26 22:10:11 web1 sshd[77]: Accepted password for root from 10.0.0.9
    local messages:2
  + Nov 26 22:10:11 web1 sshd[77]: Accepted password for bob from 10.0.0.9
deleted or edited locally  2026-11-26T22:10:12  su
    central central:3
  - Nov 26 22:10:12 web1 su[79]: root logged in
lost, not forwarded, or forged  2026-11-26T22:10:13  cron
    local messages:3
  + Nov 26 22:10:13 web1 cron[8]: (root) CMD (/tmp/x)
web1 from 2026-11-26T22:10:10 to 2026-11-26T22:10:20: 2 messages on both sides; 1 edited; 1 deleted or edited \
         locally; 1 lost, not forwarded, or forged
"
    );
}

#[test]
fn equal_logs_are_the_same_in_one_line() {
    let root = small();
    write(&root, "central", LOCAL);
    let said = compare(&root, &["messages", "central", "--slack", "0"]).ended(0);
    assert_eq!(
        said.out,
        "web1 from 2026-11-26T22:10:10 to 2026-11-26T22:10:20: the same: 4 messages on both sides\n"
    );
}

#[test]
fn only_so_many_differences_are_shown_and_the_others_are_counted_by_program() {
    let said = compare(&small(), &["messages", "central", "--slack", "0", "--limit", "1"]).ended(2);
    assert!(said.out.contains("… and 2 more\n  deleted or edited locally: su 1\n"), "{said:?}");
    assert!(said.out.contains("  lost, not forwarded, or forged: cron 1\n"), "{said:?}");
    let said =
        compare(&small(), &["messages", "central", "--slack", "0", "--limit", "1", "--format", "json"]);
    assert_eq!(differences(&said).len(), 1);
    assert_eq!(said.json()["lost"], 1);
}

#[test]
fn a_program_that_is_not_forwarded_can_be_left_out() {
    let root = small();
    let said =
        compare(&root, &["messages", "central", "--slack", "0", "--exclude", "cron", "--exclude", "su"]);
    let said = said.ended(2);
    assert!(said.out.contains("left out  local: 1 of programs that do not count\n"), "{said:?}");
    assert!(!said.out.contains("forged"), "{said:?}");
}

#[test]
fn a_host_that_goes_by_its_address_can_be_named() {
    let root = small();
    write(&root, "central", LOCAL.replace("web1", "10.0.0.5"));
    let said = compare(&root, &["messages", "central", "--slack", "0"]);
    said.refused("the central side has no entry of host web1, but of 10.0.0.5; name it with --host");
    let hosts = ["--host", "web1.example.org", "--host", "10.0.0.5"];
    compare(&root, &[&["messages", "central", "--slack", "0"], &hosts[..]].concat()).ended(0);
}

#[test]
fn several_files_a_side_are_taken() {
    let root = small();
    let (head, tail) = LOCAL.split_at(LOCAL.find("Nov 26 22:10:13").unwrap());
    write(&root, "other", head);
    write(&root, "rest", tail);
    let files = ["messages", "other", "--more-central", "rest", "--slack", "0", "--since", "2026-11-26"];
    compare(&root, &files).ended(0);
}

#[test]
fn a_log_that_is_younger_than_the_slack_says_how_it_can_be_compared() {
    compare(&small(), &["messages", "central"]).refused("--slack is what is left out at the end");
}

#[test]
fn a_time_without_an_entry_proves_nothing() {
    let bounds = ["--since", "2026-11-26T23:00", "--until", "2026-11-26T23:10"];
    let said = compare(&small(), &[&["messages", "central"], &bounds[..]].concat());
    said.refused("no side has an entry from 2026-11-26T23:00:00 to 2026-11-26T23:10:00");
}

#[test]
fn what_is_no_log_is_refused_with_the_reason() {
    let root = small();
    write(&root, "empty", "");
    write(&root, "binary", (0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    write(&root, "nul", [0; 5000]);
    write(&root, "long", vec![b'x'; 10 << 20]);
    write(&root, "packed", LOCAL);
    gzip(&root, "packed");
    let packed = fs::read(root.beside("packed.gz")).unwrap();
    write(&root, "cut.gz", &packed[..packed.len() / 2]);
    let mut altered = packed.clone();
    altered[30] ^= 0xff;
    write(&root, "altered.gz", &altered);
    write(&root, "other.xz", b"\xfd7zXZ\0\0");
    write(&root, "log", LOCAL);
    write(&root, "log.1.zst", "");
    fs::create_dir(root.beside("folder")).unwrap();
    fs::hard_link(root.beside("messages"), root.beside("again")).unwrap();
    let made = Command::new("mkfifo").arg(root.beside("pipe")).status().unwrap();
    assert!(made.success());
    for (file, words) in [
        ("empty", "the local side is empty"),
        ("binary", "no line of binary begins with a time stamp"),
        ("nul", "no line of nul begins with a time stamp"),
        ("long", "no line of long begins with a time stamp"),
        ("cut.gz", "cannot read log cut.gz: "),
        ("altered.gz", "cannot read log altered.gz: "),
        ("other.xz", "other.xz is packed by xz, and only gzip is read"),
        ("log", "log.1.zst is packed by zst"),
        ("folder", "log folder is a directory"),
        ("pipe", "log pipe is no file"),
        ("nowhere", "cannot read log nowhere: No such file"),
        ("nowhere/log", "cannot read log nowhere/log: No such file"),
        ("again", "again is named on both sides"),
    ] {
        compare(&root, &[file, "messages", "--slack", "0"]).refused(words);
    }
    compare(&root, &["log", "messages", "--slack", "0", "--no-rotated"]).ended(0);
    compare(&root, &["packed.gz", "messages", "--slack", "0"]).ended(0);
}

#[test]
fn lines_that_are_no_entries_do_not_hide_those_that_are() {
    let root = small();
    let noise = [
        &b"nobody knows when\n\0\0\0"[..],
        LOCAL.as_bytes(),
        b"\xff\xfe\n",
        &vec![b'y'; 10 << 20],
        b"\n\0\0\0Nov 26 22:10:20 web1 app: after a crash",
    ]
    .concat();
    write(&root, "noisy", &noise);
    write(&root, "central", [LOCAL, "Nov 26 22:10:20 web1 app: after a crash\n"].concat());
    let said = compare(&root, &["noisy", "central", "--slack", "0", "--format", "json"]).ended(2);
    let json = said.json();
    assert_eq!(
        (&json["matched"], &json["lost"], &json["deleted"]),
        (&5.into(), &2.into(), &0.into()),
        "{json}"
    );
    let notes = json["notes"].to_string();
    assert!(notes.contains("1 lines of the local side stand before the first time stamp"), "{notes}");
    assert!(notes.contains("1 lines of the local side are longer than 256 KiB"), "{notes}");
}

#[test]
fn escape_sequences_in_logs_are_shown_and_never_sent() {
    let root = small();
    let mut evil = LOCAL.as_bytes().to_vec();
    for content in ["\x1b[2J\u{202e}[5]: \x07\x08", "\x1b]0;title\x07: x", "a: \u{9b}31m\r"] {
        evil.extend_from_slice(b"Nov 26 22:10:20 web1 ");
        evil.extend_from_slice(content.as_bytes());
        evil.extend_from_slice(b"\xff\n");
    }
    evil.extend_from_slice(b"Nov 26 22:10:20 \x1b[2J\x07 a: b\n");
    write(&root, "\x1b[2Jevil", evil);
    for format in ["text", "json"] {
        for limit in ["0", "100"] {
            let arguments = ["\x1b[2Jevil", "central", "--slack", "0", "--format", format, "--limit", limit];
            let said = compare(&root, &arguments).ended(2);
            assert!(limit == "0" || said.out.contains("x1b[2J"), "{said:?}");
        }
    }
    compare(&root, &["\x1b[2Jevil", "central", "--host", "\x1b[2J\u{202e}"]).ended(1);
    compare(&root, &["\x1b[2Jnowhere", "central"]).ended(1);
    compare(&root, &["messages", "central", "--since", "\x1b[2J"]).ended(1);
}

#[test]
fn wrong_usage_is_refused_with_what_is_legal() {
    let root = small();
    for (arguments, words) in [
        (&["messages"][..], "required"),
        (&[], "required"),
        (&["messages", "central", "--since", "yesterday"], "write 2026-11-26"),
        (&["messages", "central", "--zone", "CET"], "write Z, +01:00"),
        (&["messages", "central", "--slack", "soon"], "--slack"),
        (&["messages", "central", "--limit", "many"], "--limit"),
    ] {
        let said = compare(&root, arguments).ended(1);
        assert!(said.err.contains(words), "{words:?} in {said:?}");
    }
    compare(&root, &["messages", "central", "--zone", "-05:30", "--slack", "0"]).ended(2);
}

#[test]
fn a_terminal_gets_colour_for_what_differs_only() {
    let root = small();
    let mut script = Command::new("script");
    let line = format!("{STANDFAST} logs compare messages central --slack 0");
    script.args(["--quiet", "--command", &line, "/dev/null"]).current_dir(root.beside(""));
    script.env_remove("NO_COLOR").env("TERM", "xterm").stdin(std::process::Stdio::null());
    let output = script.output().expect("this test needs script(1) (Debian: bsdutils)");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Accepted password for \x1b[31mroot\x1b[0m from 10.0.0.9"), "{said}");
    assert!(said.contains("Accepted password for \x1b[32mbob\x1b[0m from 10.0.0.9"), "{said}");
}

#[test]
fn a_long_comparison_shows_its_progress_on_a_terminal_and_takes_it_away() {
    let root = TempRoot::new();
    let text: String =
        (0..60_000).map(|number| format!("Nov 26 22:10:11 web1 app: {number:070}\n")).collect();
    write(&root, "local", &text);
    write(&root, "central", &text);
    // Each of some twenty readings of a file is held up, so that the run lasts longer than the bar waits.
    let slow = "strace -f -o /dev/null -e trace=pread64 -e inject=pread64:delay_enter=100000";
    let mut script = Command::new("script");
    let line = format!("{slow} {STANDFAST} logs compare local central --slack 0");
    script.args(["--quiet", "--command", &line, "/dev/null"]).current_dir(root.beside(""));
    let output = script.env("TERM", "xterm").stdin(std::process::Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("\r[") && said.contains(" MiB") && said.contains("\r\x1b[K"), "{said:?}");
    assert!(said.contains("the same"), "{said:?}");
}

#[test]
fn the_examples_of_the_help_are_commands_that_it_takes() {
    let help = run(&mut standfast(&["logs", "compare", "--help"])).ended(0).out;
    let (_, examples) = help.split_once("\nExamples:").unwrap();
    let examples: Vec<_> = examples.lines().filter(|line| line.contains("standfast logs compare")).collect();
    assert!(examples.len() >= 3, "{help}");
    for line in examples {
        let words: Vec<_> = line.split_whitespace().skip(1).collect();
        run(&mut standfast(&words)).refused("cannot read log");
    }
}

#[test]
fn the_page_names_every_option_every_kind_and_every_figure_of_the_rules() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/logs.md")).unwrap();
    let help = run(&mut standfast(&["logs", "compare", "--help"])).ended(0).out;
    let options: Vec<_> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    for option in options.iter().map(|option| option.trim_matches([',', ';', '.', ':'])) {
        assert!(
            page.contains(&format!("`{option}")) || option == "--help" || option == "--version",
            "{option}"
        );
    }
    let json = compare(&small(), &["messages", "central", "--slack", "0", "--format", "json"]).json();
    let mut keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    keys.extend(json["local"].as_object().unwrap().keys());
    keys.extend(json["differences"][0].as_object().unwrap().keys());
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
    let kinds = ["edited", "deleted or edited locally", "lost, not forwarded, or forged"];
    for word in kinds.iter().chain(&["7900", "32", "256 KiB", "4 million", "16 bytes", "2 s"]) {
        assert!(page.contains(word), "{word}");
    }
}
