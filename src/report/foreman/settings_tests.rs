//! Where settings come from, and what is refused.
