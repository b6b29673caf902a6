//! The lines that count for an entry: which wins, which lose and why, which make exceptions.

use standfast_facts::accounts::AccountsError;

use super::domain::Class;
use super::entry::Exceptions;
use super::item::Item;
use super::judge::{Known, Part, Wanted, read, shown_line, why_it_loses};
use super::reach::{Deciding, Subject};
use super::semantics::{Evaluation, LineId};
use super::state::LimitsState;
use super::syntax::Action;
use crate::provider::{Effect, Evidence};
use crate::shown::Shown;

/// The line that decides one part, with its class.
fn winner(
    evaluation: &Evaluation,
    item: Item,
    part: Part,
    deciding: &Deciding,
    state: &LimitsState<'_>,
) -> Option<(LineId, Class)> {
    let line = evaluation.ended_by.or(read(evaluation, item, part, state).line)?;
    deciding.all.iter().copied().find(|(id, _)| *id == line)
}

/// Whether a line sets this part of the item.
fn sets(state: &LimitsState<'_>, id: LineId, item: Item, part: Part) -> bool {
    state.line(id).is_some_and(|(line, _)| match &line.action {
        Action::NoLimits => true,
        Action::Limit(limit) => {
            limit.item == item
                && match part {
                    Part::Soft => limit.limit_type.is_soft(),
                    Part::Hard => limit.limit_type.is_hard(),
                    Part::Whole => true,
                }
        }
        Action::Inert(_) => false,
    })
}

/// The lines that decide or lose for an entry, in reading order.
pub(super) fn of_entry(
    state: &LimitsState<'_>,
    wanted: &Wanted<'_>,
    deciding: &Deciding,
    evaluation: &Evaluation,
    evidence: &mut Vec<Evidence>,
) {
    let parts = Part::of(wanted.entry.item, wanted.entry.limit_type);
    of_parts(state, wanted.entry.item, parts, deciding, evaluation, evidence);
}

/// The lines that decide or lose for parts of an item, in reading order.
pub(super) fn of_parts(
    state: &LimitsState<'_>,
    item: Item,
    parts: &[Part],
    deciding: &Deciding,
    evaluation: &Evaluation,
    evidence: &mut Vec<Evidence>,
) {
    let winners: Vec<_> =
        parts.iter().map(|part| (*part, winner(evaluation, item, *part, deciding, state))).collect();
    for (id, class) in &deciding.all {
        let set: Vec<_> = winners.iter().filter(|(part, _)| sets(state, *id, item, *part)).collect();
        let won: Vec<_> = set
            .iter()
            .filter(|(_, winner)| winner.is_some_and(|(winner, _)| winner == *id))
            .map(|(part, _)| part.word().trim_end())
            .collect();
        let (effect, reason) = match (won.is_empty(), set.iter().find_map(|(_, winner)| *winner)) {
            (false, _) if evaluation.ended_by == Some(*id) => (Effect::Wins, "ends all limits".to_owned()),
            (false, _) => (Effect::Wins, format!("decides {}", won.join(" and ")).trim_end().to_owned()),
            (true, Some((winner, _))) if evaluation.ended_by.is_some() => {
                (Effect::Overridden, format!("{} ends all limits", state.place(winner)))
            }
            (true, Some(winner)) => {
                (Effect::Overridden, why_it_loses((*id, *class), winner, &state.place(winner.0)))
            }
            (true, None) => continue,
        };
        evidence.push(Evidence {
            place: state.place(*id),
            text: shown_line(state, *id),
            effect,
            reason: Shown::text(&reason),
        });
    }
}

/// The lines that give some of the subject another value than the entry's, in reading order.
///
/// # Errors
/// When the name service fails.
pub(super) fn exceptions(
    state: &LimitsState<'_>,
    wanted: &Wanted<'_>,
    deciding: &Deciding,
    evaluation: &Evaluation,
    subject: &Subject,
) -> Result<Vec<LineId>, AccountsError> {
    let item = wanted.entry.item;
    let mut exceptions: Vec<LineId> = Vec::new();
    for part in Part::of(item, wanted.entry.limit_type) {
        let winner = winner(evaluation, item, *part, deciding, state);
        let mut more = Vec::new();
        for (id, class) in &deciding.some {
            // Those of the part before are in reading order.
            if !sets(state, *id, item, *part) || exceptions.binary_search(id).is_ok() {
                continue;
            }
            let beats = winner.is_none_or(|(winner, winner_class)| {
                *class < winner_class || *class == winner_class && *id > winner
            });
            let other_value = state
                .limit(*id)
                .is_none_or(|(_, limit, _)| !wanted.accepts(known(limit.value, state), Some(*id), state));
            if beats && other_value && state.is_for_some(*id, subject)? {
                more.push(*id);
            }
        }
        exceptions.append(&mut more);
    }
    Ok(exceptions)
}

fn known(value: super::item::ItemValue, state: &LimitsState<'_>) -> Option<Known> {
    use super::item::ItemValue;
    Some(match value {
        ItemValue::Rlimit(value) => Known::Limit(value),
        ItemValue::NrOpen => Known::Limit(state.nr_open().unwrap_or(u64::MAX)),
        ItemValue::Number(value) => Known::Number(value),
        ItemValue::WrongButZero => Known::Number(0),
        ItemValue::Path => Known::Path,
    })
}

/// Exceptions as evidence, for an entry that allows them.
pub(super) fn of_exceptions(
    state: &LimitsState<'_>,
    wanted: &Wanted<'_>,
    exceptions: &[LineId],
    evidence: &mut Vec<Evidence>,
) {
    if wanted.entry.exceptions == Exceptions::Forbid {
        return;
    }
    evidence.extend(exceptions.iter().map(|id| Evidence {
        place: state.place(*id),
        text: shown_line(state, *id),
        effect: Effect::Exception,
        reason: Shown::owned(format!("it decides for some of those whom `{}` is for", wanted.target.written)),
    }));
}
