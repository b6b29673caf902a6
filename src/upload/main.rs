//! `standfast-upload`: sends one report to Foreman or to a Smart Proxy, and says what was answered.
//!
//! `standfast` starts it with a job on standard input. It keeps nothing, and the job, which may hold a password, is
//! nowhere but in the pipe and in its memory.

#[path = "../chain.rs"]
mod chain;
#[path = "../report/foreman/clean.rs"]
#[allow(dead_code, reason = "what cleans reports; here only the names in certificates are cleaned")]
mod clean;
#[path = "../report/foreman/job.rs"]
mod job;
mod send;
mod tls;

use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

use job::Job;

fn main() -> ExitCode {
    if io::stdin().is_terminal() || std::env::args_os().len() > 1 {
        let _ = writeln!(
            io::stderr(),
            "standfast-upload {}: standfast starts it, for `standfast report` and `check --report`",
            env!("CARGO_PKG_VERSION")
        );
        return ExitCode::FAILURE;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "standfast-upload: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    // What TLS computes with; an error would say that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut asked = Vec::new();
    io::stdin().lock().read_to_end(&mut asked)?;
    // What is wrong is not told with the text, which may hold a password.
    let job: Job = serde_json::from_slice(&asked)
        .map_err(|error| io::Error::other(format!("the job cannot be read (column {})", error.column())))?;
    let mut said = serde_json::to_vec(&send::send(&job))?;
    said.push(b'\n');
    io::stdout().lock().write_all(&said)
}
