//! A real session by su, in a private mount namespace.
