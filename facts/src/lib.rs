//! Reads the machine: accounts, limits in force, the installed modules. Writes nothing.

pub mod root;
