//! What is told to Foreman beside a check or an apply, and by `standfast report`.

use std::io::{self, Write};
use std::path::Path;

use standfast_facts::root::{Root, RootError};
use standfast_providers::shown::Shown;
use thiserror::Error;

use crate::chain::chain;
use crate::cli;
use crate::exit::Exit;
use crate::outcome::{Report, Status};
use crate::policy::puppet_conf::Agents;
use crate::policy::source::Source;
use crate::report::foreman::deliver::{self, Told, What, When};
use crate::report::foreman::payload::{Body, Run};
use crate::report::foreman::settings::{FILE, Settings, SettingsError};
use crate::report::spool::{self, Spool, Time};
use crate::report::style::Style;

/// Why nothing could be reported.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The root directory.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Where reports wait.
    #[error("the spool of reports")]
    Spool(#[from] spool::Error),
    /// Nobody said where to.
    #[error(
        "no url to report to: set it in {FILE}, section [report], as `url = https://foreman.example.com`, or with --url"
    )]
    NoUrl,
    /// What is left out would count as gone.
    #[error("a report is of all that is desired: leave out the globs, or --report")]
    Globs,
    /// The output.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
}

/// How much a report is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Not at all.
    No,
    /// Where a url is set.
    Configured,
    /// Whoever asks said so.
    Asked,
}

impl Wish {
    /// Of a check: it reports when it is asked to.
    #[must_use]
    pub fn of_check(check: &cli::Check) -> Self {
        if check.report || check.settings.is_given() { Self::Asked } else { Self::No }
    }

    /// Of an apply: it reports by itself, for what it corrected should not be shown as drift.
    #[must_use]
    pub fn of_apply(apply: &cli::Apply) -> Self {
        let has_globs = !apply.run.named_and_globs().1.is_empty();
        // What is below another root is nobody's host; not even whether reports are wanted is asked there.
        let is_elsewhere = apply.run.desired.root != Path::new("/");
        match apply.report || apply.settings.is_given() {
            _ if apply.no_report => Self::No,
            true => Self::Asked,
            false if apply.noop || has_globs || is_elsewhere => Self::No,
            false => Self::Configured,
        }
    }

    /// Refuses what cannot be reported, before anything is done.
    ///
    /// # Errors
    /// [`ReportError::Globs`]
    pub fn refuse_globs(self, run: &cli::Run) -> Result<(), ReportError> {
        let has_globs = !run.named_and_globs().1.is_empty();
        if self == Self::Asked && has_globs { Err(ReportError::Globs) } else { Ok(()) }
    }
}

/// Reports the outcome of a run beside its normal output; all that is said goes to standard error.
///
/// Gives whether it failed in a way that a later run does not cure.
#[must_use]
pub fn beside(
    wish: Wish,
    mode: &'static str,
    run: &cli::Run,
    flags: &cli::Settings,
    report: &Report,
    source: &Source,
    agents: &Agents,
) -> bool {
    let told = || -> Result<Option<Told>, ReportError> {
        let root = Root::open(&run.desired.root)?;
        // An image that is made ready for another host holds that host's settings.
        if wish == Wish::Configured && !root.is_host() {
            return Ok(None);
        }
        match settings(&root, agents, flags)? {
            Some(settings) => deliver_outcome(&root, &settings, mode, report, source, When::Due).map(Some),
            None if wish == Wish::Asked => Err(ReportError::NoUrl),
            None => Ok(None),
        }
    };
    let told = match wish {
        Wish::No => return false,
        Wish::Configured | Wish::Asked => told(),
    };
    match told {
        Ok(None) => false,
        Ok(Some(told)) => {
            say_notes(&told);
            say(&told.line);
            told.what == What::Failed
        }
        Err(error) => {
            say(&chain(&error));
            true
        }
    }
}

