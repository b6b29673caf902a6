//! Real senders and receivers: what arrives, and what is lost, when something between them breaks.

mod apply;
mod bursts;
mod certificates;
mod failover;
mod limit;
mod loss;
mod probe;
mod rig;
mod tls;
mod valid;
