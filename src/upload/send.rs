//! The upload: the only code that knows HTTP.
//!
//! No redirection is followed, no proxy is asked unless one is set, nobody is believed but the authorities that are
//! set, and of an answer no more than its start is read.

use std::error::Error as _;
use std::io::Read;
use std::time::{Duration, SystemTime};

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONNECTION, CONTENT_TYPE, DATE, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy};

use crate::chain::chain;
use crate::job::{Answer, Job, Reply};
use crate::tls;

/// How much of an answer is read, in bytes.
const MOST_ANSWER: u64 = 64 * 1024;

/// Does a job.
#[must_use]
pub fn send(job: &Job) -> Reply {
    let client = match client(job) {
        Ok(client) => client,
        Err(reason) => return Reply::Misconfigured(reason),
    };
    let mut request = client
        .post(&job.address)
        .timeout(Duration::from_millis(job.timeout))
        .header(CONTENT_TYPE, "application/json")
        // The server closes then; an end that TLS is not told of stands in the log of a Smart Proxy as an error.
        .header(CONNECTION, "close")
        .body(job.body.clone());
    if let Some((user, password)) = &job.login {
        // The header that holds it is marked as sensitive.
        request = request.basic_auth(user, Some(password));
    }
    let reply = match request.send() {
        Ok(response) => read(response),
        Err(error) => no_answer(job, &error),
    };
    // To drop it would wait for the look-up of a name, however long that takes; the process ends now anyway.
    std::mem::forget(client);
    reply
}

fn client(job: &Job) -> Result<Client, String> {
    let mut builder = Client::builder()
        .user_agent(concat!("standfast/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(Duration::from_millis(job.connect_timeout))
        // That of the request counts, which holds for the whole; this one would begin anew with each byte.
        .timeout(None)
        .tls_certs_only(authorities(job)?);
    if let Some(pem) = &job.identity {
        builder = builder.identity(tls::identity(pem)?);
    }
    if let Some(proxy) = &job.http_proxy {
        let proxy = Proxy::all(proxy).map_err(|error| format!("http_proxy: {}", chain(&error)))?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| format!("cannot make ready to send: {}", chain(&error)))
}

fn authorities(job: &Job) -> Result<Vec<Certificate>, String> {
    if job.authorities.is_empty() {
        return Ok(Vec::new());
    }
    let certificates = Certificate::from_pem_bundle(job.authorities.as_bytes())
        .map_err(|error| format!("ca_file: {}", chain(&error)))?;
    if certificates.is_empty() {
        return Err("ca_file: holds no certificate (-----BEGIN CERTIFICATE-----)".to_owned());
    }
    Ok(certificates)
}

fn no_answer(job: &Job, error: &reqwest::Error) -> Reply {
    let host = &job.host;
    if let Some(hint) = tls::hint(error, host) {
        return Reply::Misconfigured(hint);
    }
    if error.is_builder() {
        return Reply::Misconfigured(format!("nothing can be sent to this url: {}", cause(error)));
    }
    Reply::Away(if error.is_timeout() && error.is_connect() {
        format!("{host} does not answer: no connection within {} s", job.connect_timeout / 1000)
    } else if error.is_timeout() {
        format!("{host} does not answer within {} s", job.timeout / 1000)
    } else {
        format!("{host} cannot be asked: {}", cause(error))
    })
}

fn read(response: Response) -> Reply {
    let header = |name: HeaderName| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header(RETRY_AFTER),
        location: header(LOCATION),
        date: header(DATE),
        body: String::new(),
        at: now(),
    };
    let mut body = Vec::new();
    match response.take(MOST_ANSWER).read_to_end(&mut body) {
        Ok(_) => {
            answer.body = String::from_utf8_lossy(&body).into_owned();
            Reply::Answer(answer)
        }
        // Whether it was stored stands in the body.
        Err(error) => Reply::Away(format!("the answer {} broke off: {}", answer.status, chain(&error))),
    }
}

/// The time, in microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Why, without the address, which is told already, and without the name of the layer that tells it.
fn cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(layer) = cause.filter(|layer| layer.to_string().starts_with("client error")) {
        cause = layer.source();
    }
    cause.map_or_else(|| error.to_string(), chain)
}
