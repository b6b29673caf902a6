//! Whose lines are whose: the desired entries by what their lines say, so that one pass finds the lines of all.

use rustc_hash::FxHashMap;

use super::domain::{Domain, Ids, Sigil};
use super::entry::LimitsEntry;
use super::item::Item;
use super::reach::Subject;
use super::semantics::LineId;
use super::state::LimitsState;
use super::syntax::{Action, LimitType, Line};
use super::target::{Target, comment_of};

/// What a line says of the people that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whom<'t> {
    /// The domain itself.
    Text(&'t [u8]),
    /// The number in the domain, however it is spelled.
    Number(Sigil, u32),
    /// The comment behind a number that we wrote.
    Comment(&'t [u8]),
}

type Key<'t> = (Item, LimitType, Whom<'t>);

/// Desired entries with their targets, by what their lines say.
#[derive(Debug)]
pub(super) struct Owners<'e> {
    entries: Vec<Option<(&'e LimitsEntry, &'e Target)>>,
    by_key: FxHashMap<Key<'e>, Vec<usize>>,
    /// What any of them is about: few, and most lines are about something else.
    about: Vec<(Item, LimitType)>,
}

impl<'e> Owners<'e> {
    /// Of entries by their index; one without a target owns nothing.
    pub(super) fn of(entries: impl IntoIterator<Item = (&'e LimitsEntry, Option<&'e Target>)>) -> Self {
        let entries: Vec<_> =
            entries.into_iter().map(|(entry, target)| target.map(|target| (entry, target))).collect();
        let mut by_key: FxHashMap<Key<'e>, Vec<usize>> = FxHashMap::default();
        for (index, (entry, target)) in entries.iter().enumerate().filter_map(|(i, one)| Some((i, (*one)?))) {
            let whom = [
                Some(Whom::Text(target.written.as_bytes())),
                Some(Whom::Text(target.given.as_bytes())),
                Some(Whom::Comment(target.given.as_bytes())),
            ];
            let (name, number) = match &target.subject {
                Some(Subject::Person(person)) => (
                    Some(Whom::Text(&person.account.name)),
                    Some(Whom::Number(Sigil::User, person.account.uid.0)),
                ),
                Some(Subject::Group(gid)) => (None, Some(Whom::Number(Sigil::Group, gid.0))),
                Some(Subject::CountedGroup(gid)) => (None, Some(Whom::Number(Sigil::AllGroup, gid.0))),
                _ => (None, None),
            };
            for whom in whom.into_iter().chain([name, number]).flatten() {
                let owners = by_key.entry((entry.item, entry.limit_type, whom)).or_default();
                // Written and given are often the same.
                if owners.last() != Some(&index) {
                    owners.push(index);
                }
            }
        }
        let mut about: Vec<(Item, LimitType)> = Vec::new();
        for (entry, _) in entries.iter().flatten() {
            if !about.contains(&(entry.item, entry.limit_type)) {
                about.push((entry.item, entry.limit_type));
            }
        }
        Self { entries, by_key, about }
    }

    /// Whether an entry is for the same people, type and item as the line.
    pub(super) fn declare(&self, state: &LimitsState<'_>, id: LineId) -> bool {
        let Some((line, bytes)) = state.line(id) else { return false };
        self.candidates(state, id, line, bytes)
            .filter_map(|index| self.entries[index])
            .any(|(_, target)| target.is_domain_of(line, bytes))
    }

    /// The lines of each entry, in reading order: same people, same type, same item, and ours for the same name's
    /// former number.
    pub(super) fn lines(&self, state: &LimitsState<'_>) -> FxHashMap<usize, Vec<LineId>> {
        let mut lines: FxHashMap<usize, Vec<LineId>> = FxHashMap::default();
        for (id, line, bytes) in state.lines() {
            for index in self.candidates(state, id, line, bytes) {
                let is_own = self.entries[index].is_some_and(|(_, target)| {
                    target.is_domain_of(line, bytes) || target.is_stale(line, state.text(id), bytes)
                });
                let own = lines.entry(index).or_default();
                if is_own && own.last() != Some(&id) {
                    own.push(id);
                }
            }
        }
        lines
    }

    /// The entries of the line's type and item that share a word or a number with it; some more than once.
    fn candidates<'s>(
        &'s self,
        state: &'s LimitsState<'_>,
        id: LineId,
        line: &'s Line,
        bytes: &'s [u8],
    ) -> impl Iterator<Item = usize> {
        let limit = match &line.action {
            Action::Limit(limit) => Some((limit.item, limit.limit_type)),
            Action::NoLimits | Action::Inert(_) => None,
        };
        let limit = limit.filter(|limit| self.about.contains(limit));
        let keys = limit.into_iter().flat_map(move |(item, limit_type)| {
            let number = match line.domain {
                Domain::Range(sigil, Ids::One(number)) => Some(Whom::Number(sigil, number)),
                _ => None,
            };
            let comment = match line.domain {
                Domain::Range(..) => comment_of(state.text(id)).map(Whom::Comment),
                _ => None,
            };
            let words = [Some(Whom::Text(line.domain_text.of(bytes))), number, comment];
            words.into_iter().flatten().map(move |whom| (item, limit_type, whom))
        });
        keys.filter_map(|key| self.by_key.get(&key)).flatten().copied()
    }
}
