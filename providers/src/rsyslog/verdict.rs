//! Whether messages would really be forwarded: what a configuration comes to is asked, not what a file says.

use std::path::Path;

use super::action::{ActionId, Refusal};
use super::desired::RsyslogForward;
use super::files::Files;
use super::forwards::{Forward, Obstacle, ObstacleKind};
use super::pmask::Pmask;
use super::state::{Reading, includes, marked};
use super::tree::Span;
use crate::shown::Shown;

/// Which messages should come to a forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// For sure.
    pub sure: Pmask,
    /// Those that can.
    pub may: Pmask,
}

impl Wanted {
    /// By the selector, or by what the filter lets through where nothing else is.
    #[must_use]
    pub fn of(desired: &RsyslogForward) -> Self {
        let Some(filter) = &desired.filter else {
            let mask = desired.selector().mask();
            return Self { sure: mask, may: mask };
        };
        let text = format!("if ({}) then {{\naction(type=\"omfile\" file=\"/x\")\n}}\n", filter.0);
        let path = Path::new("/filter");
        let alone = Reading::read(Files::default().with(path, Some(text.into_bytes())), path);
        let hit = alone.flow.hit(0);
        let mask = |pick: fn(super::semantics::Hit) -> Pmask| hit.map_or(Pmask::NONE, pick);
        Self { sure: mask(|hit| hit.sure), may: mask(|hit| hit.may) }
    }

    /// What is wanted and does not come.
    #[must_use]
    pub fn missing(&self, forward: &Forward) -> Pmask {
        self.sure.without(forward.reach.sure) | self.may.without(forward.reach.may)
    }
}

/// Whether something stands under one of our names.
pub(super) fn under<'r>(reading: &'r Reading, name: &str) -> impl Fn(Span) -> bool + use<'r> {
    let files = reading.config.files.iter().enumerate().filter(|(_, file)| file.text_of.is_none());
    let stretches: Vec<_> =
        files.filter_map(|(index, file)| Some((index, marked(&file.bytes, name)?.0))).collect();
    move |span| {
        let (file, start) = (span.file as usize, span.start as usize);
        stretches.iter().any(|(index, range)| *index == file && range.contains(&start))
    }
}

/// The forwards under one of our names.
pub fn forwards_of<'r>(reading: &'r Reading, name: &str) -> Vec<&'r Forward> {
    let is_ours = under(reading, name);
    reading.forwards.iter().filter(|forward| is_ours(forward.span)).collect()
}

/// The actions under one of our names, also those that rsyslogd goes on without.
#[must_use]
pub fn actions_of(reading: &Reading, name: &str) -> Vec<ActionId> {
    let is_ours = under(reading, name);
    let actions = reading.config.actions().iter().enumerate();
    actions.filter(|(_, action)| is_ours(action.span)).map(|(id, _)| id).collect()
}

