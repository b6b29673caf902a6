//! The daemons of time, asked by strangers: what they answer must be what our evaluator says.

mod apply;
mod case;
mod chrony;
mod compare;
mod facts;
mod generate;
mod ntpd;
mod openntpd;
mod outside;
pub(crate) mod packets;
mod strangers;
