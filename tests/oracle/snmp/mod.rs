//! The oracle for snmpd.conf: a running snmpd, asked from several addresses with raw packets.

mod agent;
mod agree;
mod communities;
mod compare;
mod enforced;
mod generate;
mod kinds;
mod live;
mod monitoring;
mod named;
mod packet;
mod paths;
mod secrets;
mod unix;
