//! The plan for `limits_entry`: what to write so that the limit is in force, or why nothing would help.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use standfast_facts::accounts::ToldApart;
use standfast_facts::ids::Uid;
use standfast_facts::login_defs::LoginDefs;

use super::domain::Class;
use super::entry::{Ensure, Exceptions, LimitsEntry};
use super::evidence;
use super::findings;
use super::item::Item;
use super::judge::Wanted;
use super::owners::Owners;
use super::reach::{Deciding, Subject};
use super::ready::{PlanError, Ready, prepare};
use super::semantics::{Evaluation, LineId};
use super::state::{Content, LIMITS_CONF, LimitsState};
use super::syntax::{LimitType, LimitsSyntax, Line};
use super::target::{Identity, Target};
use crate::document::{Change, Syntax};
use crate::provider::{Detail, Drift, Edit, Plan};
use crate::shown::Shown;
use standfast_facts::pam_module::Tokenizer;

/// The plans for the wanted entries, by their places among all in rising order.
///
/// All are given at once, since whether a line is an exception or an unmanaged entry depends on the others.
pub fn plan(
    state: &LimitsState<'_>,
    desired: &[&LimitsEntry],
    wanted: &[usize],
    login_defs: &LoginDefs,
    detail: Detail,
) -> Vec<Result<Plan, PlanError>> {
    let counts = Counts::of(state, desired, wanted);
    let ready = |entry: &&LimitsEntry| counts.has(entry).then(|| prepare(state, entry, login_defs));
    let ready: Vec<Prepared> = desired.iter().map(ready).collect();
    let twice = twins(desired, &ready);
    let planner = Planner {
        state,
        declared: declared(desired, &ready),
        ordinary: (login_defs.uid_min, login_defs.uid_max),
        detail,
    };
    // Entries in sync never ask for their lines, and one pass finds those of all the others.
    let own_lines = LazyCell::new(|| {
        let targets = ready.iter().map(|prepared| is_ready(prepared).map(|ready| &ready.target));
        Owners::of(desired.iter().copied().zip(targets)).lines(state)
    });
    let plan_at = |index: &usize| {
        state.machine.progress.step();
        let index = *index;
        let (entry, ready) = (desired.get(index)?, is_ready(ready.get(index)?)?);
        let own = || own_lines.get(&index).map(Vec::as_slice).unwrap_or_default();
        Some(match twice.get(&index).and_then(|other| desired.get(*other)) {
            Some(other) => Err(PlanError::Twice {
                other: Shown::text(&other.title()),
                written: key_text(entry, &ready.target),
            }),
            None => planner.plan_one(entry, ready, own),
        })
    };
    let plans: Vec<_> = wanted.iter().map(plan_at).collect();
    drop(own_lines);
    // There is a plan for all but those that were not ready, and these say why.
    let why = ready.into_iter().enumerate();
    let why = why.filter(|(index, _)| wanted.binary_search(index).is_ok()).map(|(_, prepared)| prepared);
    let or_why = |(plan, prepared): (Option<_>, Prepared)| {
        plan.unwrap_or_else(|| {
            prepared.map_or_else(|| Ok(Plan::default()), |ready| ready.map(|_| Plan::default()))
        })
    };
    plans.into_iter().zip(why).map(or_why).collect()
}

/// An entry that is made ready, or why it cannot be; `None` where it does not count.
type Prepared = Option<Result<Ready, PlanError>>;

fn is_ready(prepared: &Prepared) -> Option<&Ready> {
    prepared.as_ref()?.as_ref().ok()
}

/// Which entries count for the plans of some.
enum Counts<'s> {
    /// All of them.
    All,
    /// Those that may be for the same line as one of these.
    About(Vec<(Item, LimitType, Who<'s>)>),
}

/// For so few entries it is worth to look who each of the others is for before it is made ready.
const FEW: usize = 16;

/// Whom an entry is for, as far as it can be told at a glance.
enum Who<'s> {
    /// One user.
    User(ToldApart<'s, 's>),
    /// It would have to be looked into.
    Unclear,
}

