//! The report for programs: an array of outcomes.

use std::io::{self, Write};

use serde::Serialize;

use crate::outcome::Report;

/// Writes the outcomes as a JSON array, one a line.
///
/// # Errors
/// When the output cannot be written.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (index, outcome) in report.outcomes.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, outcome)?;
    }
    out.write_all(b"\n]\n")
}

/// Writes one value as JSON that a person can read too.
///
/// # Errors
/// When the output cannot be written.
pub fn write_pretty(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
