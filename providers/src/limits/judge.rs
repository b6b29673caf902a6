//! Whether a desired limit is in force, and if not, which line is to blame.

use standfast_facts::rlimit::{INFINITY, Rlimit};

use super::domain::Class;
use super::entry::{Bound, DesiredValue, LimitsEntry};
use super::item::Item;
use super::semantics::{Evaluation, LineId};
use super::state::LimitsState;
use super::syntax::LimitType;
use super::target::Target;
use crate::provider::{Drift, Place};
use crate::shown::Shown;

/// What decides one half of a limit, or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The value in force; `None` when nothing is known of it.
    pub value: Option<Known>,
    /// The soft value that was asked for, when the hard limit cut it.
    pub clamped_from: Option<u64>,
    /// The line that decides.
    pub line: Option<LineId>,
    /// The line that decides the hard limit, which cuts the soft one.
    pub hard_line: Option<LineId>,
    /// The hard limit that the kernel refuses to raise so far; both halves then stay as they are.
    pub refused: Option<u64>,
}

/// A value that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Of a resource limit, in the kernel's unit.
    Limit(u64),
    /// Of priority, nonewprivs or logins.
    Number(i32),
    /// Of chroot: the line's own text.
    Path,
}

/// One half of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The soft limit.
    Soft,
    /// The hard limit.
    Hard,
    /// An item that has no halves.
    Whole,
}

impl Part {
    /// The parts that an entry sets.
    #[must_use]
    pub fn of(item: Item, limit_type: LimitType) -> &'static [Self] {
        match (item, limit_type) {
            (Item::Rlimit(_), LimitType::Soft) => &[Self::Soft],
            (Item::Rlimit(_), LimitType::Hard) => &[Self::Hard],
            (Item::Rlimit(_), LimitType::Both) => &[Self::Soft, Self::Hard],
            _ => &[Self::Whole],
        }
    }

    /// The word before the item's name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Soft => "soft ",
            Self::Hard => "hard ",
            Self::Whole => "",
        }
    }
}

/// Reads one part out of an evaluation.
#[must_use]
pub fn read(evaluation: &Evaluation, item: Item, part: Part, state: &LimitsState<'_>) -> Reading {
    let setting = |setting: Option<super::semantics::Setting>| Reading {
        value: setting.map(|setting| Known::Number(setting.value)),
        clamped_from: None,
        line: setting.map(|setting| setting.line),
        hard_line: None,
        refused: None,
    };
    match item {
        Item::Rlimit(rlimit) => read_rlimit(evaluation, rlimit, part, state),
        Item::Priority => setting(evaluation.priority),
        Item::NoNewPrivs => setting(evaluation.no_new_privs),
        Item::MaxLogins | Item::MaxSysLogins => {
            let counted = evaluation.logins_counted == Some(item);
            setting(evaluation.logins.filter(|_| counted).map(|logins| logins.setting))
        }
        Item::Chroot => Reading {
            value: evaluation.chroot.map(|_| Known::Path),
            clamped_from: None,
            line: evaluation.chroot,
            hard_line: None,
            refused: None,
        },
    }
}

fn read_rlimit(evaluation: &Evaluation, rlimit: Rlimit, part: Part, state: &LimitsState<'_>) -> Reading {
    let slot = evaluation.slot(rlimit);
    let inherited = || state.inherited(rlimit);
    let Some(in_force) = evaluation.in_force(rlimit, inherited) else {
        let value = inherited().map(|limit| if part == Part::Soft { limit.soft } else { limit.hard });
        return Reading {
            value: value.map(Known::Limit),
            clamped_from: None,
            line: None,
            hard_line: None,
            refused: None,
        };
    };
    let (value, line) = match part {
        Part::Soft => (in_force.soft, slot.soft.line),
        Part::Hard | Part::Whole => (in_force.hard, slot.hard.line),
    };
    let refused = in_force.hard.filter(|hard| slot.hard.line.is_some() && state.is_refused(rlimit, *hard));
    if refused.is_some() {
        let stays =
            state.inherited(rlimit).map(|limit| if part == Part::Soft { limit.soft } else { limit.hard });
        let value = stays.map(Known::Limit);
        return Reading { value, clamped_from: None, line, hard_line: slot.hard.line, refused };
    }
    let clamped = part == Part::Soft && in_force.soft != in_force.asked_soft;
    Reading {
        value: value.map(Known::Limit),
        clamped_from: in_force.asked_soft.filter(|_| clamped),
        line,
        hard_line: slot.hard.line,
        refused: None,
    }
}

/// A desired entry with all that is needed to judge it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'e> {
    /// The entry.
    pub entry: &'e LimitsEntry,
    /// What its value comes to.
    pub value: DesiredValue,
    /// Whom it is for.
    pub target: &'e Target,
}

