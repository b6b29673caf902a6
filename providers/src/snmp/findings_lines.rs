//! Findings on lines that do nothing, or not what they look like.

use rustc_hash::FxHashMap;

use super::findings::Words3;
use super::keyword::Keyword;
use super::likely;
use super::load::Defect;
use super::oid::OidDefect;
use super::source::SourceDefect;
use super::state::Snmp;
use super::syntax::Line;
use super::tables::LineId;
use crate::provider::Finding;
use crate::shown::Shown;

/// For so many unknown words what they may be meant for is looked for.
const MOST_UNKNOWN: usize = 100;

impl Snmp<'_> {
    /// The keyword of a line as it stands in its file, whatever type it is read as.
    fn keyword(&self, line: LineId) -> Keyword {
        self.line(line).map_or(Keyword::Unknown, |(line, bytes)| Keyword::anywhere(&line.name(bytes)))
    }

    pub(super) fn of_defect(&self, line: LineId, defect: Defect) -> Option<Words3> {
        let value = self.line(line).and_then(|(line, bytes)| line.raw_parameter(bytes)).unwrap_or_default();
        Some(match defect {
            Defect::Source(SourceDefect::Ipv4) if self.keyword(line) == Keyword::AuthCommunity => {
                return None;
            }
            Defect::Source(defect) => source_words(defect),
            Defect::Missing(what) => (
                "incomplete-line",
                format!("does nothing: {what} is missing"),
                "complete or remove it".into(),
            ),
            Defect::Empty(what) => (
                "incomplete-line",
                format!("does nothing: the {what} is empty"),
                "complete or remove it".into(),
            ),
            Defect::TooLong(what) => (
                "too-long",
                format!("does nothing: {what} is longer than snmpd keeps"),
                "names of users, groups and views have 32 characters at most, communities 255".into(),
            ),
            Defect::Oid(OidDefect::Symbolic) => return None,
            Defect::NothingIncluded => include_words(value),
            other => {
                let (code, message, remedy) = plain_words(other, value.contains(&b'#'));
                (code, message.into(), remedy.into())
            }
        })
    }

    /// Lines that are no directive where they stand.
    pub(super) fn add_unknown(&self, findings: &mut Vec<Finding>) {
        // Looking for what a word may be meant for takes longer than reading it.
        let mut known: FxHashMap<Vec<u8>, Words3> = FxHashMap::default();
        for other in &self.others {
            let Some((line, bytes)) = self.line(other.line) else { continue };
            let name = line.name(bytes);
            let types = Keyword::types(&name);
            let words = match other.keyword {
                Keyword::Include => (
                    "include-ambiguous",
                    "does nothing: snmpd wants to know what is included".into(),
                    "write includeFile, includeDir or includeSearch".into(),
                ),
                Keyword::BadSection => (
                    "unknown-section",
                    "changes nothing: there is no such section, or a blank is in it".into(),
                    "sections are [snmpd], [snmp] and [agentx]".into(),
                ),
                Keyword::Unknown if name.to_ascii_lowercase().starts_with(b"include") => (
                    "include-spelling",
                    "does nothing: the first letter of an include must be a small one, and no section may stand before it".into(),
                    "write it in small letters on a line of its own".into(),
                ),
                Keyword::Unknown if !types.is_empty() => (
                    "wrong-section",
                    format!("does nothing: `{}` is known in {}.conf only", Shown::bytes(&name), types[0].name()),
                    format!("write [{}] before it", types[0].name()),
                ),
                Keyword::Unknown if known.len() < MOST_UNKNOWN => {
                    known.entry(name).or_insert_with_key(|name| unknown_words(name)).clone()
                }
                Keyword::Unknown => known.get(&name).cloned().unwrap_or_else(|| unknown_words(b"")),
                _ => continue,
            };
            findings.push(self.finding(other.line, words));
        }
    }

    /// Lines that a NUL glued to others.
    pub(super) fn add_glued(&self, findings: &mut Vec<Finding>) {
        for (file, number) in self.files.iter().zip(0..) {
            for (chunk, index) in file.document.chunks().iter().zip(0..) {
                if chunk.entry.as_ref().is_some_and(Line::is_glued) {
                    let line = LineId { file: number, chunk: index };
                    findings.push(self.finding(
                        line,
                        (
                            "nul",
                            "holds a NUL: what stands behind it is dropped, and the next line is glued on".into(),
                            "remove the NUL".into(),
                        ),
                    ));
                }
            }
        }
    }
}

