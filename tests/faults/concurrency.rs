//! Many runs at once: nobody's change is lost.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::append_command;
use crate::scenario::OLD;
use crate::tree::Tree;

const PROCESSES: usize = 8;
const EDITS: usize = 100;
const BAR: Duration = Duration::from_secs(5);

#[test]
fn eight_runs_at_once_lose_none_of_their_changes() {
    let tree = Tree::new();
    tree.directory("/etc/security", 0o755);
    tree.directory("/var/lib", 0o755);
    tree.dressed_file("/etc/security/limits.conf", OLD);
    let metadata = tree.metadata("/etc/security/limits.conf");
    let line = |process: usize, edit: usize| format!(":{process} soft nproc {edit}");
    let start = Instant::now();

    let runs: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let lines = tree.beside(&format!("lines-{process}"));
            let text: String = (0..EDITS).map(|edit| line(process, edit) + "\n").collect();
            fs::write(&lines, text).unwrap();
            let mut command = append_command(&tree.root, "/etc/security/limits.conf", &lines);
            command.stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    let took = start.elapsed();
    let text = String::from_utf8(tree.read("/etc/security/limits.conf").unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().skip(2).collect();
    for process in 0..PROCESSES {
        let own = format!(":{process} ");
        let survived: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with(&own)).collect();
        let wanted: Vec<String> = (0..EDITS).map(|edit| line(process, edit)).collect();
        assert_eq!(survived, wanted, "process {process}");
    }
    assert_eq!(lines.len(), PROCESSES * EDITS);
    assert_eq!(tree.metadata("/etc/security/limits.conf"), metadata);
    assert!(tree.strays().is_empty());
    println!("{PROCESSES} processes x {EDITS} edits: all survive, {:.1} s", took.as_secs_f64());
    assert!(took < BAR * 4, "took {took:?}: far beyond the bar of {BAR:?} even for a busy machine");
}