/// `standfast report`, after its check: one line on standard output says what became of the report.
///
/// # Errors
/// [`ReportError`] where nothing could be reported.
pub fn command(
    arguments: &cli::Report,
    check: impl FnOnce(&Agents) -> Result<(Report, Source), crate::MainError>,
    out: &mut impl Write,
) -> Result<Exit, crate::MainError> {
    let root = Root::open(&arguments.desired.root)?;
    if arguments.status {
        let status = Spool::look(&root).map_err(ReportError::from)?;
        spool::told::write(&status, Time::now(), arguments.format, Style::of_stdout(), out)?;
        return Ok(Exit::InSync);
    }
    let agents = Agents::default();
    let settings = settings(&root, &agents, &arguments.settings)
        .map_err(ReportError::from)?
        .ok_or(ReportError::NoUrl)?;
    let when = if arguments.now { When::Now } else { When::Due };
    let told = if arguments.send {
        deliver::send(&root, &settings, when).map_err(ReportError::from)?
    } else {
        let (report, source) = check(&agents)?;
        let told = deliver_outcome(&root, &settings, "check", &report, &source, when)?;
        write_counts(&settings.certname, &report, out)?;
        told
    };
    say_notes(&told);
    match told.what {
        What::Fine => writeln!(out, "report: {}", Shown::text(&told.line))?,
        What::Waits | What::Failed => say(&told.line),
    }
    Ok(if told.what == What::Failed { Exit::Failures } else { Exit::InSync })
}

fn settings(root: &Root, agents: &Agents, flags: &cli::Settings) -> Result<Option<Settings>, SettingsError> {
    // A variable that is not text is told as what its text would be.
    let variable = |name: &str| Some(std::env::var_os(name)?.to_string_lossy().into_owned());
    Settings::read(root, agents, &flags.named(), variable)
}

fn deliver_outcome(
    root: &Root,
    settings: &Settings,
    mode: &'static str,
    report: &Report,
    source: &Source,
    when: When,
) -> Result<Told, ReportError> {
    let now = Time::now().to_string();
    let run = Run { host: &settings.certname, reported_at: &now, mode, policy: source.word() };
    Ok(deliver::report(root, settings, &Body::of(report, run), when)?)
}

fn write_counts(host: &str, report: &Report, out: &mut impl Write) -> io::Result<()> {
    let count = |status| report.count(status);
    writeln!(
        out,
        "{}: {} in sync, {} drifted, {} failed, {} findings",
        Shown::text(host),
        count(Status::InSync),
        count(Status::Drifted),
        count(Status::Failed),
        report.findings().len()
    )
}

fn say_notes(told: &Told) {
    told.notes.iter().for_each(|note| say(note));
}

fn say(text: &str) {
    // Nobody is left to be told where this fails.
    let _ = writeln!(io::stderr(), "standfast: report: {}", Shown::text(text));
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn wish(line: &str) -> Wish {
        let words = std::iter::once("standfast").chain(line.split_whitespace());
        match cli::Cli::try_parse_from(words).expect("it is a command line").command {
            cli::Command::Check(check) => Wish::of_check(&check),
            cli::Command::Apply(apply) => Wish::of_apply(&apply),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_check_reports_when_it_is_asked_to_and_an_apply_unless_it_is_asked_not_to() {
        for (line, is) in [
            ("check", Wish::No),
            ("check --report", Wish::Asked),
            ("check --url https://f.example", Wish::Asked),
            ("apply", Wish::Configured),
            ("apply --reload", Wish::Configured),
            ("apply -", Wish::Configured),
            ("apply --no-report", Wish::No),
            ("apply --no-report --url https://f.example", Wish::No),
            ("apply --noop", Wish::No),
            ("apply --noop --report", Wish::Asked),
            ("apply limits_entry/*", Wish::No),
            ("apply --root /srv/image", Wish::No),
            ("apply --root // --reload", Wish::Configured),
            ("apply --root /srv/image --url https://f.example", Wish::Asked),
            ("apply --report", Wish::Asked),
        ] {
            assert_eq!(wish(line), is, "{line}");
        }
    }
}
