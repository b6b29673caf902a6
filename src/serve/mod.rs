//! `standfast serve`: answers a whole Puppet run on standard input and output, one JSON object a line.
//!
//! It adds a loop and no semantics: what differs and what is written comes from the code of `check -` and `apply -`.
//! docs/serve.md is the reference of the protocol.

mod answer;
mod ask;
mod line;
mod session;

use std::io::{self, BufRead, Write};

use standfast_facts::root::Root;
use thiserror::Error;

use crate::resource::KINDS;
use answer::Answer;
use ask::{Ask, AskError, PROTOCOL};
use line::{Line, Lines};
use session::Session;

/// Why an ask has no answer but this. The process goes on.
#[derive(Debug, Error)]
enum ServeError {
    /// The line is no ask.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The first ask must say which protocol is spoken.
    #[error("the first ask must be hello, with the protocol")]
    NoHello,
}

/// Answers line by line until the input ends.
///
/// # Errors
/// When the input cannot be read or the output cannot be written.
pub fn serve(root: &Root, input: impl BufRead, out: &mut impl Write) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut session = None;
    while let Some(line) = lines.next()? {
        let answer = match answer(root, &mut session, &line) {
            Ok(answer) => answer,
            Err(error) => Answer::Error { error: crate::chain::chain(&error) },
        };
        serde_json::to_writer(&mut *out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

fn answer<'r>(
    root: &'r Root,
    session: &mut Option<Session<'r>>,
    line: &Line<'_>,
) -> Result<Answer, ServeError> {
    let ask = Ask::read(line)?;
    if let Ask::Hello { run } = ask {
        *session = Some(Session::new(root, run));
        return Ok(Answer::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION"),
            kinds: KINDS.map(|kind| kind.name),
        });
    }
    let session = session.as_mut().ok_or(ServeError::NoHello)?;
    Ok(match ask {
        Ask::Hello { .. } => return Err(ServeError::NoHello),
        Ask::Declare { resources } => Answer::Declared { refused: session.declare(resources) },
        Ask::Observe { resources, only } => Answer::Resources { resources: session.observe(resources, only) },
        Ask::Apply { resources } => Answer::Resources { resources: session.apply(resources) },
        Ask::End => Answer::Ended { stale: session.end() },
    })
}
