//! The upload: the only code that knows HTTP.
//!
//! No redirection is followed, no proxy is asked unless one is set, nobody is believed but the authorities that are
//! set, and of an answer no more than its start is read.

use std::error::Error as _;
use std::io::Read;
use std::sync::Once;

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy};

use super::answer::{Answer, Endpoint};
use super::settings::Settings;
use super::time;
use super::tls;
use crate::chain::chain;

/// How much of an answer is read, in bytes.
const MOST_ANSWER: u64 = 64 * 1024;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The other side is away, or what it sent broke off: the report may have arrived.
    Away(String),
    /// It will not get better by itself: a certificate, a name, a setting.
    Misconfigured(String),
}

/// A connection to where reports go.
pub struct Sender<'s> {
    settings: &'s Settings,
    client: Client,
}

impl<'s> Sender<'s> {
    /// Makes ready to send.
    ///
    /// # Errors
    /// When a certificate or a key cannot be read as such.
    pub fn new(settings: &'s Settings) -> Result<Self, String> {
        install_provider();
        let mut builder = Client::builder()
            .user_agent(concat!("standfast/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            // That of the request counts, which holds for the whole; this one would begin anew with each byte.
            .timeout(None)
            .tls_certs_only(authorities(settings)?);
        if let Some(identity) = &settings.identity {
            builder = builder.identity(tls::identity(identity)?);
        }
        if let Some(proxy) = &settings.http_proxy {
            let proxy =
                Proxy::all(proxy.as_str()).map_err(|error| format!("http_proxy: {}", chain(&error)))?;
            builder = builder.proxy(proxy);
        }
        let client =
            builder.build().map_err(|error| format!("cannot make ready to send: {}", chain(&error)))?;
        Ok(Self { settings, client })
    }

    /// Sends a body to an endpoint.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(&self, endpoint: Endpoint, body: Vec<u8>) -> Result<Answer, NoAnswer> {
        let mut request = self
            .client
            .post(self.address(endpoint))
            .timeout(self.settings.timeout)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(login) = &self.settings.login {
            // It was found to be UTF-8 when it was read. The header that holds it is marked as sensitive.
            let password = str::from_utf8(login.password.reveal()).unwrap_or_default();
            request = request.basic_auth(&login.user, Some(password));
        }
        match request.send() {
            Ok(response) => read(response),
            Err(error) => Err(self.no_answer(&error)),
        }
    }

    /// Where reports of an endpoint go. That of a Smart Proxy is told by its path.
    fn address(&self, endpoint: Endpoint) -> String {
        let url = self.settings.url.as_str();
        match endpoint {
            Endpoint::Standfast if self.settings.url.is_smart_proxy() => format!("{url}/drift_reports"),
            Endpoint::Standfast => format!("{url}/api/v2/standfast/drift_reports"),
            Endpoint::ConfigReports => format!("{url}/api/v2/config_reports"),
        }
    }

    fn no_answer(&self, error: &reqwest::Error) -> NoAnswer {
        let host = self.settings.url.host();
        if let Some(hint) = tls::hint(error, host) {
            return NoAnswer::Misconfigured(hint);
        }
        if error.is_builder() {
            return NoAnswer::Misconfigured(format!("nothing can be sent to this url: {}", cause(error)));
        }
        let timeout = self.settings.timeout.as_secs();
        NoAnswer::Away(if error.is_timeout() && error.is_connect() {
            format!(
                "{host} does not answer: no connection within {} s",
                self.settings.connect_timeout.as_secs()
            )
        } else if error.is_timeout() {
            format!("{host} does not answer within {timeout} s")
        } else {
            let cause = cause(error);
            format!("{host} cannot be asked: {cause}")
        })
    }
}

fn authorities(settings: &Settings) -> Result<Vec<Certificate>, String> {
    let Some(pem) = &settings.authorities else { return Ok(Vec::new()) };
    let certificates =
        Certificate::from_pem_bundle(pem).map_err(|error| format!("ca_file: {}", chain(&error)))?;
    if certificates.is_empty() {
        return Err("ca_file: holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned());
    }
    Ok(certificates)
}

fn read(response: Response) -> Result<Answer, NoAnswer> {
    let header = |name: HeaderName| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header(RETRY_AFTER),
        location: header(LOCATION),
        date: header(DATE),
        body: Vec::new(),
        at: time::now(),
    };
    match response.take(MOST_ANSWER).read_to_end(&mut answer.body) {
        Ok(_) => Ok(answer),
        // Whether it was stored stands in the body.
        Err(error) => {
            Err(NoAnswer::Away(format!("the answer {} broke off: {}", answer.status, chain(&error))))
        }
    }
}

/// Why, without the address, which is told already, and without the name of the layer that tells it.
fn cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(layer) = cause.filter(|layer| layer.to_string().starts_with("client error")) {
        cause = layer.source();
    }
    cause.map_or_else(|| error.to_string(), chain)
}

/// What TLS computes with is chosen here and not at the start, which is not for those who send nothing.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
