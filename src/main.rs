//! The standfast command line.

fn main() {}
