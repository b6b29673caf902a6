//! What is on the host, as resources in the form that a manifest takes.

use standfast_facts::machine::Machine;
use standfast_facts::root::Root;
use standfast_providers::provider::{Detail, Listed};
use standfast_providers::schema::Value;

use super::answer::There;
use crate::family::{Family, Observation};
use crate::outcome::Status;
use crate::resource::{Origin, Resource, ResourceMode};
use crate::run::{self, Mode};

/// All resources of a kind that are there.
///
/// Each is told in the way in which it is in sync when it is declared; where there is none, say for a line that another
/// overrides, in the words of the line.
///
/// # Errors
/// Why the family cannot be observed.
pub(super) fn list(root: &Root, family: Family, kind: &str) -> Result<Vec<There>, String> {
    let machine = Machine::new(root);
    let listed = Observation::list(&machine, family)?;
    let listed: Vec<Listed> = listed.into_iter().filter(|listed| listed.kind == kind).collect();
    let ways = best_ways(root, &listed);
    let told = listed.into_iter().zip(ways).map(|(listed, way)| There {
        kind: listed.kind,
        title: listed.title,
        parameters: listed.ways.into_iter().nth(way).unwrap_or_default(),
    });
    Ok(told.collect())
}

/// The way of each that is in sync, by its number; the first where none is.
fn best_ways(root: &Root, listed: &[Listed]) -> Vec<usize> {
    let mut best: Vec<Option<usize>> = vec![None; listed.len()];
    let most = listed.iter().map(|listed| listed.ways.len()).max().unwrap_or(0);
    for way in 0..most {
        // All of a round are planned together, for one look is enough for them.
        let open = (0..listed.len()).filter(|index| best.get(*index) == Some(&None));
        let tried: Vec<(usize, Resource)> =
            open.filter_map(|index| Some((index, resource(listed.get(index)?, way)?))).collect();
        let resources: Vec<Resource> = tried.iter().map(|(_, resource)| resource.clone()).collect();
        let all: Vec<usize> = (0..resources.len()).collect();
        let report = run::run_on(&Machine::new(root), &resources, &all, Mode::Check, Detail::Drift);
        for ((index, _), outcome) in tried.iter().zip(report.outcomes) {
            if outcome.status == Status::InSync
                && let Some(slot) = best.get_mut(*index)
            {
                *slot = Some(way);
            }
        }
    }
    best.into_iter().map(Option::unwrap_or_default).collect()
}

fn resource(listed: &Listed, way: usize) -> Option<Resource> {
    let values: Vec<(String, Value)> =
        listed.ways.get(way)?.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut resource = Resource::new(listed.kind, &listed.title, &values, Origin::Stdin).ok()?;
    resource.mode = ResourceMode::Noop;
    Some(resource)
}
