//! The program against the stand-in: what it sends, how it takes what comes, and whom it refuses to talk to.

mod endured;
mod machine;
mod refused;
mod soak;
mod ways;
mod whole;

use crate::standin::Standin;
use crate::standin::settings::Settings;

/// The name of the host that reports.
pub(crate) const HOST: &str = "web17.example.com";

/// A Foreman with the plugin, which knows the host.
pub(crate) fn foreman(settings: Settings) -> Standin {
    let foreman = Standin::plain(settings);
    foreman.store().add_host(HOST, None);
    foreman
}
