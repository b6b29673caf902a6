//! What the modules make of their parameters, forwards above all.
//!
//! Source: `newActInst` of tools/omfwd.c, tools/omfile.c and plugins/omrelp/omrelp.c.

use super::action::{File, Forwarding, Framing, Protocol, Refusal, Sink, Tls};
use super::build::Builder;
use super::legacy_action::Target;
use super::value::{BadParameter, Parameters};

/// The port of a forward that names none.
pub const DEFAULT_PORT: &[u8] = b"514";

/// How many messages a limit takes that has an interval alone.
const DEFAULT_BURST: i64 = 200;

/// The outputs that take messages to other machines by other protocols than syslog.
const REMOTE: [&str; 17] = [
    "omamqp1",
    "omazureeventhubs",
    "omclickhouse",
    "omczmq",
    "omelasticsearch",
    "omgssapi",
    "omhdfs",
    "omhiredis",
    "omhttp",
    "omhttpfs",
    "omkafka",
    "ommail",
    "ommongodb",
    "ommysql",
    "ompgsql",
    "omrabbitmq",
    "omudpspoof",
];

/// What a module does that is neither a forward nor a file.
#[must_use]
pub fn sink_of_module(module: &[u8]) -> Sink {
    if REMOTE.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(module)) {
        return Sink::Remote;
    }
    match module {
        b"omprog" => Sink::Program,
        b"omusrmsg" => Sink::Users,
        _ => Sink::Other,
    }
}

/// The template of forwards that name none.
#[must_use]
pub fn default_template(builder: &Builder, protocol: Protocol) -> Vec<u8> {
    if protocol == Protocol::Relp {
        return b"RSYSLOG_ForwardFormat".to_vec();
    }
    let own = builder.forward_template.clone().or_else(|| builder.legacy.forward_template.clone());
    own.unwrap_or_else(|| b"RSYSLOG_TraditionalForwardFormat".to_vec())
}

/// What an `action()` of a module does, and the templates that it must find.
///
/// # Errors
/// When rsyslogd goes on without it.
pub fn sink(
    builder: &Builder,
    module: &[u8],
    parameters: &Parameters,
) -> Result<(Sink, Vec<Vec<u8>>), Refusal> {
    let bad = |BadParameter(name): BadParameter| Refusal::BadParameter(name.as_bytes().to_vec());
    let given = parameters.word("template").map_err(bad)?.map(<[u8]>::to_vec);
    match module {
        b"omfwd" => {
            let forwarding = syslog(parameters).map_err(bad)?;
            let template = given.unwrap_or_else(|| default_template(builder, forwarding.protocol));
            Ok((Sink::Forward(Box::new(forwarding)), vec![template]))
        }
        b"omrelp" => {
            let forwarding = relp(parameters)?;
            let template = given.unwrap_or_else(|| default_template(builder, Protocol::Relp));
            Ok((Sink::Forward(Box::new(forwarding)), vec![template]))
        }
        b"omfile" => {
            let template = given.unwrap_or_else(|| builder.file_default_template());
            file(parameters, template)
        }
        b"ompipe" => match parameters.text("pipe").map_err(bad)? {
            Some(path) => {
                let template = given.unwrap_or_else(|| b"RSYSLOG_TraditionalFileFormat".to_vec());
                Ok((Sink::Pipe(path.to_vec()), vec![template]))
            }
            None => Err(Refusal::MissingParameter("pipe")),
        },
        b"omusrmsg" => match parameters.get("users") {
            Some(_) => {
                parameters.text("users").map_err(bad)?;
                Ok((Sink::Users, given.into_iter().collect()))
            }
            None => Err(Refusal::MissingParameter("users")),
        },
        module => Ok((sink_of_module(module), given.into_iter().collect())),
    }
}

fn file(parameters: &Parameters, template: Vec<u8>) -> Result<(Sink, Vec<Vec<u8>>), Refusal> {
    let bad = |BadParameter(name): BadParameter| Refusal::BadParameter(name.as_bytes().to_vec());
    let (plain, dynamic) = (parameters.text("file").map_err(bad)?, parameters.text("dynafile").map_err(bad)?);
    let is_blank = |path: &[u8]| path.iter().all(u8::is_ascii_whitespace);
    match (plain, dynamic) {
        (_, Some(name)) if !is_blank(name) => {
            let file = File { path: name.to_vec(), dynamic: true };
            Ok((Sink::File(file), vec![template, name.to_vec()]))
        }
        (Some(path), None) if !is_blank(path) => {
            Ok((Sink::File(File { path: path.to_vec(), dynamic: false }), vec![template]))
        }
        _ if parameters.get("file").or(parameters.get("dynafile")).is_some_and(is_unknown) => {
            Ok((Sink::File(File { path: Vec::new(), dynamic: true }), vec![template]))
        }
        _ => Err(Refusal::MissingParameter("file")),
    }
}

fn is_unknown(parameter: &super::value::Parameter) -> bool {
    parameter.value == super::value::Value::Unknown
}

/// The number parameters of omfwd that must be right, or it is refused.
const NUMBERS: [&str; 7] = [
    "ziplevel",
    "rebindinterval",
    "keepalive.probes",
    "keepalive.time",
    "keepalive.interval",
    "udp.senddelay",
    "ratelimit.interval",
];

