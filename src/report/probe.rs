//! What the probe has found, for a person or a program.

use std::io::{self, Write};

use serde_json::{Value, json};
use standfast_facts::probe::ntp::{CommandPort, Monlist, NtpProved, NtpRequest, NtpVerdict};
use standfast_facts::probe::snmp::{CommunityProved, Label, Sight, SnmpProved, SnmpRequest, SnmpVerdict};
use standfast_facts::probe::{Exchange, Presence, Proved, Target, Vantage};
use standfast_providers::shown::Shown;

use super::style::Style;
use crate::cli::ExplainFormat;
use crate::probe::Probed;

/// How many addresses of which the same holds are named.
const NAMED: usize = 4;

/// How many clients ntpd 4.2.6 keeps, and what that comes to: an attacker fills the list himself.
const FULL_LIST: u32 = 600;
const FULL_LIST_SAID: &str = "; a full list of 600 clients makes 44000 bytes, factor 5500";

/// Writes what was found.
///
/// # Errors
/// When the output cannot be written.
pub fn write(probed: &Probed, format: ExplainFormat, style: Style, out: &mut impl Write) -> io::Result<()> {
    match format {
        ExplainFormat::Text => write_text(probed, style, out),
        ExplainFormat::Json => super::json::write_pretty(&value(probed), out),
    }
}

/// What holds of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Open,
    Closed,
    Absent,
    Unknown,
}

impl Mark {
    fn word(self, vantage: Vantage, style: Style) -> String {
        match self {
            Self::Open if vantage == Vantage::Loopback => style.faint("open   "),
            Self::Open => style.bad("OPEN   "),
            Self::Closed => style.good("closed "),
            Self::Absent => style.faint("absent "),
            Self::Unknown => style.drift("unknown"),
        }
    }
}

/// One sentence, and the addresses of which it holds.
struct Row {
    mark: Mark,
    vantage: Vantage,
    addresses: Vec<String>,
    text: String,
}

/// The sentences on a service, those that are alike in one.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn add(&mut self, target: Target, mark: Mark, text: String) {
        let like = |row: &&mut Row| row.mark == mark && row.vantage == target.vantage && row.text == text;
        match self.0.iter_mut().find(like) {
            Some(row) => row.addresses.push(address(target)),
            None => {
                self.0.push(Row { mark, vantage: target.vantage, addresses: vec![address(target)], text })
            }
        }
    }

    fn write(&self, title: &str, style: Style, out: &mut impl Write) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", style.strong(title))?;
        for row in &self.0 {
            let named = row.addresses.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let others = match row.addresses.len().saturating_sub(NAMED) {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            let mut from = match row.vantage {
                Vantage::Own => String::new(),
                Vantage::Loopback => " (loopback, which says nothing of others)".into(),
                Vantage::Foreign => " (another host)".into(),
            };
            from.insert_str(0, &others);
            writeln!(out, "  {}  {}{from}", row.mark.word(row.vantage, style), style.strong(&named))?;
            writeln!(out, "           {}", row.text)?;
        }
        Ok(())
    }
}

fn write_text(probed: &Probed, style: Style, out: &mut impl Write) -> io::Result<()> {
    let (mut ntp, mut command, mut snmp) = (Rows::default(), Rows::default(), Rows::default());
    for proved in &probed.targets {
        if let Some(found) = &proved.ntp {
            let (mark, text) = ntp_text(found);
            ntp.add(proved.target, mark, text);
            // On loopback it is how chronyc talks with its daemon.
            let is_there = proved.target.vantage != Vantage::Loopback;
            let told = found.command.as_ref().filter(|_| is_there).and_then(command_text);
            if let Some((mark, text)) = told {
                command.add(proved.target, mark, text);
            }
        }
        if let Some(found) = &proved.snmp {
            snmp_texts(found).into_iter().for_each(|(mark, text)| snmp.add(proved.target, mark, text));
        }
    }
    ntp.write("NTP", style, out)?;
    command.write("chrony's command port", style, out)?;
    snmp.write("SNMP", style, out)?;
    write_remedies(probed, style, out)
}

