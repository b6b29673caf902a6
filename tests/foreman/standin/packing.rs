//! Foreman's six counters in one integer: ten bits each, the first the lowest.

use serde_json::{Map, Value};

/// The counters in their order.
pub(crate) const COUNTERS: [&str; 6] =
    ["applied", "restarted", "failed", "failed_restarts", "skipped", "pending"];
/// Bits of a counter.
const BITS: usize = 10;
/// The largest count that is kept.
const MOST: i64 = (1 << BITS) - 1;

/// The six counters as Foreman stores them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed(pub(crate) i64);

/// Why counters cannot be packed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unpackable {
    /// A key that is none of the six.
    Unknown,
    /// Below zero.
    OutOfRange,
    /// Neither a number nor a text.
    NoNumber,
}

impl Packed {
    /// Packs them; what is not named is zero, and more than 1023 is 1023.
    pub(crate) fn pack(status: &Map<String, Value>) -> Result<Self, Unpackable> {
        let mut packed = 0;
        for (name, value) in status {
            let index = COUNTERS.iter().position(|counter| counter == name).ok_or(Unpackable::Unknown)?;
            let value = integer(value).ok_or(Unpackable::NoNumber)?;
            if value < 0 {
                return Err(Unpackable::OutOfRange);
            }
            packed |= value.min(MOST) << (BITS * index);
        }
        Ok(Self(packed))
    }

    /// One counter read back.
    pub(crate) fn get(self, counter: &str) -> i64 {
        let index = COUNTERS.iter().position(|name| *name == counter).expect("one of the six counters");
        self.0 >> (BITS * index) & MOST
    }

    /// All six read back, as the API tells them.
    pub(crate) fn unpack(self) -> Value {
        COUNTERS
            .iter()
            .map(|name| ((*name).to_owned(), Value::from(self.get(name))))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Something failed, a restart too.
    pub(crate) fn is_error(self) -> bool {
        self.get("failed") + self.get("failed_restarts") > 0
    }

    /// Something was changed, a restart too.
    pub(crate) fn is_change(self) -> bool {
        self.get("applied") + self.get("restarted") > 0
    }

    /// Something would be changed.
    pub(crate) fn is_pending(self) -> bool {
        self.get("pending") > 0
    }
}

/// Ruby's `to_i`: the digits that a text starts with, else 0.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Null => Some(0),
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => {
            let text = text.trim_start();
            let end = text.char_indices().find(|(at, c)| !(c.is_ascii_digit() || *at == 0 && *c == '-'));
            Some(text[..end.map_or(text.len(), |(at, _)| at)].parse().unwrap_or(0))
        }
        _ => None,
    }
}
