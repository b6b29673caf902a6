//! Runs the program under strace(1), reads its log and meddles with its calls.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::bounded::output;
use crate::command::apply_command;
use crate::scenario::Scenario;
use crate::tree::Tree;

/// One system call of the log.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// What stands between the parentheses, descriptors with their paths (`-y`).
    pub(crate) arguments: String,
    /// Which one of its name it is; 0 where nobody has counted.
    pub(crate) number: usize,
}

/// Runs the scenario to its end and returns its calls, the dynamic loader's left out: from the opening of the policy on.
///
/// Each has its number among the calls of its name, counted from 1 over the whole process as strace does.
pub(crate) fn record(tree: &Tree, scenario: &Scenario) -> Vec<Call> {
    let options = ["-y".into(), "-o".into(), log(tree).display().to_string()];
    let output = run(tree, scenario, &options);
    assert_eq!(output.status.code(), Some(2), "{}: {output:?}", scenario.name);
    let mut calls: Vec<Call> = fs::read_to_string(log(tree)).unwrap().lines().filter_map(parse).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in &mut calls {
        let count = counts.entry(call.name.clone()).or_default();
        *count += 1;
        call.number = *count;
    }
    let policy = format!("\"{}\"", tree.root.with_extension("ini").display());
    let start = calls
        .iter()
        .position(|call| call.name.starts_with("open") && call.arguments.contains(&policy))
        .expect("the program opens its policy");
    calls.split_off(start)
}

/// Kills the scenario when it enters this call.
///
/// Slowly: with `--seccomp-bpf`, strace 6.1 injects no signal at all.
pub(crate) fn kill(tree: &Tree, scenario: &Scenario, call: &Call) -> Output {
    let trace = format!("trace={}", call.name);
    let inject = format!("inject={}:signal=SIGKILL:when={}", call.name, call.number);
    run(tree, scenario, &["-o", "/dev/null", "-e", &trace, "-e", &inject].map(str::to_owned))
}

/// Runs the scenario with calls meddled with, as strace's `inject=` says.
pub(crate) fn inject(tree: &Tree, scenario: &Scenario, injections: &[(&str, &str)]) -> Output {
    let kinds: Vec<&str> = injections.iter().map(|(kind, _)| *kind).collect();
    let mut options = vec!["--seccomp-bpf".to_owned(), "-o".to_owned(), log(tree).display().to_string()];
    options.extend(["-e".to_owned(), format!("trace={}", kinds.join(","))]);
    for (kind, what) in injections {
        options.extend(["-e".to_owned(), format!("inject={kind}:{what}")]);
    }
    run(tree, scenario, &options)
}

/// How many calls the last run was given something other than the kernel's answer.
pub(crate) fn injected(tree: &Tree) -> usize {
    fs::read_to_string(log(tree)).unwrap().matches("INJECTED)").count()
}

fn log(tree: &Tree) -> PathBuf {
    tree.beside("strace.log")
}

fn run(tree: &Tree, scenario: &Scenario, options: &[String]) -> Output {
    output(&mut command(tree, scenario, options))
}

/// The scenario under strace, and under a umask that would spoil whatever relies on it.
pub(crate) fn command(tree: &Tree, scenario: &Scenario, options: &[String]) -> Command {
    let apply = apply_command(&tree.root, scenario);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0077; exec \"$@\"", "sh", "strace", "-f"]);
    command.args(options).arg(apply.get_program()).args(apply.get_args());
    command
}

/// `1234 openat(3</x>, "y", O_RDONLY) = 4</x/y>`
pub(crate) fn parse(line: &str) -> Option<Call> {
    let line = line.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start();
    let (name, rest) = line.split_once('(')?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let arguments = rest.rsplit_once(" = ").map_or(rest, |(arguments, _)| arguments);
    let arguments = arguments.trim_end().trim_end_matches(')');
    Some(Call { name: name.to_owned(), arguments: arguments.to_owned(), number: 0 })
}