fn write_remedies(probed: &Probed, style: Style, out: &mut impl Write) -> io::Result<()> {
    let is_open = |opens: fn(&Proved) -> bool| probed.targets.iter().any(opens);
    let queries = |proved: &Proved| proved.ntp.as_ref().is_some_and(|ntp| ntp.verdict.is_open());
    let strangers = |proved: &Proved| proved.target.vantage != Vantage::Loopback;
    let mut remedy = |what: &str, by_hand: &str| {
        writeln!(out, "{} `standfast apply` closes {what}; by hand: {by_hand}", style.faint("do:"))
    };
    if probed.targets.iter().any(|proved| strangers(proved) && queries(proved)) {
        remedy("NTP", "`noquery` in the default restrictions of IPv4 and of IPv6, then restart the daemon")?;
    }
    if probed.targets.iter().any(|proved| proved.opens_ntp() && !queries(proved)) {
        remedy(
            "the command port",
            "no `bindcmdaddress` but loopback, or no `cmdallow`, then restart chronyd",
        )?;
    }
    if is_open(Proved::opens_snmp) {
        remedy("SNMP", "remove each line that grants the community, then reload snmpd")?;
    }
    if probed.is_open() {
        let factor =
            "factor: bytes that a forged request has sent to its victim, for each byte that it costs";
        writeln!(out, "{}", style.faint(factor))?;
    }
    if !is_open(|proved| proved.target.vantage == Vantage::Own) {
        return Ok(());
    }
    let seen = "asked from this host itself, as a stranger: a firewall before it is not seen from here";
    writeln!(out, "{}", style.faint(seen))
}

fn address(Target { address, scope, .. }: Target) -> String {
    if scope == 0 { address.to_string() } else { format!("{address}%{scope}") }
}

fn unasked(presence: &Presence) -> Option<String> {
    match presence {
        Presence::Unasked(error) => Some(format!("could not be asked: {error}")),
        _ => None,
    }
}

fn ntp_text(found: &NtpProved) -> (Mark, String) {
    let worst = |found: &NtpProved| {
        found.worst().map_or_else(String::new, |worst| format!("{}: {}", worst.request.word(), worst.measure))
    };
    match (found.verdict, found.monlist) {
        (NtpVerdict::MonlistOpen, Monlist::Entries(clients)) => {
            let full = if clients < FULL_LIST { FULL_LIST_SAID } else { "" };
            let clients = if clients == 1 { "1 client".into() } else { format!("{clients} clients") };
            (
                Mark::Open,
                format!("tells the list of its clients (monlist, {clients}); {}{full}", worst(found)),
            )
        }
        (NtpVerdict::Mode7Open, Monlist::NoData) if found.control => (
            Mark::Open,
            format!("keeps no list of its clients, and answers mode 7 all the same; {}", worst(found)),
        ),
        (NtpVerdict::Mode7Open, Monlist::NoData) => {
            (Mark::Open, format!("answers monlist, with a list that is empty or not kept; {}", worst(found)))
        }
        (NtpVerdict::MonlistOpen | NtpVerdict::Mode7Open, _) => {
            (Mark::Open, format!("answers mode 7; {}", worst(found)))
        }
        (NtpVerdict::Mode6Open, _) => (Mark::Open, format!("answers mode 6; {}", worst(found))),
        (NtpVerdict::Closed, _) => (Mark::Closed, "tells the time and nothing else".into()),
        (NtpVerdict::NoListener, _) => (Mark::Absent, "nothing listens".into()),
        (NtpVerdict::CannotTell, _) => {
            let silent = "answers nothing, not even the time: told to be silent, behind a firewall, or asked too often \
                          (`limited`: ask again in a few seconds)";
            (Mark::Unknown, unasked(&found.presence).unwrap_or_else(|| silent.into()))
        }
    }
}

/// A command port that is not there is not worth a line.
fn command_text(found: &CommandPort) -> Option<(Mark, String)> {
    match &found.presence {
        Presence::Answers => {
            let measure = found.exchange.map(|exchange| exchange.measure.to_string()).unwrap_or_default();
            Some((Mark::Open, format!("answers questions on its state; tracking: {measure}")))
        }
        Presence::Silent => Some((Mark::Closed, "is there, and answers nothing".into())),
        Presence::Refused | Presence::Unasked(_) => None,
    }
}

fn snmp_texts(found: &SnmpProved) -> Vec<(Mark, String)> {
    let accepted = found.communities.iter().filter(|one| one.sight().is_some());
    let texts: Vec<_> = accepted.map(|one| (Mark::Open, community_text(found, one))).collect();
    if !texts.is_empty() {
        return texts;
    }
    let tried = found.communities.iter().map(|one| name(one.label)).collect::<Vec<_>>().join(", ");
    let (mark, text) = match found.verdict {
        SnmpVerdict::Refused => {
            (Mark::Closed, format!("answers SNMPv3's discovery and none of the communities {tried}"))
        }
        SnmpVerdict::NoListener => (Mark::Absent, "nothing listens".into()),
        SnmpVerdict::CannotTell | SnmpVerdict::Accepted | SnmpVerdict::HiddenByView => {
            let silent = format!(
                "answers nothing to the communities {tried}, nor to SNMPv3's discovery: told to be silent, or behind a \
                 firewall"
            );
            (Mark::Unknown, unasked(&found.presence).unwrap_or(silent))
        }
    };
    vec![(mark, text)]
}