impl Wanted<'_> {
    /// Whether a value is as desired.
    #[must_use]
    pub fn accepts(&self, known: Option<Known>, line: Option<LineId>, state: &LimitsState<'_>) -> bool {
        let at_most = self.entry.bound == Bound::AtMost;
        match (self.value, known) {
            (DesiredValue::Limit(should), Some(Known::Limit(is))) => is == should || at_most && is < should,
            (DesiredValue::NrOpen, Some(Known::Limit(is))) => {
                is == state.nr_open().unwrap_or(INFINITY) || at_most
            }
            (DesiredValue::Number(should), Some(Known::Number(is))) => {
                // A negative number of logins means no limit.
                is == should || is < 0 && should < 0 && self.is_logins() || at_most && is >= 0 && is < should
            }
            (DesiredValue::Path, Some(Known::Path)) => line.is_some_and(|line| {
                state.limit(line).is_some_and(|(_, limit, bytes)| {
                    let should = self.entry.value.as_ref().map(|value| value.0.as_bytes());
                    Some(limit.value_text.of(bytes)) == should
                })
            }),
            _ => false,
        }
    }

    fn is_logins(&self) -> bool {
        matches!(self.entry.item, Item::MaxLogins | Item::MaxSysLogins)
    }

    /// The desired value as the file writes it.
    #[must_use]
    pub fn should(&self) -> String {
        let value = self.entry.value.as_ref().map_or("", |value| value.0.as_str());
        match self.entry.bound {
            Bound::Exact => value.to_owned(),
            Bound::AtMost => format!("at most {value}"),
        }
    }

    /// The differences between what the lines come to and what is desired; empty when it is in force.
    #[must_use]
    pub fn judge(&self, evaluation: &Evaluation, state: &LimitsState<'_>) -> Vec<Drift> {
        let item = self.entry.item;
        let mut drift = Vec::new();
        for part in Part::of(item, self.entry.limit_type) {
            let reading = read(evaluation, item, *part, state);
            // A value that merely happens to be inherited is not enforced; a bound is content with it.
            let enforced =
                reading.line.is_some() || self.entry.bound == Bound::AtMost && evaluation.ended_by.is_none();
            if enforced && self.accepts(reading.value, reading.line, state) {
                continue;
            }
            let (reason, place) = self.reason(*part, &reading, evaluation, state);
            drift.push(Drift {
                property: if reading.line.is_none() { "ensure" } else { "value" },
                is: Shown::text(&self.is_text(*part, &reading, state)),
                should: Shown::owned(format!("{}{}", part.word(), self.should())),
                reason: Shown::text(&reason),
                place,
            });
        }
        drift
    }

    fn is_text(&self, part: Part, reading: &Reading, state: &LimitsState<'_>) -> String {
        let value = value_text(self.entry.item, reading, state);
        let value = value.unwrap_or_else(|| "unset".into());
        if reading.line.is_none() {
            format!("{}{value} (inherited)", part.word())
        } else {
            format!("{}{value}", part.word())
        }
    }

    fn reason(
        &self,
        part: Part,
        reading: &Reading,
        evaluation: &Evaluation,
        state: &LimitsState<'_>,
    ) -> (String, Option<Place>) {
        let what = format!("{}{}", part.word(), self.entry.item.name());
        let who = self.target.who();
        if let Some(line) = evaluation.ended_by {
            let place = state.place(line);
            return (
                format!("{place} ends all limits for {who}: `{}`", shown_line(state, line)),
                Some(place),
            );
        }
        if let (Some(hard), Some(line)) = (reading.refused, reading.hard_line) {
            let place = state.place(line);
            let reason = refusal_words(self.entry.item, hard, &place);
            return (reason, Some(place));
        }
        let Some(line) = reading.line else {
            return (
                format!("no line sets {what} for {who}; it comes from {}", state.inherited_from()),
                None,
            );
        };
        if reading.clamped_from.is_some()
            && self.accepts(reading.clamped_from.map(Known::Limit), Some(line), state)
        {
            let cut = value_text(self.entry.item, reading, state).unwrap_or_default();
            let (by, place) = match reading.hard_line {
                Some(hard) => (format!("the hard limit of {}", state.place(hard)), state.place(hard)),
                None => {
                    (format!("the hard limit inherited from {}", state.inherited_from()), state.place(line))
                }
            };
            return (format!("clamped to {cut} by {by}: write `-` to set both"), Some(place));
        }
        let place = state.place(line);
        (format!("{place} decides: `{}`", shown_line(state, line)), Some(place))
    }
}

/// Why the kernel refuses a hard limit.
#[must_use]
pub fn refusal_words(item: Item, hard: u64, place: &Place) -> String {
    let hard = item.file_text(hard);
    format!(
        "{place} asks for hard {hard}, which the kernel refuses: nothing here has CAP_SYS_RESOURCE (a container?)"
    )
}

/// A value in the words of limits.conf.
#[must_use]
pub fn value_text(item: Item, reading: &Reading, state: &LimitsState<'_>) -> Option<String> {
    Some(match reading.value? {
        Known::Limit(value) => item.file_text(value),
        Known::Number(value) if value < 0 && matches!(item, Item::MaxLogins | Item::MaxSysLogins) => {
            "unlimited".into()
        }
        Known::Number(value) => value.to_string(),
        Known::Path => reading
            .line
            .and_then(|line| state.limit(line))
            .map(|(_, limit, bytes)| Shown::bytes(limit.value_text.of(bytes)).to_string())?,
    })
}

/// A line as it is shown: without its comment and with single blanks.
#[must_use]
pub fn shown_line(state: &LimitsState<'_>, line: LineId) -> Shown {
    let text = state.text(line);
    let end = standfast_facts::search::memchr2(b'#', 0, text).unwrap_or(text.len());
    let mut shown = Vec::with_capacity(end);
    for word in text[..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        if !shown.is_empty() {
            shown.push(b' ');
        }
        shown.extend_from_slice(word);
    }
    Shown::bytes(&shown)
}

/// Why a line loses to the one that decides.
#[must_use]
pub fn why_it_loses(loser: (LineId, Class), winner: (LineId, Class), winner_place: &Place) -> String {
    let ((loser, loser_class), (winner, winner_class)) = (loser, winner);
    if winner_class < loser_class {
        format!(
            "{} at {winner_place} beats {}, whatever the order",
            winner_class.words(),
            loser_class.words()
        )
    } else if winner > loser {
        format!("of two equals the later decides: {winner_place}")
    } else {
        format!("its soft half lost to {winner_place}, and then its hard half is not read either")
    }
}
