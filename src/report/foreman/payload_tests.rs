//! Outcomes in, bodies out.
