//! What the files say beside what the daemon does: where they differ, no file can be trusted.

use std::collections::BTreeSet;
use std::net::IpAddr;

use standfast_facts::probe::answer::Answer;

use crate::provider::{Drift, Place};
use crate::shown::Shown;

/// A question of a stranger to an address of this host; he has that very address.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// NTP: more than the time.
    Ntp {
        /// The address that is asked, and asks.
        address: IpAddr,
    },
    /// SNMP, in any version that knows communities.
    Snmp {
        /// The address that is asked, and asks.
        address: IpAddr,
        /// The community.
        community: &'a [u8],
    },
}

/// What the files say of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configured {
    /// That it gets no answer.
    Closed,
    /// That it is answered, by this line.
    Open(Place),
}

/// One question, what the files say of it, and what came.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The address.
    pub address: IpAddr,
    /// What was asked for, as a person reads it: "monlist, mode 7 or 6", "the community `public`".
    pub what: String,
    /// What the files say.
    pub configured: Configured,
    /// What came.
    pub answer: Answer,
}

/// Which of what is as the files say is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Nothing of it.
    Nothing,
    /// That the daemon answers, and how much: the files are not as they should be.
    Open,
}

/// What the answers say that the files do not, a difference each; addresses of which the same holds are one.
#[must_use]
pub fn drifts(tried: &[Tried], confirm: Confirm) -> Vec<Drift> {
    let mut told: Vec<(Told, BTreeSet<IpAddr>)> = Vec::new();
    for one in tried {
        let Some(this) = Told::of(one, confirm) else { continue };
        match told.iter_mut().find(|(other, _)| other.is_like(&this)) {
            Some((other, addresses)) => {
                other.keep_the_worse(&this);
                addresses.insert(one.address);
            }
            None => told.push((this, BTreeSet::from([one.address]))),
        }
    }
    told.into_iter().map(|(told, addresses)| told.drift(&addresses)).collect()
}

/// How the files and the daemon differ over one question.
fn difference(configured: &Configured, answer: &Answer) -> Option<Difference> {
    match (configured, answer) {
        (Configured::Closed, Answer::Open { .. }) => Some(Difference::AnswersAllTheSame),
        (Configured::Open(_), Answer::Closed) => Some(Difference::DoesNotAnswer),
        (Configured::Open(_), Answer::NoListener) => Some(Difference::NothingListens),
        (Configured::Open(_), Answer::Open { .. })
        | (Configured::Closed, Answer::Closed | Answer::NoListener)
        | (_, Answer::CannotTell) => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    AnswersAllTheSame,
    DoesNotAnswer,
    NothingListens,
    /// None: what the files say is proved.
    Answers,
}

struct Told<'t> {
    difference: Difference,
    tried: &'t Tried,
}

impl<'t> Told<'t> {
    fn of(tried: &'t Tried, confirm: Confirm) -> Option<Self> {
        let confirmed = match (confirm, &tried.configured, &tried.answer) {
            (Confirm::Open, Configured::Open(_), Answer::Open { .. }) => Some(Difference::Answers),
            _ => None,
        };
        let difference = difference(&tried.configured, &tried.answer).or(confirmed)?;
        Some(Self { difference, tried })
    }

    fn is_like(&self, other: &Self) -> bool {
        self.difference == other.difference
            && self.tried.what == other.tried.what
            && self.tried.configured == other.tried.configured
    }

    fn keep_the_worse(&mut self, other: &Self) {
        if let (Answer::Open { measure: this, .. }, Answer::Open { measure: other_measure, .. }) =
            (&self.tried.answer, &other.tried.answer)
            && other_measure.factor() > this.factor()
        {
            self.tried = other.tried;
        }
    }

    fn drift(&self, addresses: &BTreeSet<IpAddr>) -> Drift {
        /// How many addresses are named.
        const NAMED: usize = 3;
        let named: Vec<String> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
        let others = match addresses.len().saturating_sub(NAMED) {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let at = format!("{}{others}", named.join(", "));
        let Tried { what, configured, answer, .. } = self.tried;
        let place = match configured {
            Configured::Open(place) => Some(place.clone()),
            Configured::Closed => None,
        };
        let by = place.as_ref().map(|place| format!(" by {place}")).unwrap_or_default();
        let got = match answer {
            Answer::Open { request, measure } => format!("{request}: {measure}"),
            Answer::Closed => "silent".into(),
            Answer::NoListener => "nothing listens".into(),
            Answer::CannotTell => "nobody can tell".into(),
        };
        let (should, reason) = match self.difference {
            Difference::AnswersAllTheSame => (
                "silent",
                format!(
                    "{what}: configured closed, answers all the same at {at} (not restarted? other file? other daemon?)"
                ),
            ),
            Difference::DoesNotAnswer => (
                "an answer",
                format!("{what}: configured open{by}, does not answer at {at} (not restarted? other file?)"),
            ),
            Difference::NothingListens => (
                "an answer",
                format!("{what}: configured open{by}, nothing listens at {at} (not started? other address?)"),
            ),
            Difference::Answers => {
                ("silent", format!("{what}: configured open{by}, and answers strangers at {at}"))
            }
        };
        Drift {
            property: "probe",
            is: Shown::owned(got),
            should: Shown::text(should),
            reason: Shown::owned(reason),
            place,
        }
    }
}

#[cfg(test)]
mod tests {
    use standfast_facts::probe::measure::{Family, Measure};

