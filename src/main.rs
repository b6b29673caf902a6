//! standfast: keeps hardening in force on Linux hosts and says what drifted and why.
//!
//! Facts say what is; providers say what should be and plan the way there; this crate asks, commits the plan,
//! and tells Puppet, Foreman or a person.

mod calendar;
mod chain;
mod cli;
mod delivery;
mod exit;
mod explain;
mod facts;
mod family;
mod logs;
mod outcome;
mod policy;
mod probe;
mod progress;
mod proof;
mod report;
mod reporting;
mod resource;
mod run;
mod schema_puppet;
mod serve;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use standfast_facts::probe::snmp::Community;
use standfast_facts::root::{Root, RootError};
use standfast_providers::provider::Detail;
use standfast_providers::shown::Shown;
use standfast_providers::{ntp, snmp};
use thiserror::Error;

use cli::{Cli, Command, Format, Service};
use exit::Exit;
use outcome::Report;
use policy::puppet_conf::Agents;
use policy::source::{Policy, Source};
use policy::{Named, Selected};
use proof::ProvedFacts;
use report::style::Style;
use reporting::{ReportError, Wish};
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
    Explain(#[from] explain::limits::ExplainError),
    /// What the daemons of time answer.
    #[error(transparent)]
    ExplainNtp(#[from] ntp::state::ObserveError),
    /// Where messages go.
    #[error(transparent)]
    ExplainRsyslog(#[from] explain::rsyslog::ExplainError),
    /// An explanation of SNMP.
    #[error(transparent)]
    ExplainSnmp(#[from] snmp::state::ObserveError),
    /// The probe.
    #[error(transparent)]
    Probe(#[from] probe::ProbeError),
    /// What becomes of a message.
    #[error(transparent)]
    Delivery(#[from] delivery::DeliveryError),
    /// A probe below another root.
    #[error("--probe asks the daemons that run on this host: none runs below another root")]
    NothingRuns,
    /// A report to Foreman.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A comparison of logs.
    #[error(transparent)]
    Logs(#[from] logs::LogsError),
    /// The Puppet types.
    #[error("{module}: cannot write the Puppet types", module = module.display())]
    Module {
        /// The directory.
        module: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The output.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    /// The report of a run that has changed the machine.
    #[error("{files}: is changed, but the report cannot be written")]
    Untold {
        /// The files, safe to show.
        files: String,
        /// What the kernel said.
        source: io::Error,
    },
}

/// Ten thousand outcomes are 2 MB; a write for each 8 KiB of them would cost more than their making.
const OUTPUT_BUFFER: usize = 32 * 1024;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
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
            let _ = writeln!(io::stderr(), "standfast: {}", Shown::text(&chain::chain(&error)));
            Exit::CouldNotRun.into()
        }
    }
}

/// Says what is wrong with the command line, or the help that was asked for.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::InSync.into();
    }
    // clap repeats what it was given: the same error is made once more, of text that is safe to show.
    let shown = std::env::args_os().map(|argument| Shown::bytes(argument.as_encoded_bytes()).to_string());
    let _ = Cli::try_parse_from(shown).err().as_ref().unwrap_or(error).print();
    // clap would exit with 2, which means drift here.
    Exit::CouldNotRun.into()
}

fn dispatch(command: Command, out: &mut impl Write) -> Result<ExitCode, MainError> {
    match command {
        Command::Check(check) => {
            let mode = if check.probe { Mode::CheckAndProbe } else { Mode::Check };
            run_and_tell(&check.run, mode, (Wish::of_check(&check), &check.settings), out)
        }
        Command::Apply(apply) => {
            let mode = mode_of(&apply);
            run_and_tell(&apply.run, mode, (Wish::of_apply(&apply), &apply.settings), out)
        }
        Command::Report(arguments) => {
            let mode = if arguments.probe { Mode::CheckAndProbe } else { Mode::Check };
            let desired = &arguments.desired;
            let check = |agents: &Agents| {
                report_of(&desired.root, desired.named(), &[], (mode, Detail::Drift), agents)
            };
            Ok(reporting::command(&arguments, check, out)?.into())
        }
        Command::Explain(what) => {
            explain_command(what, out)?;
            Ok(Exit::InSync.into())
        }
        Command::Probe(arguments) if arguments.service == Some(Service::Rsyslog) => {
            delivery_command(&arguments, out)
        }
        Command::Probe(arguments) => {
            let probed = probe::run(&arguments)?;
            report::probe::write(&probed, arguments.format, Style::of_stdout(), out)?;
            Ok(Exit::of(probed.is_open(), false).into())
        }
        Command::Facts(arguments) => {
            let root = Root::open(&arguments.root)?;
            let proved = if arguments.probe { proved_facts(&root)? } else { ProvedFacts::default() };
            facts::write(&root, &proved, arguments.format, out)?;
            Ok(Exit::InSync.into())
        }
        Command::Serve { root } => {
            serve::serve(&Root::open(&root)?.watched(), io::stdin().lock(), out)?;
            Ok(Exit::InSync.into())
        }
        Command::Schema { puppet } => {
            schema_command(puppet, out)?;
            Ok(Exit::InSync.into())
        }
        Command::Policy(arguments) => policy_command(&arguments, out),
        Command::Logs(cli::Logs::Compare(arguments)) => {
            let comparison = logs::compare(&arguments.request())?;
            let (format, limit) = (arguments.format, arguments.limit);
            report::logs::write(&comparison, format, limit, Style::of_stdout(), out)?;
            let is_same = comparison.verdict == logs::Verdict::Same;
            Ok(if is_same { Exit::InSync } else { Exit::Drift }.into())
        }
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

fn mode_of(apply: &cli::Apply) -> Mode {
    match (apply.noop, apply.reload) {
        (true, _) => Mode::Check,
        (false, false) => Mode::Apply,
        (false, true) => Mode::ApplyAndReload,
    }
}

/// What only a probe tells.
fn proved_facts(root: &Root) -> Result<ProvedFacts, MainError> {
    if !root.is_host() {
        return Err(MainError::NothingRuns);
    }
    let services = [cli::Service::Ntp, cli::Service::Snmp];
    // Facter is told what can be: addresses that the kernel does not tell are asked nothing.
    let proved = proof::strangers(root, &services, &Community::DEFAULTS).unwrap_or_default();
    Ok(ProvedFacts::of(&proved))
}

/// Prints the kinds, or writes their Puppet types.
fn schema_command(puppet: Option<PathBuf>, out: &mut impl Write) -> Result<(), MainError> {
    match puppet {
        None => Ok(report::json::write_pretty(&resource::KINDS, out)?),
        Some(module) => schema_puppet::write(&module).map_err(|source| MainError::Module { module, source }),
    }
}

fn explain_command(what: cli::Explain, out: &mut impl Write) -> Result<(), MainError> {
    let style = Style::of_stdout();
    match what {
        cli::Explain::Limits { user, item, root, format } => {
            let explained = explain::limits::limits(&Root::open(&root)?, &user, item.as_deref())?;
            report::explanation::write(&explained, format, style, out)?;
        }
        cli::Explain::Ntp { from, root, format } => {
            let explained = explain::ntp::ntp(&Root::open(&root)?, from)?;
            report::ntp::write(&explained, format, style, out)?;
        }
        cli::Explain::Rsyslog { facility, root, format } => {
            let explained = explain::rsyslog::rsyslog(&Root::open(&root)?, facility.as_deref())?;
            report::rsyslog::write(&explained, format, style, out)?;
        }
        cli::Explain::Snmp { from, root, format } => {
            let explained = explain::snmp::explain(&Root::open(&root)?, from)?;
            report::snmp::write(&explained, format, style, out)?;
        }
    }
    Ok(())
}

fn run_and_tell(
    arguments: &cli::Run,
    mode: Mode,
    (wish, settings): (Wish, &cli::Settings),
    out: &mut impl Write,
) -> Result<ExitCode, MainError> {
    wish.refuse_globs(arguments)?;
    let (named, globs) = arguments.named_and_globs();
    let format = arguments.format.unwrap_or(match named {
        Named::Policy(path) if path == Path::new("-") => Format::Json,
        _ => Format::Text,
    });
    let agents = Agents::default();
    let (report, source) =
        match report_of(&arguments.desired.root, named, &globs, (mode, arguments.detail()), &agents) {
            Ok(report) => report,
            // The caller reads one line of standard output, and takes exit code 1 for a warning.
            Err(error) if format == Format::Monitoring => {
                report::monitoring::write_unknown(&chain::chain(&error), out)?;
                return Ok(ExitCode::from(report::monitoring::State::Unknown.code()));
            }
            Err(error) => return Err(error),
        };
    let told = tell(&report, &source, arguments, format, out).and_then(|()| out.flush());
    // Whoever reads the answer need not wait for Foreman, and Foreman is told even if nobody reads it.
    let word = if matches!(mode, Mode::Apply | Mode::ApplyAndReload) { "apply" } else { "check" };
    let has_failed = reporting::beside(wish, word, arguments, settings, &report, &source, &agents);
    let exit = report.exit();
    let code = match format {
        // Its codes are others, and of the machine alone.
        Format::Monitoring => report::monitoring::State::of(&report).code(),
        Format::Text | Format::Json if has_failed => exit.with_failure().code(),
        Format::Text | Format::Json => exit.code(),
    };
    let told = told.map(|()| ExitCode::from(code));
    let told = told.map_err(|source| match mode {
        Mode::Apply | Mode::ApplyAndReload if !report.edits.is_empty() => {
            let files = report.edits.iter().map(|edit| Shown::text(&edit.path.to_string_lossy()).to_string());
            MainError::Untold { files: files.collect::<Vec<_>>().join(", "), source }
        }
        _ => source.into(),
    });
    // The process ends now: freeing a hundred thousand texts one by one is a tenth of a large run.
    std::mem::forget(report);
    told
}

fn report_of(
    root: &Path,
    named: Named<'_>,
    globs: &[String],
    (mode, detail): (Mode, Detail),
    agents: &Agents,
) -> Result<(Report, Source), MainError> {
    let root = Root::open(root)?;
    let Policy { items, source } = policy::read(named, &root, agents)?;
    let Selected { resources, wanted, unjudged } = policy::select(items, globs)?;
    if mode == Mode::CheckAndProbe && !root.is_host() {
        return Err(MainError::NothingRuns);
    }
    let mut report = run::run(&root, &resources, &wanted, mode, detail);
    report.add_unjudged(&unjudged);
    report.source_findings.extend(source.finding());
    std::mem::forget(resources);
    Ok((report, source))
}

/// Follows a message, or waits for those of others.
fn delivery_command(arguments: &cli::Probe, out: &mut impl Write) -> Result<ExitCode, MainError> {
    if let Some(seconds) = arguments.listen {
        let arrived = delivery::listen(Duration::from_secs(seconds.into()), |written| {
            report::delivery::write_arrival(written, arguments.format, out)
        })?;
        return Ok(Exit::of(!arrived, false).into());
    }
    let delivery = delivery::follow(Duration::from_millis(arguments.timeout.into()))?;
    report::delivery::write(&delivery, arguments.format, Style::of_stdout(), out)?;
    Ok(Exit::of(!delivery.is_delivered(), false).into())
}

fn tell(
    report: &Report,
    source: &Source,
    arguments: &cli::Run,
    format: Format,
    out: &mut impl Write,
) -> io::Result<()> {
    let style = Style::of_stdout();
    match format {
        Format::Json => {
            report::json::write(report, out)?;
            report::source::write(source, report, &mut io::stderr())?;
        }
        Format::Monitoring => report::monitoring::write(report, source, out)?,
        Format::Text => {
            report::text::write(report, source, arguments.detail(), style, out)?;
            if arguments.diff {
                report::diff::write(&report.edits, style, out)?;
            }
        }
    }
    Ok(())
}

fn policy_command(arguments: &cli::Policy, out: &mut impl Write) -> Result<ExitCode, MainError> {
    if arguments.default {
        out.write_all(policy::default::TEXT.as_bytes())?;
    }
    if let Some(cli::PolicyCommand::Validate { file }) = &arguments.command {
        let count = policy::read(Named::Policy(file), &Root::host()?, &Agents::default())?.items.len();
        let what = if count == 1 { "resource" } else { "resources" };
        writeln!(out, "{}: {count} {what}, all valid", Shown::text(&file.to_string_lossy()))?;
    }
    Ok(Exit::InSync.into())
}
