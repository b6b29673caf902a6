//! The exit codes: Puppet's detailed ones.

use std::process::ExitCode;

/// How a run ended. The numbers are those of `puppet agent --detailed-exitcodes`, puppet-agent(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is in sync.
    InSync,
    /// It could not run: bad usage, bad policy, no access.
    CouldNotRun,
    /// There is drift, or there were changes.
    Drift,
    /// Some resources failed.
    Failures,
    /// Both drift or changes, and failures.
    DriftAndFailures,
}

impl Exit {
    /// The code that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::InSync => 0,
            Self::CouldNotRun => 1,
            Self::Drift => 2,
            Self::Failures => 4,
            Self::DriftAndFailures => 6,
        }
    }

    /// The same with a failure beside it.
    #[must_use]
    pub fn with_failure(self) -> Self {
        match self {
            Self::CouldNotRun => Self::CouldNotRun,
            Self::InSync | Self::Failures => Self::Failures,
            Self::Drift | Self::DriftAndFailures => Self::DriftAndFailures,
        }
    }

    /// From what happened to the resources.
    #[must_use]
    pub fn of(has_drift: bool, has_failures: bool) -> Self {
        match (has_drift, has_failures) {
            (false, false) => Self::InSync,
            (true, false) => Self::Drift,
            (false, true) => Self::Failures,
            (true, true) => Self::DriftAndFailures,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_codes_are_puppets_detailed_ones() {
        assert_eq!(Exit::of(false, false).code(), 0);
        assert_eq!(Exit::of(true, false).code(), 2);
        assert_eq!(Exit::of(false, true).code(), 4);
        assert_eq!(Exit::of(true, true).code(), 6);
        assert_eq!(Exit::CouldNotRun.code(), 1);
    }

    #[test]
    fn a_failure_beside_it_adds_4() {
        for (exit, code) in [
            (Exit::InSync, 4),
            (Exit::Drift, 6),
            (Exit::Failures, 4),
            (Exit::DriftAndFailures, 6),
            (Exit::CouldNotRun, 1),
        ] {
            assert_eq!(exit.with_failure().code(), code);
        }
    }
}