    use super::*;

    fn place() -> Place {
        Place { file: "/etc/ntp.conf".into(), line: 7 }
    }

    fn answers(bytes: u64) -> Answer {
        let mut measure = Measure::of_request(Family::V4, 8);
        measure.count(Family::V4, bytes);
        Answer::Open { request: "monlist", measure }
    }

    fn tried(address: &str, configured: Configured, answer: Answer) -> Tried {
        Tried { address: address.parse().unwrap(), what: "monlist".into(), configured, answer }
    }

    fn told(configured: Configured, answer: Answer) -> Vec<Drift> {
        drifts(&[tried("192.0.2.7", configured, answer)], Confirm::Nothing)
    }

    #[test]
    fn what_is_configured_closed_and_answers_all_the_same_is_drift() {
        let drift = told(Configured::Closed, answers(440)).remove(0);
        assert_eq!((drift.property, drift.should.as_str()), ("probe", "silent"));
        assert_eq!(drift.is.as_str(), "monlist: 8 bytes in, 440 bytes out in 1 packet, factor 55.0");
        assert_eq!(
            drift.reason.as_str(),
            "monlist: configured closed, answers all the same at 192.0.2.7 (not restarted? other file? other daemon?)"
        );
        assert_eq!(drift.place, None);
    }

    #[test]
    fn what_is_configured_open_and_does_not_answer_is_drift_of_its_line() {
        let drift = told(Configured::Open(place()), Answer::Closed).remove(0);
        assert_eq!((drift.is.as_str(), drift.should.as_str()), ("silent", "an answer"));
        assert!(
            drift
                .reason
                .as_str()
                .contains("configured open by /etc/ntp.conf:7, does not answer at 192.0.2.7")
        );
        assert_eq!(drift.place, Some(place()));
        let drift = told(Configured::Open(place()), Answer::NoListener).remove(0);
        assert!(drift.reason.as_str().contains("nothing listens at 192.0.2.7"), "{drift:?}");
    }

    #[test]
    fn what_is_as_the_files_say_and_what_nobody_can_tell_is_no_drift() {
        for (configured, answer) in [
            (Configured::Closed, Answer::Closed),
            (Configured::Closed, Answer::NoListener),
            (Configured::Closed, Answer::CannotTell),
            (Configured::Open(place()), Answer::CannotTell),
            (Configured::Open(place()), answers(440)),
        ] {
            assert_eq!(told(configured, answer), []);
        }
    }

    #[test]
    fn an_open_door_is_told_with_its_factor_where_it_should_not_be_open() {
        let all = [tried("192.0.2.7", Configured::Open(place()), answers(44_000))];
        let drift = drifts(&all, Confirm::Open).remove(0);
        assert!(drift.is.as_str().ends_with("factor 5500"), "{drift:?}");
        assert_eq!(
            drift.reason.as_str(),
            "monlist: configured open by /etc/ntp.conf:7, and answers strangers at 192.0.2.7"
        );
    }

    #[test]
    fn addresses_of_which_the_same_holds_are_told_together_with_the_worst_factor() {
        let all = [
            tried("192.0.2.7", Configured::Closed, answers(440)),
            tried("192.0.2.8", Configured::Closed, answers(880)),
            tried("2001:db8::7", Configured::Open(place()), answers(880)),
            tried("192.0.2.9", Configured::Closed, answers(440)),
            tried("192.0.2.10", Configured::Closed, answers(440)),
        ];
        let drifts = drifts(&all, Confirm::Nothing);
        assert_eq!(drifts.len(), 1);
        assert!(drifts[0].is.as_str().ends_with("factor 110"), "{:?}", drifts[0]);
        assert!(drifts[0].reason.as_str().contains("at 192.0.2.7, 192.0.2.8, 192.0.2.9 and 1 more ("));
    }
}