/// How an entry names whom it is for.
enum Named<'e> {
    Uid(Uid),
    User(&'e [u8]),
    Otherwise,
}

impl<'e> Named<'e> {
    fn of(entry: &'e LimitsEntry) -> Self {
        let domain = entry.domain.as_bytes();
        match domain {
            [b':', ..] => {
                let uid = entry.domain.get(1..).and_then(|number| number.parse().ok());
                uid.map_or(Self::Otherwise, |uid| Self::Uid(Uid(uid)))
            }
            [b'@' | b'%', ..] => Self::Otherwise,
            _ if domain.contains(&b':') => Self::Otherwise,
            _ => Self::User(domain),
        }
    }
}

impl<'s> Who<'s> {
    fn of(state: &'s LimitsState<'_>, entry: &LimitsEntry) -> Self {
        let accounts = &state.machine.accounts;
        let uid = match Named::of(entry) {
            Named::Uid(uid) => Some(uid),
            Named::User(name) => accounts.uid_of(name).ok().flatten(),
            Named::Otherwise => None,
        };
        uid.and_then(|uid| accounts.told_apart(uid).ok()).map_or(Self::Unclear, Self::User)
    }

    /// Whether another entry may be for the same people.
    fn may_be(&self, other: &Named<'_>) -> bool {
        match (self, other) {
            (Self::Unclear, _) | (_, Named::Otherwise) => true,
            (Self::User(user), Named::Uid(uid)) => user.uid == *uid,
            (Self::User(user), Named::User(name)) => user.may_be(name),
        }
    }
}

impl<'s> Counts<'s> {
    fn of(state: &'s LimitsState<'_>, desired: &[&LimitsEntry], wanted: &[usize]) -> Self {
        let wanted_ones = || wanted.iter().filter_map(|index| desired.get(*index));
        // What forbids exceptions asks whether another entry declares them, of whatever type.
        if wanted.len() == desired.len() || wanted_ones().any(|entry| entry.exceptions == Exceptions::Forbid)
        {
            return Self::All;
        }
        let is_few = wanted.len() <= FEW;
        let mut about: Vec<(Item, LimitType, Who<'_>)> = Vec::new();
        for entry in wanted_ones() {
            let is_like = |(item, limit_type, _): &(Item, LimitType, Who<'_>)| {
                (*item, *limit_type) == (entry.item, entry.limit_type)
            };
            if is_few {
                about.push((entry.item, entry.limit_type, Who::of(state, entry)));
            } else if !about.iter().any(is_like) {
                about.push((entry.item, entry.limit_type, Who::Unclear));
            }
        }
        Self::About(about)
    }

    fn has(&self, entry: &LimitsEntry) -> bool {
        match self {
            Self::All => true,
            Self::About(about) => {
                let named = Named::of(entry);
                about.iter().any(|(item, limit_type, who)| {
                    (*item, *limit_type) == (entry.item, entry.limit_type) && who.may_be(&named)
                })
            }
        }
    }
}

/// Whether one of the declared entries is for the same people, type and item.
pub fn is_declared(
    state: &LimitsState<'_>,
    other: &LimitsEntry,
    declared: &[&LimitsEntry],
    login_defs: &LoginDefs,
) -> bool {
    let about = |entry: &&&LimitsEntry| (entry.item, entry.limit_type) == (other.item, other.limit_type);
    let Ok(target) = Target::of(other, state, login_defs) else {
        return declared.iter().filter(about).any(|entry| entry.domain == other.domain);
    };
    declared.iter().filter(about).any(|entry| {
        entry.domain == other.domain
            || Target::of(entry, state, login_defs).is_ok_and(|one| one.identity() == target.identity())
    })
}

/// The entries that should be there with their targets, where some entry forbids exceptions: an exception that is
/// itself declared is meant.
fn declared<'e>(desired: &[&'e LimitsEntry], ready: &[Prepared]) -> Vec<(&'e LimitsEntry, Target)> {
    if desired.iter().all(|entry| entry.exceptions == Exceptions::Allow) {
        return Vec::new();
    }
    let present = desired.iter().zip(ready).filter(|(entry, _)| entry.ensure == Ensure::Present);
    present.filter_map(|(entry, ready)| Some((*entry, is_ready(ready)?.target.clone()))).collect()
}

