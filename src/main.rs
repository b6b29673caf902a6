//! standfast: keeps hardening in force on Linux hosts and says what drifted and why.
//!
//! Facts say what is; providers say what should be and plan the way there; this crate asks, commits the plan,
//! and tells Puppet, Foreman or a person.

mod cli;
mod exit;
mod explain;
mod facts;
mod outcome;
mod policy;
mod report;
mod resource;
mod run;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use standfast_facts::root::{Root, RootError};
use standfast_providers::shown::Shown;
use thiserror::Error;

use cli::{Cli, Command, Format};
use exit::Exit;
use outcome::Report;
use report::style::Style;
use run::Mode;

/// Why the program could not run.
#[derive(Debug, Error)]
enum MainError {
    /// The policy.
    #[error(transparent)]
    Policy(#[from] policy::PolicyError),
    /// The root directory.
    #[error(transparent)]
    Root(#[from] RootError),
    /// An explanation.
    #[error(transparent)]
    Explain(#[from] explain::ExplainError),
    /// The facts.
    #[error(transparent)]
    Facts(#[from] facts::FactsError),
    /// The output.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
}

/// Ten thousand outcomes are 2 MB; a write for each 8 KiB of them would cost more than their making.
const OUTPUT_BUFFER: usize = 64 * 1024;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap would exit with 2 on bad usage, which means drift here.
            let code = if error.use_stderr() { Exit::CouldNotRun } else { Exit::InSync };
            let _ = error.print();
            return code.into();
        }
    };
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock());
    let result = dispatch(cli.command, &mut out).and_then(|code| {
        out.flush()?;
        Ok(code)
    });
    match result {
        Ok(code) => code,
        // `standfast check | head` closes the pipe; nobody is left to be told.
        Err(MainError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Exit::CouldNotRun.into()
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "standfast: {}", Shown::text(&run::chain(&error)));
            Exit::CouldNotRun.into()
        }
    }
}

fn dispatch(command: Command, out: &mut impl Write) -> Result<ExitCode, MainError> {
    match command {
        Command::Check(check) => run_and_tell(&check.run, Mode::Check, out),
        Command::Apply(apply) => {
            run_and_tell(&apply.run, if apply.noop { Mode::Check } else { Mode::Apply }, out)
        }
        Command::Explain(cli::Explain::Limits { user, item, root, format }) => {
            let root = Root::open(&root)?;
            let explained = explain::limits(&root, &user, item.as_deref())?;
            report::explanation::write(&explained, format, Style::of_stdout(), out)?;
            Ok(Exit::InSync.into())
        }
        Command::Facts(arguments) => {
            let root = Root::open(&arguments.root)?;
            facts::write(&root, arguments.format, out)?;
            Ok(Exit::InSync.into())
        }
        Command::Schema => {
            serde_json::to_writer_pretty(&mut *out, &resource::KINDS).map_err(io::Error::from)?;
            writeln!(out)?;
            Ok(Exit::InSync.into())
        }
        Command::Policy(arguments) => policy_command(&arguments, out),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "standfast", out);
            Ok(Exit::InSync.into())
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(out)?;
            Ok(Exit::InSync.into())
        }
    }
}

fn run_and_tell(arguments: &cli::Run, mode: Mode, out: &mut impl Write) -> Result<ExitCode, MainError> {
    let (policy, globs) = arguments.policy_and_globs();
    let resources = policy::select(policy::read(policy.as_deref())?, &globs)?;
    let root = Root::open(&arguments.root)?;
    let report = run::run(&root, &resources, mode);
    let from_stdin = policy == Some(PathBuf::from("-"));
    let format = arguments.format.unwrap_or(if from_stdin { Format::Json } else { Format::Text });
    let told = tell(&report, arguments, format, out);
    // The process ends now: freeing a hundred thousand texts one by one is a tenth of a large run.
    std::mem::forget((resources, report));
    told
}

fn tell(
    report: &Report,
    arguments: &cli::Run,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, MainError> {
    let style = Style::of_stdout();
    match format {
        Format::Json => report::json::write(report, out)?,
        Format::Monitoring => {
            report::monitoring::write(report, out)?;
            return Ok(ExitCode::from(report::monitoring::State::of(report).code()));
        }
        Format::Text => {
            let detail =
                if arguments.verbose { report::text::Detail::All } else { report::text::Detail::Drift };
            report::text::write(report, detail, style, out)?;
        }
    }
    if arguments.diff && format == Format::Text {
        report::diff::write(&report.edits, style, out)?;
    }
    Ok(report.exit().into())
}

fn policy_command(arguments: &cli::Policy, out: &mut impl Write) -> Result<ExitCode, MainError> {
    if arguments.default {
        out.write_all(policy::DEFAULT.as_bytes())?;
    }
    if let Some(cli::PolicyCommand::Validate { file }) = &arguments.command {
        let count = policy::read(Some(file))?.len();
        writeln!(out, "{}: {count} resources, all valid", Shown::text(&file.to_string_lossy()))?;
    }
    Ok(Exit::InSync.into())
}
