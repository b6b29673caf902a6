//! The default policy as the program has it at hand: what default.ini says, without reading it at each start.

use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::LimitsEntry;
use standfast_providers::ntp::entry::NtpMonlist;
use standfast_providers::schema::{SchemaError, Value};
use standfast_providers::snmp::access::SnmpAccess;

use crate::resource::{Origin, Resource};

/// The default policy as a person reads it.
pub const TEXT: &str = include_str!("default.ini");

/// Kind, title, and attributes with their values.
type Declared = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const DECLARED: [Declared; 6] = [
    (LimitsConfig::KIND.name, "main", &[("inert", "forbid")]),
    (LimitsEntry::KIND.name, "*/hard/core", &[("value", "0"), ("bound", "at_most")]),
    (LimitsEntry::KIND.name, "*/hard/nproc", &[("value", "32768"), ("bound", "at_most")]),
    (LimitsEntry::KIND.name, "*/hard/rtprio", &[("value", "0"), ("bound", "at_most")]),
    (NtpMonlist::KIND.name, "main", &[("ensure", "disabled")]),
    (SnmpAccess::KIND.name, "main", &[("weak", "forbid"), ("write", "report"), ("any_source", "report")]),
];

/// The resources of the default policy.
///
/// # Errors
/// None that a test would not have met: each is as its kind wants it.
pub fn resources() -> Result<Vec<Resource>, SchemaError> {
    let resource = |(kind, title, attributes): Declared| {
        let values: Vec<_> = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned())))
            .collect();
        Resource::new(kind, title, &values, Origin::File)
    };
    DECLARED.into_iter().map(resource).collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::ini;

    #[test]
    fn what_the_program_has_at_hand_is_what_the_text_says() {
        let told = ini::parse("default policy", super::TEXT).unwrap();
        assert_eq!(format!("{told:?}"), format!("{:?}", super::resources().unwrap()));
        assert_eq!(told.len(), 6);
    }
}
