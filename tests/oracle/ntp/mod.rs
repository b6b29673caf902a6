//! The daemons of time, asked by strangers: what they answer must be what our evaluator says.

mod case;
mod chrony;
mod compare;
mod facts;
mod generate;
mod ntpd;
mod outside;
mod packets;
mod strangers;
