//! The plan for `limits_config`: lines that do nothing, entries that nobody declared.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use standfast_facts::accounts::AccountsError;
use standfast_facts::login_defs::LoginDefs;
use thiserror::Error;

use super::config::{Inert, LimitsConfig};
use super::entry::{Ensure, LimitsEntry};
use super::findings::Lasting;
use super::judge::shown_line;
use super::owners::Owners;
use super::semantics::LineId;
use super::state::LimitsState;
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
    let mut plan = Plan { findings: state.file_findings(), ..Plan::default() };
    for line in state.line_findings().map_err(ConfigError::Accounts)? {
        if desired.inert == Inert::Forbid && line.lasting == Lasting::Ever {
            plan.drift.push(Drift {
                property: "inert",
                is: shown_line(state, line.id),
                should: Shown::text("no line without effect"),
                reason: Shown::owned(format!("{}: {}", line.finding.place, line.finding.message)),
                place: Some(line.finding.place.clone()),
            });
            plan.edits.push(comment_out(state, line.id));
        }
        plan.findings.push(line.finding);
    }
    purge(state, desired, entries, login_defs, &mut plan)?;
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
    entries: &[&LimitsEntry],
    login_defs: &LoginDefs,
    plan: &mut Plan,
) -> Result<(), ConfigError> {
    let Some(files) = &desired.purge else { return Ok(()) };
    let files = globs("purge", files)?;
    let ignored = globs("purge_ignore", desired.purge_ignore.as_deref().unwrap_or_default())?;
    // An entry whose domain cannot be resolved fails on its own; purging what it may mean would be worse.
    let target = |entry: &&LimitsEntry| {
        (entry.ensure == Ensure::Present).then(|| Target::of(entry, state, login_defs).ok()).flatten()
    };
    let targets: Vec<_> = entries.iter().map(target).collect();
    let declared = Owners::of(entries.iter().copied().zip(targets.iter().map(Option::as_ref)));
    for (id, line, bytes) in state.lines() {
        let place = state.place(id);
        let domain = line.domain_text.of(bytes);
        let is_kept = matches!(line.action, Action::Inert(_))
            || !files.is_match(&place.file)
            || ignored.is_match(String::from_utf8_lossy(domain).as_ref())
            || declared.declare(state, id);
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