/// Entries that are for the same line, each with the other.
fn twins(desired: &[&LimitsEntry], ready: &[Prepared]) -> FxHashMap<usize, usize> {
    let mut first: FxHashMap<(Identity<'_>, LimitType, Item), usize> = FxHashMap::default();
    let mut twins = FxHashMap::default();
    for (index, (entry, ready)) in desired.iter().zip(ready).enumerate() {
        let Some(ready) = is_ready(ready) else { continue };
        let key = (ready.target.identity(), entry.limit_type, entry.item);
        if let Some(other) = first.insert(key, index) {
            twins.insert(index, other);
            twins.insert(other, index);
        }
    }
    twins
}

fn key_text(entry: &LimitsEntry, target: &Target) -> Shown {
    Shown::owned(format!("{} {} {}", target.written, entry.limit_type.word(), entry.item.name()))
}

/// What the plans of all entries share.
struct Planner<'p, 'm> {
    state: &'p LimitsState<'m>,
    declared: Vec<(&'p LimitsEntry, Target)>,
    /// The least and the greatest UID of ordinary users.
    ordinary: (u32, u32),
    detail: Detail,
}

impl Planner<'_, '_> {
    fn plan_one<'o>(
        &self,
        entry: &LimitsEntry,
        ready: &Ready,
        own: impl FnOnce() -> &'o [LineId],
    ) -> Result<Plan, PlanError> {
        let target = &ready.target;
        match (entry.ensure, ready.value, &target.subject) {
            (Ensure::Present, Some(value), Some(subject)) => {
                self.plan_present(&Wanted { entry, value, target }, subject, own)
            }
            (Ensure::Present, Some(_), None) => Ok(plan_verbatim(self.state, entry, target, own())),
            (Ensure::Present, None, _) | (Ensure::Absent, _, _) => Ok(plan_absent(self.state, own())),
        }
    }

    fn plan_present<'o>(
        &self,
        wanted: &Wanted<'_>,
        subject: &Subject,
        own: impl FnOnce() -> &'o [LineId],
    ) -> Result<Plan, PlanError> {
        let state = self.state;
        let about = (wanted.entry.item, wanted.entry.limit_type);
        let deciding = state.deciding_item(subject, self.ordinary, about).map_err(PlanError::Accounts)?;
        let evaluation = deciding.evaluate(state);
        let mut plan = Plan { drift: wanted.judge(&evaluation, state), ..Plan::default() };
        if state.is_unloaded()? {
            let reason = Shown::text("no PAM service loads pam_limits.so: no line is in force");
            plan.drift = vec![not_in_force(wanted, reason.clone())];
            plan.blocked = Some(reason);
            return Ok(plan);
        }
        if self.detail == Detail::All || !plan.drift.is_empty() {
            evidence::of_entry(state, wanted, &deciding, &evaluation, &mut plan.evidence);
        }
        let exceptions = evidence::exceptions(state, wanted, &deciding, &evaluation, subject)
            .map_err(PlanError::Accounts)?;
        evidence::of_exceptions(state, wanted, &exceptions, &mut plan.evidence);
        if wanted.entry.exceptions == Exceptions::Forbid {
            for id in exceptions.iter().filter(|id| !self.is_declared(**id)) {
                plan.drift.push(exception_drift(state, wanted, *id));
                plan.edits.push(edit(state, *id, |chunk| Change::Remove { chunk }));
            }
        }
        if !plan.drift.is_empty() {
            let own = own();
            name_stale_line(state, wanted.target, own, &mut plan.drift);
            plan.blocked = write(state, wanted, own, &deciding, &mut plan.edits).err();
        }
        Ok(plan)
    }

    fn is_declared(&self, id: LineId) -> bool {
        self.declared.iter().any(|(entry, target)| is_line_of(self.state, id, entry, target))
    }
}

