//! `standfast serve`: answers a whole Puppet run on standard input and output, one JSON object a line.
//!
//! It adds a loop and no semantics: what differs and what is written comes from the code of `check -` and `apply -`.
//! docs/serve.md is the reference of the protocol.

mod answer;
mod applied;
mod ask;
mod end;
mod line;
mod list;
mod members;
mod session;

use std::io::{self, BufRead, Write};

use standfast_facts::root::Root;
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::chain::chain;
use crate::family::Family;
use crate::resource::KINDS;
use answer::Answer;
use ask::{Ask, AskError, PROTOCOL};
use end::Ending;
use line::{Line, Lines};
use session::Session;

/// Why an ask has no answer but this. The process goes on.
#[derive(Debug, Error)]
enum ServeError {
    /// The line is no ask.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The first ask must say which protocol is spoken.
    #[error("the first ask of a run must be hello, with the protocol")]
    NoHello,
    /// No such kind.
    #[error("unknown kind `{0}`")]
    UnknownKind(Shown),
    /// The host cannot be observed.
    #[error("{0}")]
    Unobserved(String),
}

/// Answers line by line until the input ends.
///
/// # Errors
/// When the input cannot be read or the output cannot be written.
pub fn serve(root: &Root, input: impl BufRead, out: &mut impl Write) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut session: Option<Session<'_>> = None;
    while let Some(line) = lines.next()? {
        let answer = match answer(root, &mut session, &line) {
            Ok(answer) => answer,
            Err(error) => Answer::Error { error: chain(&error) },
        };
        serde_json::to_writer(&mut *out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    if let Some(session) = session {
        // Nobody is left who could be told.
        let _ = session.keep(Ending::Left);
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
        if let Some(left) = session.replace(Session::new(root, run)) {
            let _ = left.keep(Ending::Left);
        }
        return Ok(Answer::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION"),
            kinds: KINDS.map(|kind| kind.name),
        });
    }
    let run = session.as_mut().ok_or(ServeError::NoHello)?;
    Ok(match ask {
        Ask::Hello { .. } => return Err(ServeError::NoHello),
        Ask::Declare { resources } => Answer::Declared { refused: run.declare(resources) },
        Ask::Observe { resources, only } => Answer::Resources { resources: run.observe(resources, only) },
        Ask::Apply { resources } => Answer::Resources { resources: run.apply(resources) },
        Ask::List { kind } => {
            let family = Family::of_kind(&kind).ok_or_else(|| ServeError::UnknownKind(Shown::text(&kind)))?;
            let resources = list::list(root, family, &kind).map_err(ServeError::Unobserved)?;
            Answer::Listed { resources }
        }
        Ask::End => {
            let stale = run.stale();
            let warning = run.keep(Ending::Asked).err().map(|error| chain(&error));
            *session = None;
            Answer::Ended { stale, warning }
        }
    })
}
