//! What holds for the configuration as a whole.

use super::Findings;
use crate::rsyslog::build::Builder;
use crate::rsyslog::forwards::{Obstacle, ObstacleKind};
use crate::rsyslog::pmask::Pmask;
use crate::rsyslog::tree::{Span, Statement, StatementKind};
use crate::shown::Shown;

impl Findings<'_> {
    pub(super) fn whole(&mut self) {
        self.coverage();
        self.rate_limits();
        if let Some(span) = self.config().globals().repeated_message_reduction {
            self.add(
                span,
                "repeated-messages",
                "puts `last message repeated` in the place of messages: their number and times are lost",
                "write `$RepeatedMsgReduction off`",
            );
        }
        for (caller, ruleset) in self.config().rulesets().iter().enumerate() {
            self.freed(caller, &ruleset.statements);
        }
    }

    /// Whether all that this host logs is forwarded by something. What a `stop` takes away is told at the `stop`.
    fn coverage(&mut self) {
        let begin = Span { line: 0, ..Span::default() };
        let (mut sure, mut may) = (Pmask::NONE, Pmask::NONE);
        let mut filter = None;
        let mut is_stopped = false;
        for (forward, action) in self.running() {
            let target = &forward.forwarding.target;
            let delivers = !target.is_empty() && !target.iter().any(u8::is_ascii_whitespace);
            if !delivers || action.only_when_previous_suspended {
                continue;
            }
            sure |= forward.reach.sure;
            may |= forward.reach.may;
            let obstacles = &forward.reach.obstacles;
            is_stopped |= obstacles.iter().any(|obstacle| obstacle.kind == ObstacleKind::Stop);
            let is_open =
                |obstacle: &&Obstacle| obstacle.kind == ObstacleKind::Filter && obstacle.sure != obstacle.may;
            filter = filter.or(obstacles.iter().find(is_open).map(|obstacle| obstacle.span));
        }
        let missing = Pmask::ALL.without(may);
        if self.forwards.is_empty() {
        } else if may.is_empty() {
            let message = "no message of this host is forwarded, though there are forwards";
            self.add(begin, "nothing-forwarded", message, "see the findings at the forwards");
        } else if !may.is_all() {
            let message = format!("never forwarded: {missing}");
            self.add(begin, "forwarded-in-part", &message, "widen the selector of a forward to *.*");
        } else if let Some(filter) = filter.filter(|_| !sure.is_all() && !is_stopped) {
            let message = "forwards what its filter matches alone, and no other forward has the rest";
            self.add(filter, "forwarded-in-part", message, "forward all messages: *.*");
        }
    }

    fn rate_limits(&mut self) {
        for input in self.config().inputs() {
            let (burst, interval) = input.rate_limit.unwrap_or((-1, -1));
            let name = Shown::bytes(&input.module);
            let is_journal = input.module == b"imjournal";
            // imjournal has a limit where none is set, imuxsock has had none since 8.
            let has_limit = if is_journal { interval != 0 && burst != 0 } else { interval > 0 };
            if !has_limit {
                continue;
            }
            let burst = if burst > 0 {
                burst
            } else if is_journal {
                20_000
            } else {
                200
            };
            let interval = if interval > 0 { interval } else { 600 };
            let message = format!("{name} takes {burst} messages in {interval} s and drops the rest");
            self.add(input.span, "rate-limit", &message, "set the interval to 0 where nothing may be lost");
        }
    }

    /// Calls of rulesets that begin with a statement which rsyslogd removes after it has bound the call to it.
    fn freed(&mut self, caller: usize, statements: &[Statement]) {
        let config = self.config();
        let mut calls = Vec::new();
        collect(statements, &mut calls);
        for (span, name) in calls {
            let Some(called) = config.built.ruleset_named(name) else { continue };
            // Rulesets are put in order one after the other: one that comes first is in order already.
            let is_later = called > caller;
            let first = config.rulesets()[called].statements.first();
            let is_removed = first.is_some_and(|first| removes(&config.built, first));
            if is_removed && !config.rulesets()[called].queued && is_later {
                let message = format!(
                    "calls `{}`, whose first statement does nothing: rsyslogd removes it and follows it all the same, to a crash at worst",
                    Shown::bytes(name)
                );
                self.add(
                    span,
                    "call-of-nothing",
                    &message,
                    "let the ruleset begin with a statement that does something",
                );
            }
        }
    }
}

fn collect<'s>(statements: &'s [Statement], calls: &mut Vec<(Span, &'s [u8])>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Call(name) => calls.push((statement.span, name)),
            StatementKind::Branch { then, otherwise, .. } => {
                collect(then, calls);
                collect(otherwise, calls);
            }
            StatementKind::Foreach { body, .. } => collect(body, calls),
            _ => {}
        }
    }
}

/// Whether rsyslogd takes a statement out: one that does nothing, or an action that it goes on without.
fn removes(built: &Builder, statement: &Statement) -> bool {
    use crate::rsyslog::action::ActionState;
    use crate::rsyslog::tree::Filter;
    match &statement.kind {
        StatementKind::Nothing => true,
        StatementKind::Action(id) => {
            built.actions.get(*id).is_some_and(|action| action.state != ActionState::Active)
        }
        StatementKind::Branch { filter: Filter::Broken, .. } => true,
        StatementKind::Call(name) => built.ruleset_named(name).is_none(),
        _ => false,
    }
}
