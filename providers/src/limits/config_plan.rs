//! The plan for `limits_config`: lines that do nothing, entries that nobody declared.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustc_hash::FxHashSet;
use standfast_facts::accounts::AccountsError;
use standfast_facts::login_defs::LoginDefs;
use thiserror::Error;

use super::config::{Inert, LimitsConfig};
use super::domain::Domain;
use super::entry::{Ensure, LimitsEntry};
use super::findings::Lasting;
use super::item::Item;
use super::judge::shown_line;
use super::owners::Owners;
use super::semantics::LineId;
use super::state::{LimitsState, ObserveError};
use super::syntax::{Action, LimitType};
use super::target::{Target, comment_of};
use crate::document::Change;
use crate::provider::{Drift, Edit, Plan};
use crate::shown::Shown;

/// Why there is no plan for the files as a whole.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The name service failed.
    #[error("cannot look up users and groups")]
    Accounts(#[source] AccountsError),
    /// The PAM services cannot be read.
    #[error(transparent)]
    Observe(ObserveError),
    /// A glob that cannot be read.
    #[error("`{attribute}` is not a glob")]
    Glob {
        /// The attribute.
        attribute: &'static str,
        /// What is wrong with it.
        source: globset::Error,
    },
}

/// The plan for the files as a whole, given all entries that are declared beside it.
///
/// # Errors
/// [`ConfigError`] when accounts cannot be asked for, or a glob cannot be read.
pub fn plan(
    state: &LimitsState<'_>,
    desired: &LimitsConfig,
    entries: &[&LimitsEntry],
    login_defs: &LoginDefs,
) -> Result<Plan, ConfigError> {
    let mut plan = Plan { findings: state.file_findings().map_err(ConfigError::Observe)?, ..Plan::default() };
    let target = |entry: &&LimitsEntry| {
        (entry.ensure == Ensure::Present).then(|| Target::of(entry, state, login_defs).ok()).flatten()
    };
    let targets: Vec<_> = entries.iter().map(target).collect();
    let declared = Declared::of(entries, &targets);
    for line in state.line_findings().map_err(ConfigError::Accounts)? {
        // What a resource declares, with `match_by => verbatim`, stays; it has a finding of its own.
        let is_forbidden = desired.inert == Inert::Forbid && line.lasting == Lasting::Ever;
        if is_forbidden && !declared.names(state, line.id) {
            plan.drift.push(Drift {
                property: "inert",
                is: shown_line(state, line.id),
                should: Shown::text("no line without effect"),
                reason: Shown::owned(format!(
                    "{} {}: {}",
                    line.finding.place, line.finding.message, line.finding.remedy
                )),
                place: Some(line.finding.place.clone()),
            });
            plan.edits.push(comment_out(state, line.id));
        }
        plan.findings.push(line.finding);
    }
    plan.findings.extend(state.unasked_finding());
    purge(state, desired, &declared, &mut plan)?;
    Ok(plan)
}

fn comment_out(state: &LimitsState<'_>, id: LineId) -> Edit {
    let mut text = b"#".to_vec();
    text.extend_from_slice(state.text(id));
    Edit { file: state.place(id).file, change: Change::Replace { chunk: id.chunk as usize, text } }
}

fn purge(
    state: &LimitsState<'_>,
    desired: &LimitsConfig,
    declared: &Declared<'_>,
    plan: &mut Plan,
) -> Result<(), ConfigError> {
    let Some(files) = &desired.purge else { return Ok(()) };
    let files = globs("purge", files)?;
    let ignored = globs("purge_ignore", desired.purge_ignore.as_deref().unwrap_or_default())?;
    for (id, line, bytes) in state.lines() {
        let place = state.place(id);
        let domain = line.domain_text.of(bytes);
        let is_kept = matches!(line.action, Action::Inert(_))
            || !files.is_match(&place.file)
            || ignored.is_match(String::from_utf8_lossy(domain).as_ref())
            || declared.names(state, id);
        if is_kept {
            continue;
        }
        plan.drift.push(Drift {
            property: "purge",
            is: shown_line(state, id),
            should: Shown::text("absent"),
            reason: Shown::owned(format!("{place} is an entry that no resource declares")),
            place: Some(place.clone()),
        });
        plan.edits.push(Edit { file: place.file, change: Change::Remove { chunk: id.chunk as usize } });
    }
    Ok(())
}

/// Globs over paths and domains: `*` does not cross a slash, and a leading dot is as any other character.
fn globs(attribute: &'static str, patterns: &[String]) -> Result<GlobSet, ConfigError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(|source| ConfigError::Glob { attribute, source })?);
    }
    set.build().map_err(|source| ConfigError::Glob { attribute, source })
}

/// The entries that resources declare, by what their lines say.
struct Declared<'e> {
    owners: Owners<'e>,
    keys: FxHashSet<(&'e str, LimitType, Item)>,
}

impl<'e> Declared<'e> {
    fn of(entries: &[&'e LimitsEntry], targets: &'e [Option<Target>]) -> Self {
        let present = entries.iter().filter(|entry| entry.ensure == Ensure::Present);
        Self {
            owners: Owners::of(entries.iter().copied().zip(targets.iter().map(Option::as_ref))),
            // An entry whose domain cannot be resolved fails on its own; purging what it may mean would be worse.
            keys: present.map(|entry| (entry.domain.as_str(), entry.limit_type, entry.item)).collect(),
        }
    }

    fn names(&self, state: &LimitsState<'_>, id: LineId) -> bool {
        let Some((line, limit, bytes)) = state.limit(id) else { return false };
        let is_declared = |domain: &[u8]| {
            std::str::from_utf8(domain)
                .is_ok_and(|domain| self.keys.contains(&(domain, limit.limit_type, limit.item)))
        };
        // A line by number names its user in a comment, which tells even when the name service does not.
        is_declared(line.domain_text.of(bytes))
            || matches!(line.domain, Domain::Range(..)) && comment_of(state.text(id)).is_some_and(is_declared)
            || self.owners.declare(state, id)
    }
}
