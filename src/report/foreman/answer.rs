//! What an answer of Foreman or of the Smart Proxy means for a report: one row of the contract each. Pure functions.

use std::time::Duration;

use serde_json::Value;

use super::clean;
pub use super::job::Answer;
use super::time;

/// The longest text of a server that is told, in bytes.
const TOLD: usize = 300;

/// The longest time that a server is let ask to wait for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How far the clocks may be apart before it is told, in microseconds; Foreman's pages begin to complain then.
const SKEW: i64 = 10 * 1_000_000;

/// Where a report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The plugin of Foreman.
    Standfast,
    /// The plugin of a Smart Proxy.
    SmartProxy,
    /// `config_reports` of a Foreman without the plugin.
    ConfigReports,
}

/// What becomes of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is stored, or on the disk of the Smart Proxy; with what is to be told beside it.
    Done {
        /// What was told of an earlier report, where one was refused for good.
        note: Option<String>,
    },
    /// It, or a newer one, was stored before.
    DoneAlready,
    /// Foreman knows no such host, or shows it to this user not: kept, tried again slowly.
    UnknownHost {
        /// What was said.
        reason: String,
    },
    /// Something has to be put right first: kept, tried again slowly.
    Misconfigured {
        /// What, and what to do.
        reason: String,
    },
    /// Overloaded or away: kept, tried again.
    Retry {
        /// For how long the server asks to wait.
        after: Option<Duration>,
        /// What was said.
        reason: String,
    },
    /// Refused for good: no repetition would help.
    DeadLetter {
        /// Why.
        reason: String,
    },
}

impl Answer {
    /// What it means for the report that was sent to this endpoint.
    #[must_use]
    pub fn delivery(&self, endpoint: Endpoint) -> Delivery {
        let said = self.said();
        let reason = || {
            format!("{}{}", self.status, said.as_ref().map_or_else(String::new, |said| format!(": {said}")))
        };
        match (self.status, endpoint) {
            (200..=299, endpoint) => self.success(endpoint),
            (300..=399, _) => Delivery::Misconfigured { reason: self.redirected() },
            (407, _) => Delivery::Misconfigured {
                reason: format!(
                    "{}: http_proxy wants a login, and none can be given: use one that lets this host through",
                    reason()
                ),
            },
            (401 | 403, _) => Delivery::Misconfigured {
                reason: format!("{}: the certificate, the user or its token may not report", reason()),
            },
            (404 | 405 | 410, Endpoint::Standfast) => Delivery::Misconfigured {
                reason: format!(
                    "{}: nothing takes drift reports at this url: install the plugin foreman_standfast, or set stock_foreman = true",
                    reason()
                ),
            },
            (404 | 405 | 410, Endpoint::SmartProxy) => Delivery::Misconfigured {
                reason: format!(
                    "{}: nothing takes drift reports at this url: on the Smart Proxy install the plugin smart_proxy_standfast, or enable it in /etc/foreman-proxy/settings.d/standfast.yml",
                    reason()
                ),
            },
            (404 | 405 | 410, Endpoint::ConfigReports) => {
                Delivery::Misconfigured { reason: format!("{}: there is no Foreman at this url", reason()) }
            }
            (408 | 425 | 429 | 500.., _) => Delivery::Retry { after: self.wait(), reason: reason() },
            (422, _) => self.unprocessable(endpoint, reason()),
            _ => Delivery::DeadLetter { reason: reason() },
        }
    }

    /// Whether there is no plugin, so that only a stock Foreman could be there.
    #[must_use]
    pub fn is_no_plugin(&self) -> bool {
        self.status == 404
    }

