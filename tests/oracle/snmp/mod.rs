//! The oracle for snmpd.conf: a running snmpd, asked from several addresses with raw packets.

mod agent;
mod agree;
mod compare;
mod generate;
mod live;
mod named;
mod packet;
mod paths;
mod unix;
