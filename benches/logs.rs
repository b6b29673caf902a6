//! `logs compare`: a million lines a side over an outage, beside sort and diff of the same messages.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::measure::Program;
use crate::stage::Stages;
use crate::table::Table;
use crate::tools::Tools;

/// How many lines a side has.
const MANY: usize = 1_000_000;

/// More than are held at once.
const TOO_MANY: usize = 5_000_000;

const PROGRAMS: [&str; 7] =
    ["sshd", "CRON", "systemd", "kernel", "postfix/smtpd", "averylongprogramnamewithmorethan32", "app"];

/// Whether the local side was tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forger {
    Nobody,
    /// One message altered, two removed, one inserted.
    Somebody,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
enum Format {
    /// As the host's own daemon writes it.
    Local,
    /// As the central server's does.
    Central,
    /// As both would be if nothing but what they say were in them: what diff can compare.
    Plain,
}

/// The text of a message: ten come in a second.
fn message(number: usize) -> String {
    format!("message number {number} of a session for user u{} from 10.0.{}.7", number % 977, number % 256)
}

fn line(format: Format, number: usize, message: &str) -> String {
    let (second, tenth) = (number / 10, number % 10);
    let (day, clock) = (20 + second / 86_400, second % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60);
    let tag = format!("{}[{}]:", PROGRAMS[number % 7], 1000 + number % 3000);
    let cut = &tag[..tag.len().min(32)];
    match format {
        Format::Local => format!("Nov {day} {clock} web1 {tag} {message}\n"),
        Format::Central => {
            format!("2026-11-{day}T{clock}.{tenth}00007+00:00 web1.example.org {cut} {message}\n")
        }
        Format::Plain => format!("Nov {day} {clock} {cut} {message}\n"),
    }
}

/// Writes a side: of the central one a block comes late, and some of it twice.
fn write(path: &Path, format: Format, count: usize, forger: Forger, is_central: bool) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut put = |number: usize| {
        let mut text = message(number);
        if forger == Forger::Somebody {
            match number {
                _ if number == count / 3 || number == count / 5 => return,
                _ if number == count / 2 => text = text.replace("session", "section"),
                _ if number == count / 7 => {
                    file.write_all(line(format, number, "forged").as_bytes()).unwrap();
                }
                _ => {}
            }
        }
        file.write_all(line(format, number, &text).as_bytes()).unwrap();
    };
    let (from, to, late) = (count / 10 * 4, count / 10 * 5, count / 10 * 6);
    if is_central {
        let waited = from..to;
        (0..from).chain(to..late).chain(waited).chain(to - 100..to).chain(late..count).for_each(&mut put);
    } else {
        (0..count).for_each(&mut put);
    }
}

/// Both sides in a directory of their own.
fn sides(directory: &Path, count: usize, forger: Forger) -> [PathBuf; 2] {
    drop(std::fs::remove_dir_all(directory));
    std::fs::create_dir_all(directory).unwrap();
    let [local, central] = ["local", "central"].map(|name| directory.join(name));
    write(&local, Format::Local, count, forger, false);
    write(&central, Format::Central, count, Forger::Nobody, true);
    [local, central]
}

fn compare(tools: &Tools, [local, central]: &[PathBuf; 2]) -> Program {
    let (local, central) = (local.to_string_lossy(), central.to_string_lossy());
    tools.standfast(&["logs", "compare", &local, &central, "--slack", "0"])
}

/// sort(1) of both sides at once, and diff(1), of texts that are normalised already.
fn sort_and_diff(directory: &Path) -> Program {
    write(&directory.join("a"), Format::Plain, MANY, Forger::Somebody, false);
    write(&directory.join("b"), Format::Plain, MANY, Forger::Nobody, true);
    let here = directory.to_string_lossy();
    let script = format!("cd {here} && sort a > c & cd {here} && sort b > d && wait && diff c d; true");
    Program::new(Path::new("/bin/sh"), &["-c", &script])
}

/// sed(1) before, as one who has the files and no better program would do.
fn sed_sort_and_diff(directory: &Path) -> Program {
    let here = directory.to_string_lossy();
    let local = r"sed -E 's/^(.{15}) [^ ]+ ([^ ]{1,32})[^ ]*/\1 \2/' local";
    let central = r"sed -E 's/^2026-11-([0-9]+)T(.{8})[^ ]* [^ ]+/Nov \1 \2/' central";
    let script = format!(
        "cd {here} && {local} | sort > c & cd {here} && {central} | sort > d && wait && diff c d; true"
    );
    Program::new(Path::new("/bin/sh"), &["-c", &script])
}

pub(crate) fn measure(tools: &Tools, stages: &Stages, table: &mut Table) {
    let directory = stages.directory("logs");
    let few = compare(tools, &sides(&directory, MANY / 10, Forger::Nobody));
    table.instructions("`logs compare`, 100,000 lines a side, the same", few.instructions(), Some(430.0));
    let same = compare(tools, &sides(&directory, MANY, Forger::Nobody));
    table.wall("`logs compare`, 1,000,000 lines a side, the same", same.wall(7), None);
    let forged = compare(tools, &sides(&directory, MANY, Forger::Somebody));
    table.wall("`logs compare`, 1,000,000 lines a side, 4 differences", forged.wall(7), None);
    let peak = forged.peak_kib();
    table.kib("`logs compare`, 1,000,000 lines a side, 4 differences", peak, Some(48 * 1024));
    let theirs = sort_and_diff(&directory);
    table.wall("sort and diff of the same messages, normalised before", theirs.wall(3), None);
    table.kib("sort and diff of the same messages, normalised before", theirs.peak_kib(), None);
    let ratio = forged.wall_ratio(&theirs, 9);
    table.time_ratio("`logs compare` to sort and diff", ratio, 0.333);
    let ratio = forged.cpu(5).as_secs_f64() / theirs.cpu(5).as_secs_f64();
    table.cpu_ratio("`logs compare` to sort and diff", ratio, 0.333);
    let ratio = forged.wall_ratio(&sed_sort_and_diff(&directory), 5);
    table.time_ratio("`logs compare` to sed, sort and diff", ratio, 0.333);
    let many = compare(tools, &sides(&directory, TOO_MANY, Forger::Somebody));
    table.wall("`logs compare`, 5,000,000 lines a side, 4 differences", many.wall(1), None);
    let peak = many.peak_kib();
    table.kib("`logs compare`, 5,000,000 lines a side, 4 differences", peak, Some(160 * 1024));
    drop(std::fs::remove_dir_all(directory));
}
