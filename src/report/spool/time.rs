//! `Time`, an instant in UTC to the microsecond, as it stands in reports and in the spool's state.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::{self, SECOND};

/// Microseconds since 1970 in UTC; as text always `2026-11-27T12:08:46.123456Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The host's clock; 1970 where it is before that.
    #[must_use]
    pub fn now() -> Self {
        Self::of_system(SystemTime::now())
    }

    pub(super) fn of_system(time: SystemTime) -> Self {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    /// Reads what [`Time`] writes, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.strip_suffix('Z')?.split_once('.')?;
        let is_fraction = fraction.len() == 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let micros: i64 = if is_fraction { fraction.parse().ok()? } else { return None };
        Some(Self(calendar::parse_utc(&format!("{whole}Z"))? + micros))
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was at this time; nothing where it was not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `2026-11-27T12:08:46Z`, for a person.
    #[must_use]
    pub fn to_the_second(self) -> String {
        calendar::text(self.0.div_euclid(SECOND) * SECOND) + "Z"
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = calendar::text(self.0.div_euclid(SECOND) * SECOND);
        write!(f, "{whole}.{:06}Z", self.0.rem_euclid(SECOND))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("not a time in UTC with six digits of fraction"))
    }
}