/// `action(type="omfwd" …)`
fn syslog(parameters: &Parameters) -> Result<Forwarding, BadParameter> {
    let word = |name| Ok(parameters.word(name)?.map(<[u8]>::to_vec));
    for name in NUMBERS {
        parameters.number(name)?;
    }
    let protocol = match parameters.word("protocol")? {
        None => None,
        Some(word) if word.eq_ignore_ascii_case(b"udp") => Some(Protocol::Udp),
        Some(word) if word.eq_ignore_ascii_case(b"tcp") => Some(Protocol::Tcp),
        Some(_) => return Err(BadParameter("protocol")),
    };
    let framing = match parameters.word("tcp_framing")? {
        None => Framing::Traditional,
        Some(word) if word.eq_ignore_ascii_case(b"traditional") => Framing::Traditional,
        Some(word) if word.eq_ignore_ascii_case(b"octet-counted") => Framing::OctetCounted,
        Some(_) => return Err(BadParameter("tcp_framing")),
    };
    let peers = parameters.word("streamdriverpermittedpeers")?.unwrap_or_default();
    let peers = peers.split(|byte| *byte == b',').filter(|peer| !peer.is_empty());
    let text = |name| Ok(parameters.text(name)?.map(<[u8]>::to_vec));
    let port = word("port")?;
    let burst = parameters.number("ratelimit.burst").ok().flatten();
    Ok(Forwarding {
        // The source address is not where it goes, whatever it looks like.
        target: word("target")?.unwrap_or_default(),
        port_given: port.is_some(),
        port: port.unwrap_or_else(|| DEFAULT_PORT.to_vec()),
        protocol: protocol.unwrap_or(Protocol::Udp),
        protocol_given: protocol.is_some(),
        framing,
        keep_alive: parameters.switch("keepalive")?.unwrap_or(false),
        // An interval of 0 is no limit, whatever the burst.
        rate_limit: parameters
            .number("ratelimit.interval")?
            .filter(|seconds| *seconds != 0)
            .map(|seconds| (burst.unwrap_or(DEFAULT_BURST), seconds)),
        tls: Tls {
            mentioned: parameters.0.iter().any(|parameter| parameter.name.starts_with(b"streamdriver")),
            on: parameters.number("streamdrivermode")? == Some(1),
            driver: word("streamdriver")?,
            auth_mode: word("streamdriverauthmode")?,
            permitted_peers: peers.map(<[u8]>::to_vec).collect(),
            ca_file: text("streamdriver.cafile")?,
            cert_file: text("streamdriver.certfile")?,
            key_file: text("streamdriver.keyfile")?,
            expired: word("streamdriver.permitexpiredcerts")?,
        },
    })
}

/// `action(type="omrelp" …)`
fn relp(parameters: &Parameters) -> Result<Forwarding, Refusal> {
    let bad = |BadParameter(name): BadParameter| Refusal::BadParameter(name.as_bytes().to_vec());
    let text = |name| parameters.text(name).map_err(bad).map(|text| text.map(<[u8]>::to_vec));
    if parameters.get("target").is_none() {
        return Err(Refusal::MissingParameter("target"));
    }
    let target = parameters.word("target").map_err(bad)?.map(<[u8]>::to_vec);
    let port = parameters.word("port").map_err(bad)?.map(<[u8]>::to_vec);
    for name in ["rebindinterval", "windowsize", "timeout", "conn.timeout"] {
        parameters.number(name).map_err(bad)?;
    }
    Ok(Forwarding {
        target: target.unwrap_or_default(),
        port_given: port.is_some(),
        port: port.unwrap_or_else(|| DEFAULT_PORT.to_vec()),
        protocol: Protocol::Relp,
        protocol_given: true,
        framing: Framing::OctetCounted,
        keep_alive: false,
        rate_limit: None,
        tls: Tls {
            mentioned: parameters.0.iter().any(|parameter| parameter.name.starts_with(b"tls")),
            on: parameters.switch("tls").map_err(bad)?.unwrap_or(false),
            driver: None,
            auth_mode: text("tls.authmode")?,
            permitted_peers: parameters.list("tls.permittedpeer").unwrap_or_default(),
            ca_file: text("tls.cacert")?,
            cert_file: text("tls.mycert")?,
            key_file: text("tls.myprivkey")?,
            expired: None,
        },
    })
}

/// A forward of the older language, which takes what `$ActionSendStreamDriver…` have set.
pub fn legacy(builder: &mut Builder, target: &Target) -> Forwarding {
    let legacy = &mut builder.legacy;
    let is_tcp = target.protocol == Protocol::Tcp;
    // The first TCP forward takes the peers away from those behind it.
    let permitted_peers = if is_tcp { std::mem::take(&mut legacy.permitted_peers) } else { Vec::new() };
    let is_relp = target.protocol == Protocol::Relp;
    let driver = legacy.driver.clone().filter(|_| !is_relp);
    let auth_mode = legacy.auth_mode.clone().filter(|_| !is_relp);
    Forwarding {
        target: target.host.clone(),
        port_given: target.port.is_some(),
        port: target.port.clone().unwrap_or_else(|| DEFAULT_PORT.to_vec()),
        protocol: target.protocol,
        protocol_given: true,
        framing: target.framing,
        keep_alive: legacy.keep_alive,
        rate_limit: None,
        tls: Tls {
            mentioned: is_tcp && (driver.is_some() || auth_mode.is_some() || !permitted_peers.is_empty()),
            on: is_tcp && legacy.driver_mode == 1,
            driver,
            auth_mode,
            permitted_peers,
            ..Tls::default()
        },
    }
}
