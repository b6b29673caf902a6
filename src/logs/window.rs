//! The time that both sides are complete for.

use serde::Serialize;

use super::Role;
use super::error::LogsError;
use crate::calendar::{self, SECOND};

/// The time from the first to the last entry of a log, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

impl Span {
    /// With an older file of the same log. Of the central side only the places count: see `Part::span`.
    #[must_use]
    pub fn with_older(self, older: Self, role: Role) -> Self {
        match role {
            Role::Local => Self { first: self.first.min(older.first), last: self.last.max(older.last) },
            Role::Central => Self { first: older.first, last: self.last },
        }
    }
}

/// What the caller has named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The first time that counts.
    pub since: Option<i64>,
    /// The last time that counts.
    pub until: Option<i64>,
    /// What is left out at the end, where no end is named: messages that are under way. In microseconds.
    pub slack: i64,
}

/// The time that is compared, first and last included, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub start: i64,
    /// The last.
    pub end: i64,
}

/// Entries that were not compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Before the window.
    pub before: u64,
    /// Behind it.
    pub after: u64,
}

impl Window {
    /// From the later of the first entries to the earlier of the last ones less the slack, or as named; cut to the
    /// unit that times of both sides have.
    ///
    /// Of several logs of a side, each begins when it begins; but they end together, for one daemon writes them.
    ///
    /// # Errors
    /// [`LogsError::NoWindow`] when nothing is left.
    pub fn of(local: &[Span], central: &[Span], bounds: Bounds, unit: i64) -> Result<Self, LogsError> {
        let first = local.iter().chain(central).map(|span| span.first).max();
        let last = |spans: &[Span]| spans.iter().map(|span| span.last).max();
        let end = last(local).zip(last(central)).map(|(local, central)| local.min(central));
        let start = floor(bounds.since.or(first).unwrap_or(i64::MIN), unit);
        let end = bounds.until.or(end.map(|end| end.saturating_sub(bounds.slack))).unwrap_or(i64::MAX);
        let end = floor(end, unit);
        if start <= end {
            return Ok(Self { start, end });
        }
        let (from, to) = (calendar::text(start), calendar::text(end));
        let why = match (bounds.since, bounds.until) {
            (Some(_), Some(_)) => format!("{from} is later than {to}"),
            (None, None) if start <= end.saturating_add(bounds.slack) => format!(
                "both sides are complete from {from}, and up to {} s before their last common entry, which is {to}",
                bounds.slack / SECOND
            ),
            _ => format!("both sides are complete from {from} up to {to} only"),
        };
        Err(LogsError::NoWindow { why })
    }

    /// Whether a time is in it.
    #[must_use]
    pub fn has(self, time: i64) -> bool {
        (self.start..=self.end).contains(&time)
    }
}

impl Outside {
    /// With those of another share.
    pub fn add(&mut self, other: Self) {
        self.before += other.before;
        self.after += other.after;
    }

    /// Counts a time that is not in the window.
    pub fn count(&mut self, window: Window, time: i64) {
        if time < window.start {
            self.before += 1;
        } else if time > window.end {
            self.after += 1;
        }
    }
}

/// A time cut to a unit; the ends of time stay as they are.
#[must_use]
pub fn floor(time: i64, unit: i64) -> i64 {
    if time == i64::MIN || time == i64::MAX { time } else { time.div_euclid(unit) * unit }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Span, Window, floor};

    const SLACK: Bounds = Bounds { since: None, until: None, slack: 5 };

    fn span(first: i64, last: i64) -> Span {
        Span { first, last }
    }

    #[test]
    fn only_the_time_that_both_sides_are_complete_for_is_compared() {
        let window = Window::of(&[span(10, 100)], &[span(0, 90)], SLACK, 1).unwrap();
        assert_eq!(window, Window { start: 10, end: 85 });
        assert!(window.has(10) && window.has(85) && !window.has(9) && !window.has(86));
    }

    #[test]
    fn of_several_logs_the_latest_beginning_and_the_latest_end_count() {
        let window = Window::of(&[span(10, 100), span(50, 60)], &[span(0, 200)], SLACK, 1).unwrap();
        assert_eq!(window, Window { start: 50, end: 95 });
    }

    #[test]
    fn what_is_named_counts_as_it_is() {
        let bounds = Bounds { since: Some(3), until: Some(400), slack: 5 };
        assert_eq!(
            Window::of(&[span(10, 100)], &[span(0, 90)], bounds, 1).unwrap(),
            Window { start: 3, end: 400 }
        );
        assert_eq!(Window::of(&[], &[span(0, 90)], bounds, 1).unwrap(), Window { start: 3, end: 400 });
    }

    #[test]
    fn an_entry_of_a_whole_second_is_not_before_one_of_the_same_second_with_a_fraction() {
        let bounds = Bounds { slack: 0, ..SLACK };
        let window = Window::of(&[span(19, 99)], &[span(10, 10)], bounds, 10).unwrap();
        assert_eq!(window, Window { start: 10, end: 10 });
    }

    #[test]
    fn where_nothing_is_left_it_says_so() {
        assert!(
            Window::of(&[span(10, 12)], &[span(0, 90)], SLACK, 1)
                .unwrap_err()
                .to_string()
                .contains("before their last")
        );
        assert!(Window::of(&[span(10, 20)], &[span(50, 90)], SLACK, 1).is_err());
        let reversed = Bounds { since: Some(9), until: Some(3), slack: 0 };
        assert!(Window::of(&[], &[], reversed, 1).unwrap_err().to_string().contains("is later than"));
    }

    #[test]
    fn a_time_is_cut_down_also_before_1970() {
        assert_eq!((floor(-1, 10), floor(19, 10), floor(i64::MAX, 10)), (-10, 10, i64::MAX));
    }
}