fn not_in_force(wanted: &Wanted<'_>, reason: Shown) -> Drift {
    let should = Shown::text(&wanted.should());
    Drift { property: "ensure", is: Shown::text("not in force"), should, reason, place: None }
}

/// Says so when our own line is there for a number that the name no longer has.
fn name_stale_line(state: &LimitsState<'_>, target: &Target, own: &[LineId], drift: &mut [Drift]) {
    let is_stale = |id: &&LineId| {
        state.line(**id).is_some_and(|(line, bytes)| target.is_stale(line, state.text(**id), bytes))
    };
    if let (Some(id), Some(first)) = (own.iter().find(is_stale), drift.first_mut()) {
        let place = state.place(*id);
        let line = super::judge::shown_line(state, *id);
        first.reason =
            Shown::owned(format!("{place} `{line}` is for a number that {} no longer has", target.given));
        first.place = Some(place);
    }
}

fn exception_drift(state: &LimitsState<'_>, wanted: &Wanted<'_>, id: LineId) -> Drift {
    let place = state.place(id);
    let value =
        state.limit(id).map(|(_, limit, bytes)| Shown::bytes(limit.value_text.of(bytes))).unwrap_or_default();
    Drift {
        property: "value",
        is: value,
        should: Shown::text(&wanted.should()),
        reason: Shown::owned(format!(
            "{place} makes an exception: `{}`",
            super::judge::shown_line(state, id)
        )),
        place: Some(place),
    }
}

/// Whether a line is this entry: same people, same type, same item.
fn is_line_of(state: &LimitsState<'_>, id: LineId, entry: &LimitsEntry, target: &Target) -> bool {
    state.limit(id).is_some_and(|(line, limit, bytes)| {
        limit.item == entry.item && limit.limit_type == entry.limit_type && target.is_domain_of(line, bytes)
    })
}

fn edit(state: &LimitsState<'_>, id: LineId, change: impl FnOnce(usize) -> Change) -> Edit {
    Edit { file: state.place(id).file, change: change(id.chunk as usize) }
}

/// Plans the line, and tries in advance whether it would be in force; the error says why it would not.
fn write(
    state: &LimitsState<'_>,
    wanted: &Wanted<'_>,
    own: &[LineId],
    deciding: &Deciding,
    edits: &mut Vec<Edit>,
) -> Result<(), Shown> {
    let path = PathBuf::from(&wanted.entry.target);
    let text = line_text(wanted.entry, wanted.target, state.rules.module.tokenizer);
    // Where the file is now, or would be read.
    let file = state.files.iter().position(|file| file.path == path);
    if file.is_some_and(|index| matches!(state.files[index].content, Content::NotAFile)) {
        return Err(Shown::text(&format!(
            "{} is not a regular file: move it away first",
            wanted.entry.target
        )));
    }
    let is_in_target = |id: &LineId| Some(id.file as usize) == file;
    let last = own.iter().copied().rfind(is_in_target);
    let place = match last {
        Some(last) => last,
        None => LineId { file: file_rank(state, &path), chunk: u32::MAX },
    };
    edits.push(match last {
        Some(last) => edit(state, last, |chunk| Change::Replace { chunk, text: text.clone() }),
        None => Edit { file: path, change: Change::Append { text: text.clone() } },
    });
    // The same entry again: in the target it is a duplicate, in a later file it would override.
    let gone: Vec<_> =
        own.iter().copied().filter(|id| *id != place && (is_in_target(id) || *id > place)).collect();
    edits.extend(gone.iter().map(|id| edit(state, *id, |chunk| Change::Remove { chunk })));

    let evaluation = evaluate_planned(state, &text, place, &gone, deciding);
    match wanted.judge(&evaluation, state).first() {
        None => Ok(()),
        Some(drift) => Err(drift.reason.clone()),
    }
}

