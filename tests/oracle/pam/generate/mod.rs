//! Makes cases from a seed: `wide` for the variety of syntax, `dense` for collisions of precedence,
//! `logins` for the two items that count logins.

mod dense;
mod line;
mod pools;
mod wide;

pub(crate) use dense::{dense, logins};
pub(crate) use wide::wide;
