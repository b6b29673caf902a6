//! What is to be compared, as the caller names it.

use std::path::PathBuf;
use std::str::FromStr;

use super::source::Siblings;
use super::stamp::{self, Stamp};
use super::terms::Clock;
use super::window::Bounds;
use crate::calendar::SECOND;

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct Request {
    /// The host's own files.
    pub local: Vec<PathBuf>,
    /// Those of the central server.
    pub central: Vec<PathBuf>,
    /// The names that the host goes by; those in its own log where none is given.
    pub hosts: Vec<String>,
    /// Programs whose entries do not count.
    pub excluded: Vec<String>,
    /// The first time that counts.
    pub since: Option<Time>,
    /// The last time that counts.
    pub until: Option<Time>,
    /// Seconds that are left out at the end.
    pub slack: u32,
    /// Seconds east of Greenwich of stamps without a zone.
    pub zone: Option<i32>,
    /// Whether rotated files are read too.
    pub siblings: Siblings,
}

impl Request {
    /// The bounds by the clock of the comparison; a time without a zone is one of the zone that the logs have.
    pub(super) fn bounds(&self, clock: Clock, zone: i32) -> Bounds {
        Bounds {
            since: self.since.map(|time| time.by(clock, zone)),
            // A second is over when the next one begins.
            until: self.until.map(|time| time.by(clock, zone).saturating_add(SECOND - 1)),
            slack: i64::from(self.slack) * SECOND,
        }
    }
}

/// A time as the caller has named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(Stamp);

impl Time {
    fn by(self, clock: Clock, zone: i32) -> i64 {
        clock.time(&Stamp { offset: Some(self.0.offset.unwrap_or(zone)), ..self.0 })
    }
}

impl FromStr for Time {
    type Err = String;

    /// RFC 3339, or a part of it: `2026-11-26`, `2026-11-26 22:10`, with or without a zone.
    fn from_str(text: &str) -> Result<Self, String> {
        // What is missing is nought.
        let filled = match text.len() {
            10 => format!("{text}T00:00:00"),
            16 => format!("{text}:00"),
            _ => text.to_owned(),
        };
        let stamp = Stamp::whole(filled.as_bytes());
        stamp
            .map(Self)
            .ok_or_else(|| "write 2026-11-26, 2026-11-26T22:10:11 or 2026-11-26T22:10:11+01:00".to_owned())
    }
}

/// Reads `+01:00` as seconds east of Greenwich.
///
/// # Errors
/// Says what is legal.
pub fn zone(text: &str) -> Result<i32, String> {
    match stamp::zone(text.as_bytes()) {
        Some((Some(offset), b"")) => Ok(offset),
        _ => Err("write Z, +01:00 or -0530".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::terms::Clock;
    use super::{Time, zone};
    use crate::calendar::text;

    #[test]
    fn a_time_may_be_a_date_and_may_have_a_zone() {
        let by = |time: &str, clock| text(time.parse::<Time>().unwrap().by(clock, 3600));
        assert_eq!(by("2026-11-26", Clock::Utc(0)), "2026-11-25T23:00:00");
        assert_eq!(by("2026-11-26 22:10", Clock::Wall), "2026-11-26T22:10:00");
        assert_eq!(by("2026-11-26T22:10:11Z", Clock::Utc(0)), "2026-11-26T22:10:11");
        for wrong in ["", "today", "2026-11-26T22", "2026-11-26T22:10:11 x", "2026-11-26ä"] {
            assert!(wrong.parse::<Time>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_an_offset_and_nothing_else() {
        assert_eq!((zone("+01:00"), zone("-0530"), zone("Z")), (Ok(3600), Ok(-19_800), Ok(0)));
        for wrong in ["", "1", "+1", "CET", "+01:00x", "+99:00"] {
            assert!(zone(wrong).is_err(), "{wrong}");
        }
    }
}
