//! The way of a marked message, for a person or a program.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use super::style::Style;
use crate::calendar::span;
use crate::cli::ExplainFormat;
use crate::delivery::{Delivery, Sent, Way, Written};

/// Writes what became of the message.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    delivery: &Delivery,
    format: ExplainFormat,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    if let ExplainFormat::Json = format {
        return super::json::write_pretty(delivery, out);
    }
    writeln!(out, "sent as user.notice: {}", delivery.marker)?;
    for written in &delivery.written {
        match written.after_ms {
            Some(after) => {
                writeln!(out, "{}  {} after {after} ms", style.good("written"), written.file)?;
            }
            None => writeln!(out, "{}  {}", style.bad("NOT written"), written.file)?,
        }
    }
    if delivery.forwards.is_empty() {
        writeln!(out, "{}  no forward gets it", style.bad("NOT sent"))?;
    }
    for sent in &delivery.forwards {
        let to = format!("{} by {}  ({})", sent.server, sent.protocol, sent.place);
        match sent.way {
            Way::Sent => writeln!(out, "{}     {to}", style.good("sent"))?,
            Way::Unknown => writeln!(out, "{}  {to}: UDP has no answer", style.drift("unknown"))?,
            Way::Waits => {
                writeln!(out, "{}    {to}: there is no connection", style.bad("WAITS"))?;
                write_waiting(sent, out)?;
            }
        }
        if let Some(known) = &sent.impstats {
            let waiting = known.waiting.map(|waiting| format!("{waiting} wait, ")).unwrap_or_default();
            writeln!(
                out,
                "           impstats, {}: {waiting}{} dropped at a full queue, {} failed, suspended {} times",
                ago(known.written),
                known.discarded,
                known.failed,
                known.suspended
            )?;
        }
    }
    if delivery.forwards.iter().any(|sent| sent.way != Way::Waits) {
        writeln!(
            out,
            "on the server: standfast probe rsyslog --listen, or grep {} in its files",
            delivery.marker
        )?;
    }
    Ok(())
}

fn write_waiting(sent: &Sent, out: &mut impl Write) -> io::Result<()> {
    let Some(since) = sent.since else {
        return writeln!(out, "           queued in memory, or dropped where there is no queue");
    };
    let messages = sent.waiting.map(|messages| format!("{messages} messages, ")).unwrap_or_default();
    let bytes = sent.waiting_bytes.unwrap_or(0);
    let since = ago(since);
    writeln!(
        out,
        "           queued on disk: {messages}{bytes} bytes; target unreachable since {since} or longer"
    )
}

/// How long ago a time was.
fn ago(since: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    format!("{} ago", span(now.saturating_sub(since)))
}

/// Tells of one message that has arrived.
///
/// # Errors
/// When the output cannot be written.
pub fn write_arrival(written: &Written, format: ExplainFormat, out: &mut impl Write) -> io::Result<()> {
    if let ExplainFormat::Json = format {
        serde_json::to_writer(&mut *out, written)?;
        return writeln!(out);
    }
    let line = written.line.as_ref().map(ToString::to_string).unwrap_or_default();
    writeln!(out, "arrived  {}  {line}", written.file)?;
    out.flush()
}
