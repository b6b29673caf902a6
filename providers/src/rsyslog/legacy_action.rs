//! Actions of the older language: which module takes a line, and what it makes of it.
//!
//! Source: `parseSelectorAct` of tools/omfwd.c, omfile.c, ompipe.c, omshell.c, omdiscard.c, omusrmsg.c, and of
//! plugins/omrelp; `cflineParseFileName` and `cflineParseTemplateName` in runtime/conf.c.

use super::action::{File, Framing, Protocol, Refusal};
use super::logical::is_space;

/// A line as its module reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The module.
    pub module: Vec<u8>,
    /// What it is asked to do.
    pub what: What,
    /// The template behind `;`; `None` for the module's own.
    pub template: Option<Vec<u8>>,
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// `@`, `@@`, `:omrelp:`
    Forward(Target),
    /// `/file`, `-/file`, `?template`
    File(File),
    /// `|pipe`
    Pipe(Vec<u8>),
    /// `user`, `*`
    Users,
    /// `~`
    Discard,
    /// `^program`
    Program,
    /// `:ommysql:…` and `>…`, whose text may hold a password.
    Module,
}

/// Where a line forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// UDP, TCP or RELP.
    pub protocol: Protocol,
    /// By lines or by length.
    pub framing: Framing,
    /// All bytes up to `:`, `;` or `#`: blanks too.
    pub host: Vec<u8>,
    /// The digits behind `:`; empty where it is followed by something else.
    pub port: Option<Vec<u8>>,
}

/// Reads a line.
///
/// # Errors
/// When rsyslogd refuses it.
pub fn read(text: &[u8]) -> Result<Line, (Vec<u8>, Refusal)> {
    let line = |module: &str, what, template| Line { module: module.as_bytes().to_vec(), what, template };
    let refused = |module: &str| {
        let module = module.as_bytes().to_vec();
        move |refusal| (module, refusal)
    };
    let path = text.strip_prefix(b":omfile:").unwrap_or(text);
    match path {
        [b'-', rest @ ..] if matches!(rest, [b'$' | b'?' | b'/' | b'.', ..]) => {
            let (file, template) = file(rest).map_err(refused("omfile"))?;
            return Ok(line("omfile", What::File(file), template));
        }
        [b'$' | b'?' | b'/' | b'.', ..] => {
            let (file, template) = file(path).map_err(refused("omfile"))?;
            return Ok(line("omfile", What::File(file), template));
        }
        _ => {}
    }
    match text {
        [b'|', rest @ ..] => {
            let (name, template) = file_name(rest).map_err(refused("ompipe"))?;
            Ok(line("ompipe", What::Pipe(name), template))
        }
        [b'^', rest @ ..] => {
            let (_, template) = file_name(rest).map_err(refused("omshell"))?;
            Ok(line("omshell", What::Program, template))
        }
        [b'~', ..] => Ok(line("omdiscard", What::Discard, None)),
        [b'@', ..] => {
            let (target, template) = forward(text).map_err(refused("omfwd"))?;
            Ok(line("omfwd", What::Forward(target), template))
        }
        [b'>', ..] => Ok(line("ommysql", What::Module, None)),
        [b':', rest @ ..] => {
            let name = rest.split(|byte| *byte == b':').next().unwrap_or_default();
            let behind = rest.get(name.len() + 1..).unwrap_or_default();
            module(name, behind)
        }
        _ => {
            let template = users(text).map_err(refused("omusrmsg"))?;
            Ok(line("omusrmsg", What::Users, template))
        }
    }
}

/// `:name:text`. Names are compared in their case.
fn module(name: &[u8], behind: &[u8]) -> Result<Line, (Vec<u8>, Refusal)> {
    let module = name.to_vec();
    match name {
        b"omusrmsg" => {
            let template = users(behind).map_err(|refusal| (module.clone(), refusal))?;
            Ok(Line { module, what: What::Users, template })
        }
        b"omrelp" => {
            let (target, template) = relp(behind).map_err(|refusal| (module.clone(), refusal))?;
            Ok(Line { module, what: What::Forward(target), template })
        }
        _ => Ok(Line { module, what: What::Module, template: None }),
    }
}

type Read<T> = Result<(T, Option<Vec<u8>>), Refusal>;

/// `@`, or `@@` for TCP; `(z9,o)`; host; `:port`; `;template`.
fn forward(text: &[u8]) -> Read<Target> {
    let (protocol, rest) = match text {
        [b'@', b'@', rest @ ..] => (Protocol::Tcp, rest),
        _ => (Protocol::Udp, text.get(1..).unwrap_or_default()),
    };
    let (framing, rest) = options(rest);
    let (host, port, rest) = host_and_port(rest);
    let skipped = rest.iter().position(|byte| matches!(byte, b';' | b'#') || is_space(*byte));
    let template = template_name(&rest[skipped.unwrap_or(rest.len())..])?;
    Ok((Target { protocol, framing, host: host.to_vec(), port: port.map(<[u8]>::to_vec) }, template))
}

/// Options are letters between commas; what stands behind a letter is passed over.
fn options(text: &[u8]) -> (Framing, &[u8]) {
    let mut framing = Framing::Traditional;
    let [b'(', ..] = text else { return (framing, text) };
    let end = text.iter().position(|byte| *byte == b')').unwrap_or(text.len());
    for option in text[1..end].split(|byte| *byte == b',') {
        if option.first() == Some(&b'o') {
            framing = Framing::OctetCounted;
        }
    }
    (framing, text.get(end + 1..).unwrap_or_default())
}

