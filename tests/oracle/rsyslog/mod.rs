//! rsyslogd is asked what it reads, and where messages arrive; our reader must say the same.

mod dump;
mod generate;
mod read;
mod trees;
