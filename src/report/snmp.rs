//! An explanation of SNMP for a person or a program.

use std::io::{self, Write};

use standfast_providers::provider::{Effect, Evidence};
use standfast_providers::snmp::explain::{CommunityExplanation, Explanation, UserExplanation};

use super::explanation::write_finding;
use super::style::Style;
use crate::cli::ExplainFormat;

/// Writes the explanation.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    explained: &Explanation,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if format == ExplainFormat::Json {
        return super::json::write_pretty(explained, out);
    }
    let title = match explained.from {
        Some(address) => format!("access by SNMP from {address}"),
        None => "access by SNMP".to_owned(),
    };
    writeln!(out, "{}", style.strong(&title))?;
    writeln!(out, "{}", style.faint(&explained.version))?;
    writeln!(out, "{}", style.faint(&explained.daemon))?;
    let files: Vec<&str> = explained.files.iter().map(|file| file.as_str()).collect();
    let files = if files.is_empty() {
        "no file: nobody has access".to_owned()
    } else {
        format!("reads {}", files.join(", "))
    };
    writeln!(out, "{}", style.faint(&files))?;
    for listen in &explained.listens {
        let place = listen.place.as_ref().map_or_else(String::new, |place| format!("  {place}"));
        let exposed = if listen.exposed {
            style.drift("other hosts can reach it")
        } else {
            style.good("this host only")
        };
        writeln!(out, "listens on {:<24} {exposed}{place}", listen.address)?;
    }
    for community in &explained.communities {
        write_community(community, style, out)?;
    }
    for user in &explained.users {
        write_user(user, style, out)?;
    }
    if !explained.findings.is_empty() {
        writeln!(out)?;
    }
    for finding in &explained.findings {
        write_finding(finding, style, out)?;
    }
    Ok(())
}

fn write_community(explained: &CommunityExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    let of = format!("{}, {}", explained.transport, explained.versions);
    writeln!(
        out,
        "\n{}  from {}  {}",
        style.strong(&explained.community),
        explained.source,
        style.faint(&of)
    )?;
    if let Some(silent) = explained.silent {
        writeln!(out, "  no answer: {silent}")?;
    }
    for (word, access) in [("reads", &explained.read), ("writes", &explained.write)] {
        if let Some(access) = access {
            writeln!(out, "  {word:<6} {access}")?;
        }
    }
    write_evidence(&explained.evidence, style, out)
}

fn write_user(explained: &UserExplanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{}  {}",
        style.strong(&format!("user {}", explained.user)),
        style.faint(&explained.keys)
    )?;
    for right in &explained.rights {
        writeln!(out, "  {right}")?;
    }
    write_evidence(&explained.evidence, style, out)
}

fn write_evidence(evidence: &[Evidence], style: Style, out: &mut impl Write) -> io::Result<()> {
    for line in evidence {
        let word = match line.effect {
            Effect::Wins => style.good(&format!("{:<16}", line.reason)),
            effect => style.faint(&format!("{:<16}", effect.word())),
        };
        writeln!(out, "  {word} {}  {}", line.place, line.text)?;
        if line.effect == Effect::Overridden {
            writeln!(out, "  {:16} {}", "", line.reason)?;
        }
    }
    Ok(())
}
