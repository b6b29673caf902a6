//! rsyslogd is asked what it reads, and where messages arrive; our reader must say the same.

mod arrivals;
mod behaviour;
mod dense;
mod dump;
mod forward;
mod generate;
mod read;
mod receivers;
mod trees;
