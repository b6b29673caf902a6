//! How a forward that is not ours is taken out without a change of what else is done.

use super::action::{Action, ActionId, ActionState};
use super::forwards::Forward;
use super::pmask::Pmask;
use super::state::{Reading, Rsyslog};
use super::syntax::RsyslogSyntax;
use crate::document::{Change, Document};
use crate::provider::Edit;

/// What is looked at of an action that must stay as it is.
struct Kept<'r> {
    action: &'r Action,
    sure: Pmask,
    may: Pmask,
}

/// All actions but some.
fn kept<'r>(reading: &'r Reading, left_out: &[ActionId]) -> Vec<Kept<'r>> {
    let actions = reading.config.actions().iter().enumerate();
    let actions = actions.filter(|(id, _)| !left_out.contains(id));
    actions
        .map(|(id, action)| {
            let hit = reading.flow.hit(id);
            Kept {
                action,
                sure: hit.map_or(Pmask::NONE, |hit| hit.sure),
                may: hit.map_or(Pmask::NONE, |hit| hit.may),
            }
        })
        .collect()
}

/// The first action that would not do what it does now, though it should; none may lose a message.
#[must_use]
pub fn harmed<'r>(
    before: &'r Reading,
    after: &Reading,
    left_out_before: &[ActionId],
    left_out_after: &[ActionId],
) -> Option<&'r Action> {
    let (before, after) = (kept(before, left_out_before), kept(after, left_out_after));
    let pairs = before.iter().zip(&after);
    let changed = pairs.into_iter().find(|(one, other)| {
        let is_same = one.action.module == other.action.module
            && format!("{:?}", one.action.sink) == format!("{:?}", other.action.sink)
            && one.action.queue == other.action.queue
            && one.action.retry == other.action.retry
            && one.action.template == other.action.template
            && one.action.skips == other.action.skips
            && one.action.only_when_previous_suspended == other.action.only_when_previous_suspended
            && (one.action.state == other.action.state || one.action.state != ActionState::Active);
        let keeps = one.sure.without(other.sure).is_empty() && one.may.without(other.may).is_empty();
        !is_same || !keeps
    });
    match changed {
        Some((one, _)) => Some(one.action),
        None if before.len() > after.len() => before.get(after.len()).map(|kept| kept.action),
        None => None,
    }
}

impl Rsyslog<'_> {
    /// The changes that take a forward out and leave all else; `None` where only a person can see how.
    #[must_use]
    pub fn taking_out(&self, forward: &Forward) -> Option<Vec<Edit>> {
        let source = self.reading.config.files.get(forward.span.file as usize)?;
        if source.text_of.is_some() {
            return None;
        }
        let document = Document::parse(&RsyslogSyntax, source.bytes.clone());
        let mut start = 0;
        let chunk = document.chunks().iter().position(|chunk| {
            let holds = (start..chunk.end).contains(&(forward.span.start as usize));
            start = chunk.end;
            holds
        })?;
        let tries = [(false, false), (false, true), (true, false), (true, true)];
        tries.into_iter().find_map(|(before, behind)| {
            let first = if before { directives_before(&document, chunk) } else { chunk };
            let last = if behind { stops_behind(&document, chunk) } else { chunk };
            if before && first == chunk || behind && last == chunk {
                return None;
            }
            let change = |at: usize| {
                let change = Change::Replace { chunk: at, text: comment(document.text(at)) };
                Edit { file: source.path.clone(), change }
            };
            let is_text = |at: &usize| document.chunks().get(*at).is_some_and(|chunk| chunk.entry.is_some());
            let edits: Vec<Edit> = (first..=last).filter(is_text).map(change).collect();
            let after = self.trial(&self.contents(&edits));
            let is_gone = after.config.actions().len() < self.reading.config.actions().len();
            (is_gone && harmed(&self.reading, &after, &[forward.action], &[]).is_none()).then_some(edits)
        })
    }
}

/// Each line as a comment.
fn comment(text: &[u8]) -> Vec<u8> {
    let mut commented = Vec::with_capacity(text.len() + 2);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        commented.extend_from_slice(b"# ");
        commented.extend_from_slice(line);
    }
    commented
}

/// The first of the lines before an action that are for it alone.
fn directives_before(document: &Document<super::syntax::Piece>, chunk: usize) -> usize {
    let is_for_it = |at: usize| {
        let text = document.text(at).trim_ascii_start().to_ascii_lowercase();
        text.starts_with(b"$action") && !text.starts_with(b"$actionfiledefaulttemplate")
    };
    let mut first = chunk;
    while let Some(before) = first.checked_sub(1)
        && is_for_it(before)
    {
        first = before;
    }
    first
}

/// The last of the lines behind an action that belong to it by `&`: what it forwards stops there.
fn stops_behind(document: &Document<super::syntax::Piece>, chunk: usize) -> usize {
    let is_stop = |at: usize| {
        let text = document.text(at).trim_ascii().to_ascii_lowercase();
        text.strip_prefix(b"&").is_some_and(|rest| matches!(rest.trim_ascii(), b"stop" | b"~"))
    };
    let mut last = chunk;
    while last + 1 < document.chunks().len() && is_stop(last + 1) {
        last += 1;
    }
    last
}
