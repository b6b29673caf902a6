//! The forwards of a configuration: where messages leave this host, which, and what keeps the others away.

use super::action::{Action, ActionId, ActionState, Forwarding, Queue, Refusal, Retry};
use super::config::Config;
use super::pmask::Pmask;
use super::semantics::{Flow, Hit};
use super::tree::Span;
use crate::provider::Place;

/// How many stops are told at most of one action: a generated configuration can have one a line.
const MOST_STOPS_TOLD: usize = 8;

/// How many are looked at for them.
const MOST_STOPS_LOOKED_AT: usize = 1000;

/// One action that forwards by syslog.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The action, an index into [`Config::actions`].
    pub action: ActionId,
    /// Where it stands in its file.
    pub span: Span,
    /// Its file and line.
    pub place: Place,
    /// The name of the ruleset that it stands in; `None` where its rule is discarded.
    pub ruleset: Option<Vec<u8>>,
    /// Where it sends, and how.
    pub forwarding: Forwarding,
    /// The queue before it.
    pub queue: Queue,
    /// What it does when the other side is away.
    pub retry: Retry,
    /// The template of what it sends.
    pub template: Vec<u8>,
    /// What comes to it.
    pub reach: Reach,
}

/// What comes to an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The messages that come to it for sure.
    pub sure: Pmask,
    /// Those that can come to it; whether the rest of them does is up to each message.
    pub may: Pmask,
    /// What keeps messages away, in the order of execution.
    pub obstacles: Vec<Obstacle>,
}

/// Something that keeps messages from an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ObstacleKind,
    /// What it takes for sure.
    pub sure: Pmask,
    /// What it can take.
    pub may: Pmask,
}

/// What keeps messages from an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObstacleKind {
    /// `config.enabled` is not `on`.
    Disabled,
    /// rsyslogd says an error and goes on without it.
    Refused(Refusal),
    /// Its rule is discarded: the filter in front of it, or the ruleset around it, is not taken.
    NoRule,
    /// No input and no call leads to its ruleset.
    RulesetNotEntered,
    /// A filter around it.
    Filter,
    /// A `stop`, or a `call` of a ruleset with one, before it.
    Stop,
    /// It waits for the action before it to fail.
    Failover,
    /// It leaves out messages by count or time.
    Skips,
}

impl Reach {
    /// Whether nothing can come to it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.may.is_empty()
    }

    /// Whether all that this host's programs can log comes to it for sure.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.sure.is_all()
    }

    /// Whether something is up to the message.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.sure != self.may
    }
}

impl Config {
    /// All forwards in the order of their making, whether something comes to them or not.
    #[must_use]
    pub fn forwards(&self, flow: &Flow) -> Vec<Forward> {
        let forwards = self.actions().iter().enumerate().filter_map(|(id, action)| {
            let forwarding = action.forwarding()?;
            Some(Forward {
                action: id,
                span: action.span,
                place: self.place(action.span),
                ruleset: flow.hit(id).map(|hit| self.rulesets()[hit.ruleset].name.clone()),
                forwarding: self.with_globals(forwarding),
                queue: action.queue.clone(),
                retry: action.retry,
                template: action.template.clone(),
                reach: self.reach(flow, id),
            })
        });
        forwards.collect()
    }

    /// A forwarding with what holds for all of them where it has no own.
    fn with_globals(&self, forwarding: &Forwarding) -> Forwarding {
        let mut forwarding = forwarding.clone();
        if forwarding.protocol == super::action::Protocol::Tcp {
            let globals = self.globals();
            let or = |own: &Option<Vec<u8>>, global: &Option<Vec<u8>>| own.clone().or_else(|| global.clone());
            let tls = &mut forwarding.tls;
            tls.driver = or(&tls.driver, &globals.driver);
            tls.ca_file = or(&tls.ca_file, &globals.ca_file);
            tls.cert_file = or(&tls.cert_file, &globals.cert_file);
            tls.key_file = or(&tls.key_file, &globals.key_file);
        }
        forwarding
    }

    /// What comes to an action, and what keeps messages from it.
    #[must_use]
    pub fn reach(&self, flow: &Flow, id: ActionId) -> Reach {
        let nothing = Reach { sure: Pmask::NONE, may: Pmask::NONE, obstacles: Vec::new() };
        let Some(action) = self.actions().get(id) else { return nothing };
        let whole = |kind| Obstacle { span: action.span, kind, sure: Pmask::ALL, may: Pmask::ALL };
        let mut obstacles = Vec::new();
        match &action.state {
            ActionState::Active => {}
            ActionState::Disabled => obstacles.push(whole(ObstacleKind::Disabled)),
            ActionState::Refused(refusal) => obstacles.push(whole(ObstacleKind::Refused(refusal.clone()))),
        }
        let Some(hit) = flow.hit(id) else {
            obstacles.push(whole(ObstacleKind::NoRule));
            return Reach { obstacles, ..nothing };
        };
        obstacles.extend(self.ways(flow, hit, action));
        let (sure, may) = self.comes_to(flow, id);
        Reach { sure, may, obstacles }
    }

    /// What comes to an action for sure, and what can.
    #[must_use]
    pub fn comes_to(&self, flow: &Flow, id: ActionId) -> (Pmask, Pmask) {
        let (Some(action), Some(hit)) = (self.actions().get(id), flow.hit(id)) else {
            return (Pmask::NONE, Pmask::NONE);
        };
        let runs = action.state == ActionState::Active;
        let always = runs && !action.only_when_previous_suspended && !action.skips;
        (if always { hit.sure } else { Pmask::NONE }, if runs { hit.may } else { Pmask::NONE })
    }

    /// What is on the way to an action.
    fn ways(&self, flow: &Flow, hit: Hit, action: &Action) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        let entry = flow.entries[hit.ruleset];
        if entry.may.is_empty() {
            let span = self.rulesets()[hit.ruleset].span;
            let kind = ObstacleKind::RulesetNotEntered;
            obstacles.push(Obstacle { span, kind, sure: Pmask::ALL, may: Pmask::ALL });
        }
        let mut filters: Vec<Obstacle> = Vec::new();
        let mut wanted = Pmask::ALL;
        for frame in flow.filters_of(hit) {
            let (through, not) = if frame.is_else {
                (frame.truth.no, frame.truth.yes)
            } else {
                (frame.truth.yes, frame.truth.no)
            };
            wanted = wanted.without(not);
            if !through.is_all() {
                let kind = ObstacleKind::Filter;
                filters.push(Obstacle { span: frame.span, kind, sure: not, may: !through });
            }
        }
        obstacles.extend(stops(flow, hit, wanted));
        filters.reverse();
        obstacles.extend(filters);
        for (is_so, kind) in [
            (action.only_when_previous_suspended, ObstacleKind::Failover),
            (action.skips, ObstacleKind::Skips),
        ] {
            if is_so {
                obstacles.push(Obstacle { span: action.span, kind, sure: Pmask::NONE, may: Pmask::ALL });
            }
        }
        obstacles
    }
}

/// The stops before an action that take something which its filters would let through.
fn stops(flow: &Flow, hit: Hit, mut wanted: Pmask) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    for stop in flow.stops_before(hit).iter().take(MOST_STOPS_LOOKED_AT) {
        if (stop.may & wanted).is_empty() {
            continue;
        }
        let (sure, may) = (stop.sure & wanted, stop.may & wanted);
        obstacles.push(Obstacle { span: stop.span, kind: ObstacleKind::Stop, sure, may });
        wanted = wanted.without(stop.sure);
        if obstacles.len() == MOST_STOPS_TOLD {
            break;
        }
    }
    obstacles
}
