//! `standfast serve`, as the Puppet side meets it: one process for a whole run.

mod asks;
mod corrective;
mod list;
mod protocol;
mod purge;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::bounded::{Bounded, start};
use crate::temp_root::TempRoot;

/// A process that answers, until it is dropped.
struct Served {
    program: Bounded,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// All that was said.
    said: String,
}

impl Served {
    /// Starts one, and says nothing yet.
    fn silent(root: &TempRoot) -> Self {
        let mut command = root.command(&["serve"], &[]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = start(&mut command);
        let (input, output) = (program.child.stdin.take(), program.child.stdout.take().unwrap());
        Self { program, input, output: BufReader::new(output), said: String::new() }
    }

    /// A run of an agent.
    fn agent(root: &TempRoot) -> Self {
        Self::run(root, json!({"by": "agent", "environment": "production", "catalog": 1_795_436_883}))
    }

    /// A run that says this of itself.
    fn run(root: &TempRoot, run: Value) -> Self {
        let mut served = Self::silent(root);
        let hello = served.ask(json!({"ask": "hello", "protocol": 1, "run": run}));
        assert_eq!(hello["protocol"], 1);
        assert_eq!(hello["kinds"].as_array().unwrap().len(), 6);
        served
    }

    /// Sends a line as it is, and gives the answer.
    fn line(&mut self, line: &[u8]) -> Value {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> Value {
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        let unsafe_char = answer.trim_end_matches('\n').chars().find(|c| c.is_control());
        assert_eq!(unsafe_char, None, "sent raw in {answer:?}");
        self.said.push_str(&answer);
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    fn ask(&mut self, ask: Value) -> Value {
        self.line(ask.to_string().as_bytes())
    }

    /// Declares resources, of which none is refused.
    fn declare(&mut self, resources: Value) {
        let answer = self.ask(json!({"ask": "declare", "resources": resources}));
        assert_eq!(answer, json!({"refused": []}));
    }

    /// What is said of some resources.
    fn resources(&mut self, ask: &str, resources: Value) -> Vec<Value> {
        let answer = self.ask(json!({"ask": ask, "resources": resources}));
        answer["resources"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// What is said of one resource.
    fn one(&mut self, ask: &str, resource: Value) -> Value {
        let mut said = self.resources(ask, json!([resource]));
        assert_eq!(said.len(), 1, "{said:?}");
        said.remove(0)
    }

    fn observe(&mut self, title: &str) -> Value {
        self.one("observe", entry(title))
    }

    fn apply(&mut self, title: &str) -> Value {
        self.one("apply", entry(title))
    }

    fn list(&mut self, kind: &str) -> Vec<Value> {
        let answer = self.ask(json!({"ask": "list", "type": kind}));
        answer["resources"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Ends the run; nothing may be stale, and all that is kept must be kept.
    fn end(mut self) -> String {
        assert_eq!(self.ask(json!({"ask": "end"})), json!({"stale": []}));
        self.leave()
    }

    /// Closes the input, and gives all that was said.
    fn leave(mut self) -> String {
        drop(self.input.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "an answer for each line, and no more");
        let mut complaints = String::new();
        self.program.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        let code = self.program.wait().code();
        assert_eq!((code, complaints.as_str()), (Some(0), ""));
        std::mem::take(&mut self.said)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // After a failed assertion it still waits for a line.
        drop(self.input.take());
        drop(self.program.child.wait());
    }
}

/// A reference to an entry.
fn entry(title: &str) -> Value {
    json!({"type": "limits_entry", "title": title})
}

/// An entry with its value.
fn limit(title: &str, value: u32) -> Value {
    json!({"type": "limits_entry", "title": title, "parameters": {"value": value}})
}

/// Asserts what became of a resource.
#[track_caller]
fn became(said: &Value, outcome: &str) {
    assert_eq!(said["outcome"], outcome, "{said}");
}

/// Waits until a file is old enough for its times to be relied on.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(60));
}
