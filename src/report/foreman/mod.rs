//! Reporting to Foreman: what a run found is told to its plugin, to a Smart Proxy, or to a Foreman without the plugin.
//!
//! | file | what |
//! |---|---|
//! | `settings` `conf` `units` `identity` | where to, as whom, how often |
//! | `payload` `clean` `stock` | the body: pure functions |
//! | `answer` `time` | what a server's answer means: pure functions |
//! | `pace` | when to send: pure functions |
//! | `send` `tls` | the upload, the only code that knows HTTP and TLS |
//! | `deliver` | the way of a report: spooled first, then sent, then settled |

pub mod answer;
pub mod clean;
mod conf;
pub mod deliver;
mod identity;
pub mod pace;
pub mod payload;
pub mod send;
pub mod settings;
pub mod stock;
pub mod time;
mod tls;
mod units;
