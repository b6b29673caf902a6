//! What the answers of an address come to: what is set beside the configuration.

use super::measure::Measure;
use super::ntp::{NtpProved, NtpVerdict};
use super::snmp::{Label, SnmpProved};
use super::{Presence, Proved};

/// What a service tells a stranger who asks an address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// It answers.
    Open {
        /// The request with the largest factor, by its word.
        request: &'static str,
        /// What that brought.
        measure: Measure,
    },
    /// It is there, and does not answer.
    Closed,
    /// Nothing listens.
    NoListener,
    /// Nothing came, and nothing says that anything would have.
    CannotTell,
}

impl Proved {
    /// What NTP answers beside the time, on chrony's command port too; `None` when it was not asked.
    #[must_use]
    pub fn ntp_answer(&self) -> Option<Answer> {
        let ntp = self.ntp.as_ref()?;
        let command = ntp.command.as_ref().filter(|command| matches!(command.presence, Presence::Answers));
        let command = command.and_then(|command| command.exchange.as_ref());
        Some(match (ntp.verdict, ntp.worst().or(command)) {
            (_, Some(worst)) => Answer::Open { request: worst.request.word(), measure: worst.measure },
            (NtpVerdict::NoListener, None) => Answer::NoListener,
            (NtpVerdict::CannotTell, None) => Answer::CannotTell,
            (_, None) => Answer::Closed,
        })
    }

    /// Whether NTP answers anything but the time; `None` when it was not asked, `Some(None)` when that cannot be told.
    #[must_use]
    pub fn answers_queries(&self) -> Option<Option<bool>> {
        self.ntp_answer().map(|answer| match answer {
            Answer::Open { .. } => Some(true),
            Answer::Closed | Answer::NoListener => Some(false),
            Answer::CannotTell => None,
        })
    }

    /// What SNMP answers to a community; `None` when it was not asked with it.
    #[must_use]
    pub fn snmp_answer(&self, label: Label) -> Option<Answer> {
        let snmp = self.snmp.as_ref()?;
        snmp.communities.iter().find(|one| one.label == label)?;
        Some(match (snmp.worst(label), &snmp.presence) {
            (Some(worst), _) => Answer::Open { request: worst.request.word(), measure: worst.measure },
            (None, Presence::Answers) => Answer::Closed,
            (None, Presence::Refused) => Answer::NoListener,
            (None, Presence::Silent | Presence::Unasked(_)) => Answer::CannotTell,
        })
    }
}

impl NtpProved {
    /// Whether it gives a monitor list; `None` when that cannot be told.
    #[must_use]
    pub fn answers_monlist(&self) -> Option<bool> {
        match self.verdict {
            NtpVerdict::CannotTell => None,
            verdict => Some(verdict == NtpVerdict::MonlistOpen),
        }
    }
}

impl SnmpProved {
    /// Whether it accepts a default community; `None` when that cannot be told.
    #[must_use]
    pub fn answers_default_community(&self) -> Option<bool> {
        match self.presence {
            Presence::Answers | Presence::Refused => Some(self.accepted_defaults().next().is_some()),
            Presence::Silent | Presence::Unasked(_) => None,
        }
    }
}
