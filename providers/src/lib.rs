//! Desired state, comparison and plan.

pub mod edit;
