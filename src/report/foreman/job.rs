//! What the program that uploads is asked, and what it says: one JSON object each way, on its standard input and output.

use serde::{Deserialize, Serialize};

/// An upload. It holds secrets, so it has no `Debug`, and goes through a pipe alone.
#[derive(Deserialize, Serialize)]
pub struct Job {
    /// Where the body goes, a URL.
    pub address: String,
    /// The name of that host, for what is told.
    pub host: String,
    /// The certificates of the authorities that are believed, PEM; empty for plain HTTP on this host.
    pub authorities: String,
    /// The certificate and the key that this host shows, PEM.
    pub identity: Option<String>,
    /// Who asks, where it is a user: the name and the password.
    pub login: Option<(String, String)>,
    /// The proxy of HTTP that is asked to connect, a URL.
    pub http_proxy: Option<String>,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout: u64,
    /// How long the whole of a request may take, in milliseconds.
    pub timeout: u64,
    /// The body, JSON.
    pub body: String,
}

/// What became of it.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The server answered.
    Answer(Answer),
    /// The other side is away, or what it sent broke off: the report may have arrived.
    Away(String),
    /// It will not get better by itself: a certificate, a name, a setting.
    Misconfigured(String),
}

/// What a server answered, as far as it counts.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The status code of HTTP.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// `Date`.
    pub date: Option<String>,
    /// The start of the body, as text.
    pub body: String,
    /// When it came, in microseconds since 1970.
    pub at: i64,
}
