//! The kind `ntp_monlist`: nobody outside gets an answer about a daemon of time.

use super::address::Network;
use crate::schema::{AttributeValue, Value, ValueType, not_a_fingerprint};
use crate::{kind, words};

words! {
    /// What should be.
    pub enum Ensure {
        /// Nobody outside is answered.
        Disabled = "disabled",
        /// The lines that standfast added are gone.
        Absent = "absent",
    }
}

/// Networks as a policy writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<Network>);

impl AttributeValue for Networks {
    const TYPE: ValueType = ValueType::List;
    const EACH: &'static str = "networks, for example 10.9.0.0/16 or 2001:db8::/32";
    const PATTERN: Option<&'static str> = Some("[0-9A-Fa-f:.]+(/[0-9]+)?");

    fn from_text(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Self::from_text(text),
            Value::List(list) => {
                list.iter().map(|text| network(text.trim())).collect::<Result<_, _>>().map(Self)
            }
            Value::Fingerprint(_) => Err(not_a_fingerprint(Self::TYPE)),
        }
    }
}

fn network(text: &str) -> Result<Network, String> {
    let network = Network::parse(text).ok_or("it takes networks such as 10.9.0.0/16 or 2001:db8::/32")?;
    // A slip of the pen would else open another network than was meant, or a greater one.
    let first = network.family().address(network.first());
    let is_exact = text.split('/').next().and_then(|text| text.parse().ok()) == Some(first);
    if is_exact { Ok(network) } else { Err(format!("bits behind the prefix are set; it takes {network}")) }
}

kind! {
    /// What the daemons of time of this host answer about themselves: mode 7 with monlist and mode 6 with mrulist and
    /// readvar of ntpd, the command port of chronyd. Small questions with forged senders make large answers of it.
    ///
    /// All daemons that run or are installed are judged, each by the rules of its release and by the files that it
    /// reads now and after a restart. One that cannot be asked from outside is in sync. One resource, titled `main`.
    pub struct NtpMonlist named "ntp_monlist" titled "main" {
        /// `disabled`: nobody but this host itself and `allow` gets an answer. `apply` adds lines for it, and changes
        /// none of yours: restrictions add up. `absent`: the lines that standfast added are taken away, and the files
        /// are what they were.
        Property ensure: Ensure = "disabled",
        /// Networks that may query, for example `10.9.0.0/16` or `2001:db8::/32`. Those that can query now still can
        /// when `apply` has closed the others; none is opened.
        Parameter allow: Option<Networks>,
        /// The file that gets the lines. It must be one that the daemon reads. Without it: for ntpd its main file, for
        /// NTPsec `ntp.d/00-standfast.conf` beside it where no DHCP client makes copies of it, for chronyd
        /// `zz-standfast.conf` in a `confdir`, or its main file.
        Parameter target: Option<String>,
    }
}

impl NtpMonlist {
    /// The networks that may query.
    #[must_use]
    pub fn allowed(&self) -> &[Network] {
        self.allow.as_ref().map(|networks| networks.0.as_slice()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::NtpMonlist;
    use crate::schema::{SchemaError, Value};

    fn allow(text: &str) -> Result<String, SchemaError> {
        let value = Value::Text(text.to_owned());
        let entry = NtpMonlist::from_values([("allow", &value)], &[])?;
        Ok(entry.allowed().iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn networks_are_taken_with_their_length_and_single_addresses_without() {
        assert_eq!(
            allow("10.9.0.0/16, 192.0.2.7,2001:db8::/32").unwrap(),
            "10.9.0.0/16 192.0.2.7 2001:db8::/32"
        );
        assert_eq!(allow("").unwrap(), "");
    }

    #[test]
    fn what_is_no_network_or_not_the_one_that_it_looks_like_is_refused() {
        for text in ["default", "10.9.0.1/16", "10.0.0.0/33", "10.9", "::1/64"] {
            assert!(allow(text).is_err(), "{text}");
        }
    }
}