/// The host up to `;`, `:` or `#`, or in brackets; then the digits of the port.
fn host_and_port(text: &[u8]) -> (&[u8], Option<&[u8]>, &[u8]) {
    let (host, rest) = match text {
        [b'[', rest @ ..] => match rest.iter().position(|byte| *byte == b']') {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &[][..]),
        },
        _ => {
            let end = text.iter().position(|byte| b";:#".contains(byte)).unwrap_or(text.len());
            (&text[..end], &text[end..])
        }
    };
    match rest {
        [b':', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (host, Some(&rest[..digits]), &rest[digits..])
        }
        _ => (host, None, rest),
    }
}

fn relp(text: &[u8]) -> Read<Target> {
    let (host, port, rest) = host_and_port(text);
    let end = rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len());
    // Without a port the host runs on to the template, `#` and all.
    let host = match port {
        None if !text.starts_with(b"[") => &text[..host.len() + end],
        _ => host,
    };
    let template = template_name(&rest[end..])?;
    let target = Target {
        protocol: Protocol::Relp,
        framing: Framing::OctetCounted,
        host: host.to_vec(),
        port: port.map(<[u8]>::to_vec),
    };
    Ok((target, template))
}

fn file(text: &[u8]) -> Read<File> {
    let (dynamic, rest) = match text {
        [b'?', rest @ ..] => (true, rest),
        [b'$', ..] => {
            // An output channel, `$name`; the channel knows the path.
            let (_, template) = file_name(text)?;
            return Ok((File { path: text.to_vec(), dynamic: true }, template));
        }
        _ => (false, text),
    };
    let (path, template) = file_name(rest)?;
    Ok((File { path, dynamic }, template))
}

/// A name up to the first blank or `;`; a tab belongs to it.
fn file_name(text: &[u8]) -> Read<Vec<u8>> {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b';')).unwrap_or(text.len());
    Ok((text[..end].to_vec(), template_name(&text[end..])?))
}

/// Users up to `;`; `*` is everybody who is logged in.
fn users(text: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    if let [b'*', rest @ ..] = text {
        return template_name(rest);
    }
    let begins = text.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte));
    if !begins {
        return Err(Refusal::UnknownAction);
    }
    template_name(&text[text.iter().position(|byte| *byte == b';').unwrap_or(text.len())..])
}

/// `;name`, or nothing but a comment.
fn template_name(text: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let text = trim_start(text);
    let text = match text {
        [] | [b'#', ..] => return Ok(None),
        [b';', rest @ ..] => trim_start(rest),
        _ => return Err(Refusal::TrailingText),
    };
    let end = text.iter().position(|byte| *byte == b'#' || is_space(*byte)).unwrap_or(text.len());
    Ok((end > 0).then(|| text[..end].to_vec()))
}

fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| is_space(**byte)).count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host and port as they are sent to.
    fn target(text: &str) -> String {
        match read(text.as_bytes()) {
            Ok(Line { what: What::Forward(target), template, .. }) => {
                let port = target.port.map(|port| format!(":{}", String::from_utf8_lossy(&port)));
                let template = template.map(|name| format!(";{}", String::from_utf8_lossy(&name)));
                let framing = if target.framing == Framing::OctetCounted { "(o)" } else { "" };
                format!(
                    "{} {framing}{}|{}{}",
                    target.protocol.word(),
                    String::from_utf8_lossy(&target.host),
                    port.unwrap_or_default(),
                    template.unwrap_or_default()
                )
            }
            Ok(other) => format!("{other:?}"),
            Err((_, refusal)) => format!("{refusal:?}"),
        }
    }

    #[test]
    fn a_host_is_all_bytes_up_to_the_next_sign() {
        assert_eq!(target("@@h:514"), "tcp h|:514");
        assert_eq!(target("@h"), "udp h|");
        assert_eq!(target("@@127.0.0.1 # c"), "tcp 127.0.0.1 |");
        assert_eq!(target("@@127.0.0.1:514 # c"), "tcp 127.0.0.1|:514");
        assert_eq!(target("@@127.0.0.1# c"), "tcp 127.0.0.1|");
        assert_eq!(target("@@ host:514"), "tcp  host|:514");
        assert_eq!(target("@@::1:514"), "tcp |:");
        assert_eq!(target("@@[::1]:514"), "tcp ::1|:514");
        assert_eq!(target("@@h:syslog"), "tcp h|:");
        assert_eq!(target("@@h:514 foo"), "TrailingText");
        assert_eq!(target("@@h foo"), "tcp h foo|");
        assert_eq!(target("@@h:514 ; TPL"), "tcp h|:514;TPL");
        assert_eq!(target("@@(o)h:6514 # primary"), "tcp (o)h|:6514");
        assert_eq!(target("@(z9,o)h;T"), "udp (o)h|;T");
        assert_eq!(target(":omrelp:h:2514"), "relp (o)h|:2514");
        assert_eq!(target(":omrelp:h:2514;T"), "relp (o)h|:2514;T");
    }

    #[test]
    fn a_file_name_ends_at_a_blank_and_nothing_may_follow_it() {
        let file = |text: &str| match read(text.as_bytes()) {
            Ok(Line { what: What::File(file), .. }) => {
                format!("{}{}", if file.dynamic { "?" } else { "" }, String::from_utf8_lossy(&file.path))
            }
            other => format!("{other:?}"),
        };
        assert_eq!(file("-/var/log/mail # c"), "/var/log/mail");
        assert_eq!(file("?Dyn;T"), "?Dyn");
        assert!(file("/var/log/x y").contains("TrailingText"));
    }
}
