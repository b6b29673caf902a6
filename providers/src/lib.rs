//! Desired state, comparison and plan.