/// Why the messages would not be forwarded by the lines of a file; `None` when they would.
#[must_use]
pub fn obstacle(reading: &Reading, desired: &RsyslogForward, file: &Path) -> Option<Shown> {
    let config = &reading.config;
    if !includes(config, file) {
        let incomplete = (!config.is_complete).then(|| config.faults.last()).flatten();
        return Some(Shown::owned(match incomplete {
            Some(fault) => format!("{}: rsyslogd reads nothing behind this line", config.place(fault.span)),
            None => format!(
                "{} is not read: no include finds it",
                Shown::bytes(file.as_os_str().as_encoded_bytes())
            ),
        }));
    }
    let forwards = forwards_of(reading, &desired.name.0);
    let servers = desired.servers();
    if forwards.len() < servers.len() {
        return Some(Shown::text(if desired.filter.is_some() {
            "rsyslogd would not read these lines as a forward: look at `filter`"
        } else {
            "rsyslogd would not read these lines as a forward: something before them is not closed"
        }));
    }
    if forwards.len() > servers.len() {
        return Some(Shown::text("the file is read twice, and each message would be forwarded twice"));
    }
    let first = forwards.first()?;
    let wanted = Wanted::of(desired);
    if wanted.may.is_empty() {
        return Some(Shown::text("no message would pass `filter`"));
    }
    let refused = forwards.iter().find_map(|forward| {
        let is_refusal = |obstacle: &&Obstacle| {
            matches!(obstacle.kind, ObstacleKind::Refused(_) | ObstacleKind::Disabled | ObstacleKind::NoRule)
        };
        Some((*forward, forward.reach.obstacles.iter().find(is_refusal)?))
    });
    if let Some((_, obstacle)) = refused {
        return Some(words(reading, obstacle));
    }
    let missing = wanted.missing(first);
    (!missing.is_empty()).then(|| {
        let is_in_the_way = |obstacle: &&Obstacle| {
            let is_own = config.place(obstacle.span).file == file && obstacle.kind == ObstacleKind::Filter;
            !is_own && !(obstacle.may & missing).is_empty()
        };
        match first.reach.obstacles.iter().find(is_in_the_way) {
            Some(obstacle) => words(reading, obstacle),
            None => elsewhere(reading, missing),
        }
    })
}

/// What keeps messages away that is not in the forward's own ruleset.
fn elsewhere(reading: &Reading, missing: Pmask) -> Shown {
    let config = &reading.config;
    let default =
        config.rulesets().iter().position(|ruleset| ruleset.name == super::tree::DEFAULT_RULESET.as_bytes());
    let stops = default.and_then(|index| reading.flow.stops.get(index));
    let stop = stops.into_iter().flatten().find(|stop| !(stop.may & missing).is_empty());
    Shown::owned(match stop {
        Some(stop) => format!("{} ends {} before they come there", config.place(stop.span), told(missing)),
        None => format!("no input brings {missing} to the ruleset that it stands in"),
    })
}

fn told(mask: Pmask) -> String {
    if mask.is_all() { "all messages".into() } else { mask.to_string() }
}

/// An obstacle in words, with its place.
#[must_use]
pub fn words(reading: &Reading, obstacle: &Obstacle) -> Shown {
    let config = &reading.config;
    let place = config.place(obstacle.span);
    let text =
        Shown::bytes(config.text(obstacle.span).split(|byte| *byte == b'\n').next().unwrap_or_default());
    let taken = told(obstacle.may);
    Shown::owned(match &obstacle.kind {
        ObstacleKind::Disabled => format!("{place} is switched off by config.enabled"),
        ObstacleKind::Refused(refusal) => {
            format!("{place}: rsyslogd goes on without it: {}", refusal_words(refusal))
        }
        ObstacleKind::NoRule => format!("{place}: rsyslogd discards the rule that it stands in"),
        ObstacleKind::RulesetNotEntered => format!("{place}: no input and no call leads to this ruleset"),
        ObstacleKind::Filter => format!("{place} lets only some messages through: `{text}`"),
        ObstacleKind::Stop => format!("{place} ends {taken} before: `{text}`"),
        ObstacleKind::Failover => format!("{place} waits for the action before it to fail"),
        ObstacleKind::Skips => format!("{place} leaves out messages by count or time"),
    })
}

fn refusal_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ModuleNotLoaded => "its module is not loaded before it".into(),
        Refusal::NoTemplate(name) => format!("no template `{}` is defined before it", Shown::bytes(name)),
        Refusal::MissingParameter(name) => format!("`{name}` is missing"),
        Refusal::BadParameter(name) => format!("`{}` has a value that it cannot have", Shown::bytes(name)),
        Refusal::TrailingText => "text stands behind it".into(),
        Refusal::NoOutputChannel(name) => format!("no output channel `{}` is defined", Shown::bytes(name)),
        Refusal::UnknownAction => "no module takes it".into(),
    }
}
