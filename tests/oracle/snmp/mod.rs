//! The oracle for snmpd.conf: a running snmpd, asked from several addresses with raw packets.

mod agent;
mod compare;
mod named;
mod packet;
