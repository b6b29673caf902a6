//! A daemon that runs with older files than are there: none of these reads restrictions again before it is restarted.

use std::time::Duration;

use standfast_facts::daemons::Disclosure;
use standfast_facts::root::Root;

use super::reading::Role;
use super::state::Service;
use crate::provider::{Drift, Place};
use crate::shown::Shown;

/// How much earlier than the truth the start of a process may seem.
const TICK: Duration = Duration::from_millis(15);

/// What differs for as long as a daemon is not restarted.
pub(super) fn of_service(root: &Root, service: &Service) -> Option<Drift> {
    let daemon = service.installed.daemon().filter(|daemon| daemon.disclosure == Disclosure::Full)?;
    let (_, said) = service.readings.iter().find(|(reading, _)| reading.role == Role::Running)?;
    let places = said.paths().into_iter().chain(said.directories().iter().cloned());
    let modified = places.filter(|place| !place.starts_with("/proc")).filter_map(|place| {
        let status = root.status(&place).ok()?;
        Some((status.modified, place))
    });
    let (newest, place) = modified.max()?;
    if newest <= daemon.started + TICK {
        return None;
    }
    let shown = Shown::text(&place.to_string_lossy());
    let title = service.installed.title();
    Some(Drift {
        property: "ensure",
        is: Shown::owned(format!("process {} with older files", daemon.pid)),
        should: Shown::text("a process that was started after they were changed"),
        reason: Shown::owned(format!(
            "{shown} has changed since process {} of {title} was started, and it reads its files only then",
            daemon.pid
        )),
        place: Some(Place { file: place, line: 0 }),
    })
}
