//! One run of the program, and what it said.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::bounded::{output, start};

/// The program under test.
pub(crate) const STANDFAST: &str = env!("CARGO_BIN_EXE_standfast");

/// What a run said. Whatever it was asked, it must be safe to look at.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program with these arguments, without the tester's own wishes on colour.
pub(crate) fn standfast<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(STANDFAST);
    command.args(arguments).env_remove("NO_COLOR").env("TERM", "xterm").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    Said::of(output(command))
}

/// Runs a command with this on its standard input.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = start(command);
    let mut stdin = program.child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that refuses its input early closes the pipe: no failure of the test.
        scope.spawn(move || drop(stdin.write_all(input)));
        Said::of(program.output())
    })
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
        let code = output.status.code().expect("no signal ends the program");
        let said = Self { code, out: text(output.stdout), err: text(output.stderr) };
        for text in [&said.out, &said.err] {
            let unsafe_char = text.chars().find(|c| c.is_control() && *c != '\n' || is_directional(*c));
            assert_eq!(unsafe_char, None, "sent raw in {text:?}");
        }
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The only resource's outcome.
    pub(crate) fn outcome(&self) -> Value {
        let mut outcomes = self.json();
        let outcomes = outcomes.as_array_mut().expect("an array of outcomes");
        assert_eq!(outcomes.len(), 1, "{self:?}");
        outcomes.remove(0)
    }

    /// All that the first difference of the only resource says.
    pub(crate) fn reason(&self) -> String {
        text(&self.outcome()["drift"][0]["reason"])
    }

    /// Why the only resource failed.
    pub(crate) fn error(&self) -> String {
        assert_eq!(self.code, 4, "{self:?}");
        text(&self.outcome()["error"])
    }

    /// Asserts that it ended so, and gives it back.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Asserts that it could not run, and said so in one line that holds these words.
    pub(crate) fn refused(self, words: &str) -> Self {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "one error: {self:?}");
        assert!(self.err.starts_with("standfast: ") && self.err.contains(words), "{words:?} in {self:?}");
        self
    }
}

fn is_directional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}