    /// That the clocks of both sides are apart, in words.
    #[must_use]
    pub fn skew(&self) -> Option<String> {
        let apart = self.at - time::http_date(self.date.as_deref()?)?;
        let side = if apart > 0 { "ahead of" } else { "behind" };
        // A header has whole seconds.
        (apart.abs() > SKEW + 1_000_000).then(|| {
            format!(
                "the clock of this host is {} s {side} the server's: reports may count as old or early",
                apart.abs() / 1_000_000
            )
        })
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// A success is only one when the server says that it has the report: 201 with `"id": null` stored nothing.
    fn success(&self, endpoint: Endpoint) -> Delivery {
        let foreign = || Delivery::Misconfigured {
            reason: format!(
                "{}: the answer is not one of Foreman or of a Smart Proxy: is the url right?",
                self.status
            ),
        };
        let Some(Value::Object(json)) = self.json() else { return foreign() };
        if endpoint == Endpoint::SmartProxy && json.get("spooled") == Some(&Value::Bool(true)) {
            return Delivery::Done { note: last(json.get("last")) };
        }
        match json.get("id") {
            Some(Value::Null) => Delivery::UnknownHost {
                reason: format!("{}: nothing was stored: Foreman knows no such host", self.status),
            },
            Some(Value::Number(_)) if json.get("stored") == Some(&Value::Bool(false)) => {
                Delivery::DoneAlready
            }
            Some(Value::Number(_)) => Delivery::Done { note: None },
            _ => foreign(),
        }
    }

    fn unprocessable(&self, endpoint: Endpoint, reason: String) -> Delivery {
        let json = self.json().unwrap_or_default();
        let error = json.get("error").unwrap_or(&Value::Null);
        match endpoint {
            Endpoint::Standfast | Endpoint::SmartProxy => {
                let is_host = error.get("field").and_then(Value::as_str) == Some("host");
                let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
                if is_host && message.starts_with("unknown host") {
                    return Delivery::UnknownHost { reason };
                }
            }
            Endpoint::ConfigReports => {
                let errors = error.get("errors").unwrap_or(&Value::Null);
                // The body is frozen, and clean: it cannot be half of a report that was stored just now.
                if errors.get("reported_at").is_some() {
                    return Delivery::DoneAlready;
                }
                if ["host", "host_id"].iter().any(|field| errors.get(field).is_some()) {
                    return Delivery::UnknownHost { reason };
                }
            }
        }
        Delivery::DeadLetter { reason }
    }

    fn redirected(&self) -> String {
        let to = self.location.as_deref().map_or("elsewhere".to_owned(), |to| clean::line(to, TOLD));
        format!(
            "{}: the server sends the report to {to}, which is not followed: put the final address into url",
            self.status
        )
    }

    fn wait(&self) -> Option<Duration> {
        let asked = time::retry_after(self.retry_after.as_deref()?, self.at)?;
        Some(asked.min(LONGEST_WAIT))
    }

    /// What the server said in words, where it did.
    fn said(&self) -> Option<String> {
        let json = self.json()?;
        let error = json.get("error").unwrap_or(&json);
        let text = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let messages = || {
            let all = error.get("full_messages")?.as_array()?.iter().filter_map(Value::as_str);
            Some(all.collect::<Vec<_>>().join(", ")).filter(|all| !all.is_empty())
        };
        let message = text("message").map(str::to_owned).or_else(messages)?;
        let parts = [text("field").map(|field| format!("{field}: ")), Some(message)];
        let details = text("details").map(|details| format!(": {details}")).unwrap_or_default();
        Some(clean::line(&(parts.into_iter().flatten().collect::<String>() + &details), TOLD))
    }
}

/// What a Smart Proxy tells of the last report that Foreman refused for good.
fn last(last: Option<&Value>) -> Option<String> {
    let text = |name: &str| Some(clean::line(last?.get(name)?.as_str()?, TOLD));
    let outcome = text("outcome")?.replace('_', " ");
    let message = text("message").map(|message| format!(": {message}")).unwrap_or_default();
    let at = text("at").map(|at| format!(" ({at})")).unwrap_or_default();
    Some(format!(
        "Foreman refused an earlier report of this host, says the Smart Proxy: {outcome}{message}{at}"
    ))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
