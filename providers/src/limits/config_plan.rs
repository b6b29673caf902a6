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
use super::judge::shown_line;
use super::semantics::LineId;
use super::state::{LimitsState, ObserveError};
use super::syntax::Action;
use super::target::Target;
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
    let declared = Declared::of(state, entries, login_defs);
    for line in state.line_findings().map_err(ConfigError::Accounts)? {
        // What a resource declares, with `match_by => verbatim`, stays; it has a finding of its own.
        let is_forbidden = desired.inert == Inert::Forbid && line.lasting == Lasting::Ever;
        if is_forbidden && !declared.names(state, line.id) {
            plan.drift.push(Drift {
                property: "inert",
                is: shown_line(state, line.id),
                should: Shown::text("no line without effect"),
                reason: Shown::text(&format!(
                    "{} {}: {}",
                    line.finding.place, line.finding.message, line.finding.remedy
                )),
                place: Some(line.finding.place.clone()),
            });
            plan.edits.push(comment_out(state, line.id));
        }
        plan.findings.push(line.finding);
    }
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
            reason: Shown::text(&format!("{place} is an entry that no resource declares")),
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
    targets: Vec<(&'e LimitsEntry, Target)>,
    keys: FxHashSet<(Vec<u8>, &'static str, &'static str)>,
}

impl<'e> Declared<'e> {
    fn of(state: &LimitsState<'_>, entries: &[&'e LimitsEntry], login_defs: &LoginDefs) -> Self {
        let (mut targets, mut keys) = (Vec::new(), FxHashSet::default());
        for entry in entries.iter().filter(|entry| entry.ensure == Ensure::Present) {
            let mut declare = |domain: &str| {
                keys.insert((domain.as_bytes().to_vec(), entry.limit_type.word(), entry.item.name()))
            };
            // An entry whose domain cannot be resolved fails on its own; purging what it may mean would be worse.
            declare(&entry.domain);
            if let Ok(target) = Target::of(entry, state, login_defs) {
                declare(&target.written);
                targets.push((*entry, target));
            }
        }
        Self { targets, keys }
    }

    fn names(&self, state: &LimitsState<'_>, id: LineId) -> bool {
        let Some((line, limit, bytes)) = state.limit(id) else { return false };
        let is_declared = |domain: &[u8]| {
            self.keys.contains(&(domain.to_vec(), limit.limit_type.word(), limit.item.name()))
        };
        // A line by number names its user in a comment, which tells even when the name service does not.
        let text = state.text(id);
        let comment = memchr::memchr(b'#', text).map(|hash| text[hash + 1..].trim_ascii());
        is_declared(line.domain_text.of(bytes))
            || matches!(line.domain, Domain::Range(..)) && comment.is_some_and(is_declared)
            || self.targets.iter().any(|(entry, target)| {
                entry.item == limit.item
                    && entry.limit_type == limit.limit_type
                    && target.is_domain_of(line, bytes)
            })
    }
}
