//! The oracle for limits.conf: an installed pam_limits.so, asked through the real libpam.

mod answer;
mod case;
mod client;
mod compare;
mod facts;
mod frame;
mod generate;
mod reach;
