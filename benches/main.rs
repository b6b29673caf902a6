//! Speed and memory against their bars: `cargo bench`, or `cargo bench -- --gate` to fail where a count is missed.
//!
//! See `benches/README.md`. Instructions are counted by callgrind and decide; wall and processor time are noisy
//! on a shared machine, so they are told and do not.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prepares files, starts programs and fails by panicking"
)]

mod daemons;
mod logs;
mod measure;
mod puppet;
mod report;
mod scale;
mod serve;
mod stage;
mod stock;
mod table;
mod tools;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use stage::Stages;
use table::Table;
use tools::Tools;

/// Set inside the private namespaces, so that the program starts itself but once.
const INSIDE: &str = "STANDFAST_BENCH_INSIDE";

fn main() -> ExitCode {
    if std::env::var_os(INSIDE).is_none() {
        return again_in_namespaces();
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (options, words): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.starts_with("--"));
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));

    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let tools = Tools::prepare(&work);
    let stages = Stages::prepare(&work);
    let mut table = Table::default();
    for (name, measure) in [
        ("stock", stock::measure as fn(&Tools, &Stages, &mut Table)),
        ("entries", scale::entries),
        ("resources", scale::resources),
        ("apply", scale::apply),
        ("serve", serve::measure),
        ("daemons", daemons::stock),
        ("lines", daemons::lines),
        ("probe", daemons::probe),
        ("logs", logs::measure),
        ("report", report::measure),
        ("puppet-sync", puppet::in_sync),
        ("puppet-many", puppet::many),
        ("puppet-peers", puppet::peers),
        ("puppet-first", puppet::first_run),
    ] {
        if is_wanted(name) {
            eprintln!("measuring {name} …");
            measure(&tools, &stages, &mut table);
        }
    }
    print!("{table}");
    let gate = options.iter().any(|option| *option == "--gate");
    if gate && table.misses_a_count() {
        eprintln!("a bar on a count is missed");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Starts this program with mounts and processes of its own: it puts other files in the place of /etc/passwd.
fn again_in_namespaces() -> ExitCode {
    let status = Command::new("unshare")
        .args(["--mount", "--pid", "--net", "--fork", "--mount-proc", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(std::env::args_os().skip(1))
        .env(INSIDE, "1")
        .status()
        .expect("unshare(1) of util-linux starts");
    ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
