//! Makes cases from a seed: `wide` for the variety of syntax, `dense` for collisions of precedence.

mod dense;
mod line;
mod pools;
mod random;
mod wide;

pub(crate) use dense::dense;
pub(crate) use wide::wide;