/// Where a line at the end of the file would stand among all lines.
fn file_rank(state: &LimitsState<'_>, path: &Path) -> u32 {
    let before = |file: &&super::state::LimitsFile| {
        file.path == Path::new(LIMITS_CONF) || file.path.file_name() <= path.file_name()
    };
    let count =
        if path == Path::new(LIMITS_CONF) { 1 } else { state.files.iter().take_while(before).count() };
    u32::try_from(count.max(1) - 1).unwrap_or(u32::MAX)
}

fn evaluate_planned(
    state: &LimitsState<'_>,
    text: &[u8],
    place: LineId,
    gone: &[LineId],
    deciding: &Deciding,
) -> Evaluation {
    let syntax = LimitsSyntax { module: &state.rules.module };
    let ours = syntax.chunks(text).into_iter().next().and_then(|chunk| chunk.entry);
    let stays = |id: &LineId| *id != place && gone.binary_search(id).is_err();
    let mut lines: Vec<(LineId, &Line, Class)> = deciding
        .all
        .iter()
        .filter(|(id, _)| stays(id))
        .filter_map(|(id, class)| state.line(*id).map(|(line, _)| (*id, line, *class)))
        .collect();
    if let Some(line) = &ours {
        let at = lines.partition_point(|(id, ..)| *id < place);
        lines.insert(at, (place, line, class_of(line)));
    }
    Evaluation::of(lines, state.start())
}

/// The class of our own line, which is for its subject as a whole.
fn class_of(line: &Line) -> Class {
    use super::domain::{Domain, Sigil};
    match line.domain {
        Domain::Everyone => Class::Default,
        Domain::AllLogins => Class::All,
        Domain::Name(Sigil::User, _) | Domain::Range(Sigil::User, _) | Domain::NotARange => Class::User,
        Domain::Name(Sigil::Group, _) | Domain::Range(Sigil::Group, _) => Class::Group,
        Domain::Name(Sigil::AllGroup, _) | Domain::Range(Sigil::AllGroup, _) => Class::AllGroup,
    }
}

fn line_text(entry: &LimitsEntry, target: &Target, tokenizer: Tokenizer) -> Vec<u8> {
    let value = entry.value.as_ref().map_or("", |value| value.0.as_str());
    let rest = format!("{} {} {value}", entry.limit_type.word(), entry.item.name());
    target.line(&rest, tokenizer)
}

/// An entry that can match nobody now: what counts is that its line stands in the file, as the user insists.
fn plan_verbatim(state: &LimitsState<'_>, entry: &LimitsEntry, target: &Target, own: &[LineId]) -> Plan {
    let has_value = |id: &&LineId| {
        state.limit(**id).is_some_and(|(_, limit, bytes)| {
            Some(limit.value_text.of(bytes)) == entry.value.as_ref().map(|value| value.0.as_bytes())
        })
    };
    let mut plan = Plan::default();
    if own.iter().find(has_value).is_none() {
        let text = line_text(entry, target, state.rules.module.tokenizer);
        plan.drift.push(Drift {
            property: "ensure",
            is: Shown::text("absent"),
            should: Shown::text("present"),
            reason: Shown::owned(format!("no line `{}`", Shown::bytes(&text))),
            place: None,
        });
        plan.edits.push(match own.last() {
            Some(last) => edit(state, *last, |chunk| Change::Replace { chunk, text }),
            None => Edit { file: PathBuf::from(&entry.target), change: Change::Append { text } },
        });
    }
    plan.findings.push(findings::of_inert_target(entry, target, own.last().map(|id| state.place(*id))));
    plan
}

fn plan_absent(state: &LimitsState<'_>, own: &[LineId]) -> Plan {
    let mut plan = Plan::default();
    for id in own.iter().copied() {
        let place = state.place(id);
        plan.drift.push(Drift {
            property: "ensure",
            is: Shown::text("present"),
            should: Shown::text("absent"),
            reason: Shown::owned(format!("{place} is there: `{}`", super::judge::shown_line(state, id))),
            place: Some(place),
        });
        plan.edits.push(edit(state, id, |chunk| Change::Remove { chunk }));
    }
    plan
}
