//! The entries of all files that pam_limits reads, as resources.

use rustc_hash::FxHashMap;
use standfast_facts::ids::{Gid, Uid};
use standfast_facts::login_defs::LoginDefs;
use standfast_facts::rlimit::Rlimit;

use super::DROP_IN;
use super::config::LimitsConfig;
use super::domain::{Domain, Ids, Sigil};
use super::entry::{Ensure, LimitValue, LimitsEntry};
use super::item::{Item, ItemValue};
use super::judge::{self, Known, Part};
use super::semantics::LineId;
use super::state::LimitsState;
use super::syntax::{Limit, Line};
use super::target::Target;
use crate::provider::Listed;
use crate::schema::{AttributeValue, Value};

/// All entries, each title once, and the files as a whole.
///
/// Of lines of the same domain, type and item the last counts. A number that is someone's is told by the name, as
/// `match_by => id` writes it.
pub(super) fn list(state: &LimitsState<'_>, login_defs: &LoginDefs) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    let mut by_title: FxHashMap<String, usize> = FxHashMap::default();
    for (id, line, bytes) in state.lines() {
        let Some((_, limit, _)) = state.limit(id) else { continue };
        let Some(domain) = domain(state, line, bytes) else { continue };
        let title = format!("{domain}/{}/{}", limit.limit_type.word(), limit.item.name());
        let mut ways = ways(state, id, limit, bytes);
        ways.extend(in_force(state, login_defs, &title, ways.first()));
        let entry = Listed { kind: LimitsEntry::KIND.name, title: title.clone(), ways };
        match by_title.get(&title).and_then(|index| listed.get_mut(*index)) {
            Some(earlier) => *earlier = entry,
            None => {
                by_title.insert(title, listed.len());
                listed.push(entry);
            }
        }
    }
    let inert = |word: &str| vec![("inert", Value::Text(word.to_owned()))];
    listed.push(Listed {
        kind: LimitsConfig::KIND.name,
        title: LimitsConfig::KIND.title.to_owned(),
        ways: vec![inert("forbid"), inert("report")],
    });
    listed
}

/// Whom a line is for, by name where a number stands for one; `None` where a manifest cannot say it.
fn domain(state: &LimitsState<'_>, line: &Line, bytes: &[u8]) -> Option<String> {
    let accounts = &state.machine.accounts;
    let name = match line.domain {
        // What the name service cannot say stays a number.
        Domain::Range(Sigil::User, Ids::One(uid)) => {
            accounts.user_by_uid(Uid(uid)).ok().flatten().map(|account| ("", account.name))
        }
        Domain::Range(Sigil::Group, Ids::One(gid)) => {
            accounts.group_by_gid(Gid(gid)).ok().flatten().map(|group| ("@", group.name))
        }
        Domain::Range(Sigil::AllGroup, Ids::One(gid)) => {
            accounts.group_by_gid(Gid(gid)).ok().flatten().map(|group| ("%", group.name))
        }
        _ => None,
    };
    let named = name.and_then(|(sign, name)| Some(format!("{sign}{}", String::from_utf8(name).ok()?)));
    named.or_else(|| Some(std::str::from_utf8(line.domain_text.of(bytes)).ok()?.to_owned()))
}

/// How an entry may be declared: by number, by name, and as it stands there, though it does nothing.
fn ways(state: &LimitsState<'_>, id: LineId, limit: &Limit, bytes: &[u8]) -> Vec<Vec<(&'static str, Value)>> {
    let mut way = vec![
        ("ensure", Value::Text(Ensure::Present.word().to_owned())),
        ("value", Value::Text(value(limit, bytes))),
    ];
    let file = state.place(id).file.to_string_lossy().into_owned();
    if file != DROP_IN {
        way.push(("target", Value::Text(file)));
    }
    let with = |word: &str| {
        let mut other = way.clone();
        other.push(("match_by", Value::Text(word.to_owned())));
        other
    };
    vec![way.clone(), with("name"), with("verbatim")]
}

/// The same with the value that comes of it, where another line cuts it or decides in its place.
fn in_force(
    state: &LimitsState<'_>,
    login_defs: &LoginDefs,
    title: &str,
    way: Option<&Vec<(&'static str, Value)>>,
) -> Option<Vec<(&'static str, Value)>> {
    let way = way?;
    let parts = LimitsEntry::title_parts(title).ok()?;
    let entry = LimitsEntry::from_values(way.iter().map(|(name, value)| (*name, value)), &parts).ok()?;
    let target = Target::of(&entry, state, login_defs).ok()?;
    let ordinary = (login_defs.uid_min, login_defs.uid_max);
    let about = (entry.item, entry.limit_type);
    let evaluation = state.deciding_item(target.subject.as_ref()?, ordinary, about).ok()?.evaluate(state);
    let mut values = Part::of(entry.item, entry.limit_type).iter().map(|part| {
        match judge::read(&evaluation, entry.item, *part, state).value {
            Some(Known::Limit(value)) => Some(entry.item.file_text(value)),
            Some(Known::Number(value)) => Some(value.to_string()),
            Some(Known::Path) | None => None,
        }
    });
    let value = values.next()??;
    values.all(|other| other.as_deref() == Some(&value)).then(|| {
        let with = |(name, old): &(&'static str, Value)| match *name {
            "value" => ("value", Value::Text(value.clone())),
            name => (name, old.clone()),
        };
        way.iter().map(with).collect()
    })
}

/// The value as a manifest says it: as it is written, or as pam_limits understands it where that is something else.
fn value(limit: &Limit, bytes: &[u8]) -> String {
    let written = String::from_utf8_lossy(limit.value_text.of(bytes)).into_owned();
    // The module takes a nice that is out of bounds for the bound.
    if LimitValue::from_text(&written).is_ok() && limit.item != Item::Rlimit(Rlimit::Nice) {
        return written;
    }
    match limit.value {
        ItemValue::NrOpen => "unlimited".to_owned(),
        ItemValue::Rlimit(value) => limit.item.file_text(value),
        ItemValue::Number(value) => value.to_string(),
        ItemValue::WrongButZero => "0".to_owned(),
        ItemValue::Path => written,
    }
}
