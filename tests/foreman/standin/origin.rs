//! Where a report comes from: the scanners that look at its raw form, the first that knows it wins.

use serde_json::Value;

/// A scanner that a plugin registered. Puppet's belongs to the core and is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanner {
    Ansible,
    Standfast,
}

/// The origin of a raw report; `None` shows as N/A.
pub(crate) fn identify(raw: &Value, scanners: &[Scanner]) -> Option<&'static str> {
    if is_puppet(raw) {
        return Some("Puppet");
    }
    scanners.iter().find_map(|scanner| match scanner {
        Scanner::Ansible => is_ansible(raw).then_some("Ansible"),
        Scanner::Standfast => (raw["reporter"] == "standfast").then_some("Standfast"),
    })
}

/// The source of the last line of the log names Puppet anywhere.
fn is_puppet(raw: &Value) -> bool {
    let last = raw["logs"].as_array().and_then(|logs| logs.last());
    last.and_then(|log| log["log"]["sources"]["source"].as_str())
        .is_some_and(|source| source.contains("Puppet"))
}

fn is_ansible(raw: &Value) -> bool {
    let logs = raw["logs"].as_array().map_or(&[][..], Vec::as_slice);
    raw["reporter"] == "ansible"
        || logs.iter().any(|log| {
            log["log"]["messages"]["message"]
                .as_str()
                .is_some_and(|message| message.contains("\"_ansible_parsed\""))
        })
}
