//! Desired state, comparison and plan.

pub mod commit;
pub mod edit;
