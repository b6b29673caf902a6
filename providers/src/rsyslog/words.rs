//! What keeps messages from an action, in words.

use super::action::{Action, Form, Refusal, Sink};
use super::config::Config;
use super::forwards::{Obstacle, ObstacleKind};
use super::pmask::Pmask;
use super::tree::Span;
use crate::shown::Shown;

/// Why rsyslogd goes on without an action.
#[must_use]
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ModuleNotLoaded => "its module is not loaded before it".into(),
        Refusal::NoTemplate(name) => format!("no template `{}` is defined before it", Shown::bytes(name)),
        Refusal::NoOutputChannel(name) => format!("no output channel `{}` is defined", Shown::bytes(name)),
        Refusal::MissingParameter(name) => format!("`{name}` is missing"),
        Refusal::BadParameter(name) => format!("`{}` has a value that it cannot have", Shown::bytes(name)),
        Refusal::TrailingText => "text stands behind it that is no template".into(),
        Refusal::UnknownAction => "no module takes it".into(),
    }
}

/// A set of messages in words.
#[must_use]
pub fn messages(mask: Pmask) -> String {
    if mask.is_all() { "all messages".into() } else { mask.to_string() }
}

/// What keeps messages away, without its place.
#[must_use]
pub fn obstacle(obstacle: &Obstacle) -> String {
    match &obstacle.kind {
        ObstacleKind::Disabled => "is switched off by config.enabled".into(),
        ObstacleKind::Refused(why) => format!("rsyslogd goes on without it: {}", refusal(why)),
        ObstacleKind::NoRule => "rsyslogd discards the rule that it stands in".into(),
        ObstacleKind::RulesetNotEntered => "no input and no call leads to this ruleset".into(),
        ObstacleKind::Filter if obstacle.sure == obstacle.may => {
            format!("keeps {} away", messages(obstacle.sure))
        }
        ObstacleKind::Filter if obstacle.sure.is_empty() => "lets through what it matches alone".into(),
        ObstacleKind::Filter => {
            format!("keeps {} away, and of the rest what it does not match", messages(obstacle.sure))
        }
        ObstacleKind::Stop if obstacle.sure == obstacle.may => {
            format!("ends {} before", messages(obstacle.may))
        }
        ObstacleKind::Stop => "ends what its filter matches before".into(),
        ObstacleKind::Failover => "waits for the action before it to fail".into(),
        ObstacleKind::Skips => "leaves out messages by count or time".into(),
    }
}

/// The line of an action, without passwords: in the newer language its module alone, which is all that is sure to be
/// no secret.
#[must_use]
pub fn action(config: &Config, action: &Action) -> Shown {
    match (action.form, &action.sink) {
        (Form::Object, _) => Shown::owned(format!("action(type=\"{}\" …)", Shown::bytes(&action.module))),
        // Actions of databases hold their password in the line.
        (Form::Legacy, Sink::Remote | Sink::Other) => {
            Shown::owned(format!(":{}:…", Shown::bytes(&action.module)))
        }
        (Form::Legacy, _) => line(config, action.span),
    }
}

/// The line that a statement begins on, or the statement alone where another one with a password may stand beside it.
#[must_use]
pub fn line(config: &Config, span: Span) -> Shown {
    let file = config.files.get(span.file as usize).map(|file| file.bytes.as_slice()).unwrap_or_default();
    let (before, from) = file.split_at(file.len().min(span.start as usize));
    let begin = standfast_facts::search::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let end = before.len() + standfast_facts::search::memchr(b'\n', from).unwrap_or(from.len());
    let line = file[begin..end].trim_ascii();
    let lower = line.to_ascii_lowercase();
    let has = |text: &[u8]| standfast_facts::search::find(&lower, text).is_some();
    let is_plain = |at: usize| {
        [&b":omusrmsg:"[..], b":omrelp:", b":omfile:"].iter().any(|known| lower[at..].starts_with(known))
    };
    let has_module = standfast_facts::search::find_iter(&lower, b":om").any(|at| !is_plain(at));
    if has_module || has(b"action") || has(b">") {
        return Shown::bytes(first_line(config.text(span)));
    }
    Shown::bytes(line)
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii()
}
