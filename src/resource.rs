//! `Resource`, one piece of desired state, wherever it comes from.

use standfast_providers::limits;
use standfast_providers::limits::config::LimitsConfig;
use standfast_providers::limits::entry::LimitsEntry;
use standfast_providers::ntp::entry::NtpMonlist;
use standfast_providers::rsyslog::desired::RsyslogForward;
use standfast_providers::schema::{Kind, SchemaError, Value};
use standfast_providers::shown::Shown;
use standfast_providers::snmp;
use standfast_providers::snmp::access::SnmpAccess;
use standfast_providers::snmp::community::SnmpCommunity;

use crate::family::Desired;

/// All kinds, in the order of the documentation.
pub const KINDS: [Kind; 6] = [
    LimitsEntry::KIND,
    LimitsConfig::KIND,
    NtpMonlist::KIND,
    SnmpCommunity::KIND,
    SnmpAccess::KIND,
    RsyslogForward::KIND,
];

/// One piece of desired state.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The kind's name.
    pub kind: &'static str,
    /// The title as it is given.
    pub title: String,
    /// What should be.
    pub desired: Desired,
    /// Whether this resource may be changed.
    pub mode: ResourceMode,
}

/// Whether a resource may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceMode {
    /// As the run says.
    Enforce,
    /// Puppet's metaparameter `noop`: it is only observed, whatever the run says.
    Noop,
}

/// Where a resource comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, which stays where it is: no secret may stand in it.
    File,
    /// Standard input, which leaves no trace.
    Stdin,
}

impl Resource {
    /// Makes a resource from what a policy says of it.
    ///
    /// # Errors
    /// [`SchemaError`] names the attribute and what is legal.
    pub fn new(
        kind: &str,
        title: &str,
        values: &[(String, Value)],
        origin: Origin,
    ) -> Result<Self, SchemaError> {
        let Some(known) = KINDS.iter().find(|known| known.name == kind) else {
            return Err(SchemaError::UnknownKind {
                name: Shown::text(kind).to_string(),
                known: KINDS.map(|kind| kind.name).join(", "),
            });
        };
        if origin == Origin::File {
            known.refuse_secrets(values.iter().map(|(name, _)| name.as_str()))?;
        }
        let desired = desired(known.name, title, values)?;
        Ok(Self { kind: known.name, title: title.to_owned(), desired, mode: ResourceMode::Enforce })
    }

    /// Its name as `check` selects it: `KIND/TITLE`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind, self.title)
    }
}

fn desired(kind: &str, title: &str, values: &[(String, Value)]) -> Result<Desired, SchemaError> {
    let given = values.iter().map(|(name, value)| (name.as_str(), value));
    if kind == LimitsConfig::KIND.name {
        return Ok(Desired::Limits(limits::Desired::Config(LimitsConfig::from_values(given, &[])?)));
    }
    if kind == NtpMonlist::KIND.name {
        return Ok(Desired::Ntp(NtpMonlist::from_values(given, &[])?));
    }
    if kind == RsyslogForward::KIND.name {
        let forward = RsyslogForward::from_values(given, &[("name", title)])?;
        forward.check()?;
        return Ok(Desired::Rsyslog(Box::new(forward)));
    }
    if kind == SnmpAccess::KIND.name {
        return Ok(Desired::Snmp(snmp::Desired::Access(SnmpAccess::from_values(given, &[])?)));
    }
    if kind == SnmpCommunity::KIND.name {
        let community = SnmpCommunity::from_values(given, &[("name", title)])?;
        community.check()?;
        return Ok(Desired::Snmp(snmp::Desired::Community(community)));
    }
    // The title names what is not given; Puppet splits it before and gives all three.
    let is_given = |name: &str| values.iter().any(|(given, _)| given == name);
    let parts = match LimitsEntry::title_parts(title) {
        Ok(parts) => Some(parts),
        Err(_) if ["domain", "type", "item"].into_iter().all(is_given) => None,
        Err(error) => return Err(error),
    };
    let parts = parts.as_ref().map(<[_; 3]>::as_slice).unwrap_or_default();
    let entry = LimitsEntry::from_values(given, parts)?;
    entry.check()?;
    Ok(Desired::Limits(limits::Desired::Entry(entry)))
}