/// Of a word that is no directive.
fn unknown_words(name: &[u8]) -> Words3 {
    let plain = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
    if plain.len() < name.len() && Keyword::anywhere(plain) != Keyword::Unknown {
        return (
            "byte-order-mark",
            "does nothing: a byte order mark before it makes it an unknown word".into(),
            "save the file without the mark".into(),
        );
    }
    let remedy = match likely::directive_like(plain) {
        Some(known) => format!("write {known}, if that is meant"),
        None => "correct or remove it; snmpd writes it to its log as it stands".into(),
    };
    ("unknown-directive", "does nothing: snmpd knows no such directive".into(), remedy)
}

/// What needs no line to be told.
fn plain_words(defect: Defect, has_comment: bool) -> (&'static str, &'static str, &'static str) {
    match defect {
        Defect::Cut(_) => (
            "cut-community",
            "opens a community of 255 characters, which are the first of those that stand here",
            "make it shorter, at the pollers too",
        ),
        Defect::Example => ("example", "does nothing: COMMUNITY is the word of the example", "remove it"),
        Defect::Model => (
            "unknown-word",
            "does nothing: no such security model",
            "write v1, v2c, any, or usm in small letters",
        ),
        Defect::AnyModel => (
            "group-any",
            "is taken for all models, and before all lines for one model, wherever they stand",
            "write one line for v1 and one for v2c",
        ),
        Defect::Level => ("unknown-word", "does nothing: no such level", "write noauth, auth or priv"),
        Defect::Prefix => {
            ("unknown-word", "does nothing: neither `exact` nor `prefix` in small letters", "write exact")
        }
        Defect::PrefixZero => {
            ("unknown-word", "is taken as `exact`, and snmpd complains", "write exact for 0")
        }
        Defect::ViewType => (
            "unknown-word",
            "does nothing: neither `included` nor `excluded` in small letters",
            "write it in small letters",
        ),
        Defect::Oid(_) => (
            "bad-oid",
            "names no part of the tree: who is given it sees nothing and is answered all the same",
            "write the numbers, for example .1.3.6.1.2.1.1",
        ),
        Defect::Mask if has_comment => (
            "comment-as-mask",
            "does nothing: the comment behind a view is read as its mask",
            "put the comment on a line of its own",
        ),
        Defect::Mask => {
            ("bad-mask", "does nothing: the mask is no row of hexadecimal numbers", "write for example ff:a0")
        }
        Defect::ViewName => (
            "unknown-word",
            "names a type of view that does not exist",
            "write read or write, in small letters",
        ),
        _ => ("unknown-word", "does nothing: neither yes nor no", "write yes or no"),
    }
}

fn source_words(defect: SourceDefect) -> Words3 {
    match defect {
        SourceDefect::Mismatch => (
            "source-mismatch",
            "does nothing: the source has bits set where its mask has none, so snmpd drops the line".into(),
            "write the address of the network, for example 10.0.0.0/8".into(),
        ),
        SourceDefect::MaskLength | SourceDefect::Mask => (
            "bad-source",
            "does nothing: the mask of the source is none".into(),
            "write for example 10.0.0.0/8".into(),
        ),
        SourceDefect::Example => {
            ("example", "does nothing: NETWORK is the word of the example".into(), "remove it".into())
        }
        SourceDefect::Ipv4 => (
            "ipv4-in-ipv6",
            "does nothing: an IPv4 address where IPv6 is meant is skipped without a word".into(),
            "write rocommunity or com2sec for IPv4".into(),
        ),
        SourceDefect::Capitals => (
            "bad-source",
            "does nothing: `default` is a word in small letters, and this is looked up as a host".into(),
            "write default".into(),
        ),
        SourceDefect::NoName => (
            "bad-source",
            "does nothing: the source is neither an address nor a name; lists are not known".into(),
            "write one line for each source".into(),
        ),
    }
}

fn include_words(value: &[u8]) -> Words3 {
    if value.contains(&b'#')
        || value.ends_with(b" ")
        || value.ends_with(b"\t")
        || value.ends_with(b"\r")
        || value.starts_with(b"\"")
    {
        return (
            "include-literal",
            "includes nothing: the rest of the line is the name, with its blanks, quotes, comment and carriage return".into(),
            "leave only the name".into(),
        );
    }
    (
        "include-missing",
        "includes nothing: there is no such file or directory".into(),
        "create it, or remove the line".into(),
    )
}