fn community_text(found: &SnmpProved, community: &CommunityProved) -> String {
    let versions = [(community.v1, "v1"), (community.v2c, "v2c")];
    let versions = versions.iter().filter(|(sight, _)| sight.is_some()).map(|(_, word)| *word);
    let versions = versions.collect::<Vec<_>>().join(", ");
    let sees = match community.sight() {
        Some(Sight::Hidden) => ", though a view hides what was asked for",
        Some(Sight::Error(_)) => ", though with an error",
        Some(Sight::Seen) | None => "",
    };
    let worst = found
        .worst(community.label)
        .map_or_else(String::new, |worst| format!("; {}: {}", worst.request.word(), worst.measure));
    format!("accepts the community {} ({versions}){sees}{worst}", name(community.label))
}

fn name(label: Label) -> String {
    match label {
        Label::Default(name) => format!("`{name}`"),
        Label::Configured(number) => format!("number {} of the configuration", number + 1),
    }
}

fn value(probed: &Probed) -> Value {
    json!({
        "open": probed.is_open(),
        "took_ms": (probed.took.as_secs_f64() * 10_000.0).round() / 10.0,
        "targets": probed.targets.iter().map(target_value).collect::<Vec<_>>(),
    })
}

fn target_value(proved: &Proved) -> Value {
    let mut value = json!({
        "address": address(proved.target),
        "vantage": proved.target.vantage.word(),
        "source": proved.source,
    });
    if let Some(found) = &proved.ntp {
        value["ntp"] = ntp_value(found, proved.opens_ntp());
    }
    if let Some(found) = &proved.snmp {
        value["snmp"] = snmp_value(found, proved.opens_snmp());
    }
    value
}

fn ntp_value(found: &NtpProved, open: bool) -> Value {
    let mut value = json!({
        "open": open,
        "verdict": found.verdict.word(),
        "presence": found.presence.word(),
        "error": unasked(&found.presence),
        "control": found.control,
        "monlist_clients": match found.monlist { Monlist::Entries(clients) => Some(clients), _ => None },
        "version": found.version.as_deref().map(Shown::bytes),
        "requests": found.exchanges.iter().map(|one| exchange_value(one, one.request.word())).collect::<Vec<_>>(),
    });
    if let Some(command) = &found.command {
        value["command_port"] = json!({
            "presence": command.presence.word(),
            "requests": command.exchange.iter().map(|one: &Exchange<NtpRequest>| exchange_value(one, one.request.word())).collect::<Vec<_>>(),
        });
    }
    value
}

fn snmp_value(found: &SnmpProved, open: bool) -> Value {
    let word = |sight: Option<Sight>| match sight {
        None => "silent",
        Some(Sight::Seen) => "accepted",
        Some(Sight::Hidden) => "hidden_by_view",
        Some(Sight::Error(_)) => "error",
    };
    let communities = found
        .communities
        .iter()
        .map(|one| json!({ "community": label_value(one.label), "v1": word(one.v1), "v2c": word(one.v2c) }));
    let requests = found.exchanges.iter().map(|one: &Exchange<SnmpRequest>| {
        let mut value = exchange_value(one, one.request.word());
        value["community"] = one.request.label().map_or(Value::Null, label_value);
        value
    });
    json!({
        "open": open,
        "verdict": found.verdict.word(),
        "presence": found.presence.word(),
        "error": unasked(&found.presence),
        "control": found.control,
        "communities": communities.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    })
}

/// The name of a default community, the number of one of the configuration.
fn label_value(label: Label) -> Value {
    match label {
        Label::Default(name) => name.into(),
        Label::Configured(number) => number.into(),
    }
}

fn exchange_value<R>(exchange: &Exchange<R>, word: &str) -> Value {
    let round = |factor: f64| (factor * 10.0).round() / 10.0;
    let measure = &exchange.measure;
    json!({
        "request": word,
        "request_bytes": measure.request_bytes,
        "reply_bytes": measure.reply_bytes,
        "reply_packets": measure.reply_packets,
        "factor": round(measure.factor()),
        "wire_factor": round(measure.wire_factor()),
        "end": exchange.end.word(),
    })
}
