//! The kind `limits_config`: the files of pam_limits as a whole.

use crate::{kind, words};

words! {
    /// What is done about lines that do nothing.
    pub enum Inert {
        /// They are findings.
        Report = "report",
        /// They are drift, and `apply` comments them out.
        Forbid = "forbid",
    }
}

kind! {
    /// The files of pam_limits as a whole: lines that do nothing, entries that nobody declared, files that would
    /// refuse logins. One resource, titled `main`.
    pub struct LimitsConfig named "limits_config" titled "main" {
        /// Lines that can never do anything: a bare number as a domain, an unknown type or item, a value that cannot
        /// be read, a range that the installed module does not know. `forbid` makes them drift; `apply` comments
        /// them out, which changes nobody's limits.
        Property inert: Inert = "report",
        /// Files, as globs, in which entries that no `limits_entry` declares are drift and are removed, for example
        /// `/etc/security/limits.d/*.conf`. Comments stay.
        Property purge: Option<Vec<String>>,
        /// Domains, as globs, whose entries `purge` leaves alone, for example `@audio`.
        Parameter purge_ignore: Option<Vec<String>>,
    }
}
