//! Where desired state comes from, beside a report that is an array of outcomes.

use std::io::{self, Write};

use crate::outcome::Report;
use crate::policy::source::Source;

/// Writes a line, and one more where it is old; nothing where Puppet has no part in it.
///
/// # Errors
/// When the output cannot be written.
pub fn write(source: &Source, report: &Report, out: &mut impl Write) -> io::Result<()> {
    let Source::Puppet(_) = source else { return Ok(()) };
    if let Some(told) = source.told() {
        writeln!(out, "standfast: desired state: {told}")?;
    }
    for finding in &report.source_findings {
        writeln!(out, "standfast: {}: {}: {}", finding.place, finding.message, finding.remedy)?;
    }
    Ok(())
}
