//! Inputs: which rulesets messages enter, and where.
//!
//! Source: the input modules of rsyslog; those that listen only when they are told to are not inputs by being loaded.

use super::build::Builder;
use super::legacy::Directive;
use super::reader::Reader;
use super::tree::{Input, Span};
use super::value::Parameters;

/// Modules that bring messages as soon as they are loaded.
const BY_THEMSELVES: [&str; 8] =
    ["imuxsock", "imklog", "imjournal", "imkmsg", "immark", "impstats", "imsolaris", "imdocker"];

fn input(module: &[u8], span: Span) -> Input {
    let module = module.to_vec();
    Input { span, module, ruleset: None, address: None, port: None, rate_limit: None, log_file: None }
}

/// A module was loaded.
pub fn loaded(builder: &mut Builder, name: &[u8], span: Span) {
    if BY_THEMSELVES.iter().any(|known| known.as_bytes() == name) {
        builder.inputs.push(input(name, span));
    }
}

/// The parameters of the module that was loaded last.
pub fn module(builder: &mut Builder, parameters: &Parameters, span: Span) {
    let Some(last) = builder.inputs.last_mut().filter(|input| input.span == span) else { return };
    last.ruleset = parameters.text("ruleset").ok().flatten().map(<[u8]>::to_vec);
    let number = |name| parameters.number(name).ok().flatten();
    let limit = |burst, interval| match (number(burst), number(interval)) {
        (None, None) => None,
        (burst, interval) => Some((burst.unwrap_or(-1), interval.unwrap_or(-1))),
    };
    match last.module.as_slice() {
        b"imuxsock" => {
            last.rate_limit = limit("syssock.ratelimit.burst", "syssock.ratelimit.interval");
            if parameters.switch("syssock.use") == Ok(Some(false)) {
                builder.inputs.pop();
            }
        }
        b"imjournal" => last.rate_limit = limit("ratelimit.burst", "ratelimit.interval"),
        b"impstats" => last.log_file = parameters.word("log.file").ok().flatten().map(<[u8]>::to_vec),
        _ => {}
    }
}

/// `input(type="…" …)`
pub fn object(builder: &mut Builder, parameters: &Parameters, span: Span, reader: &mut Reader<'_>) {
    let Ok(Some(module)) = parameters.text("type") else {
        return reader.fault(span, super::fault::FaultKind::MissingParameter("type"));
    };
    let text = |name| parameters.text(name).ok().flatten().map(<[u8]>::to_vec);
    let mut input = input(&module.to_ascii_lowercase(), span);
    input.ruleset = text("ruleset");
    input.address = text("address");
    input.port = text("port");
    let number = |name| parameters.number(name).ok().flatten();
    if let Some(interval) = number("ratelimit.interval") {
        input.rate_limit = Some((number("ratelimit.burst").unwrap_or(-1), interval));
    }
    builder.inputs.push(input);
}

/// A line that begins with `$` and is about an input.
pub fn legacy(builder: &mut Builder, directive: Directive<'_>, span: Span) {
    let word = directive.word();
    let listener = |builder: &Builder, module: &str| {
        let mut listener = input(module.as_bytes(), span);
        listener.port = Some(word.to_vec());
        listener.ruleset = builder.legacy.bound_to(module);
        listener
    };
    let made = match directive.name.to_ascii_lowercase().as_slice() {
        b"udpserverrun" => {
            let mut made = listener(builder, "imudp");
            made.address = builder.legacy.udp_address.clone();
            made
        }
        b"inputtcpserverrun" => listener(builder, "imtcp"),
        b"inputptcpserverrun" => listener(builder, "imptcp"),
        b"inputrelpserverrun" => listener(builder, "imrelp"),
        b"addunixlistensocket" => input(b"imuxsock", span),
        b"inputrunfilemonitor" => {
            let mut made = input(b"imfile", span);
            made.ruleset = builder.legacy.bound_to("imfile");
            made
        }
        b"omitlocallogging" => {
            if directive.switch() == Some(true) {
                builder.inputs.retain(|input| input.module != b"imuxsock" || input.port.is_some());
            }
            return;
        }
        b"systemlogratelimitinterval" | b"imuxsockratelimitinterval" => {
            return limit(builder, b"imuxsock", |(burst, _)| (burst, directive.number().unwrap_or(-1)));
        }
        b"systemlogratelimitburst" | b"imuxsockratelimitburst" => {
            return limit(builder, b"imuxsock", |(_, every)| (directive.number().unwrap_or(-1), every));
        }
        b"imjournalratelimitinterval" => {
            return limit(builder, b"imjournal", |(burst, _)| (burst, directive.number().unwrap_or(-1)));
        }
        b"imjournalratelimitburst" => {
            return limit(builder, b"imjournal", |(_, every)| (directive.number().unwrap_or(-1), every));
        }
        _ => return,
    };
    builder.inputs.push(made);
}

fn limit(builder: &mut Builder, module: &[u8], change: impl Fn((i64, i64)) -> (i64, i64)) {
    for input in builder.inputs.iter_mut().filter(|input| input.module == module) {
        input.rate_limit = Some(change(input.rate_limit.unwrap_or((-1, -1))));
    }
}
