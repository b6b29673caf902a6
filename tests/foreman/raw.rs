//! A client that sends just what it is told to, byte for byte, and takes what comes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;

use crate::standin::Standin;
use crate::standin::pki::Identity;
use crate::standin::tls::{provider, roots};

/// A request that is put together by hand.
#[derive(Clone)]
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Base 64 of `admin:changeme`.
const ADMIN: &str = "Basic YWRtaW46Y2hhbmdlbWU=";
/// Base 64 of `reporter:token`.
const REPORTER: &str = "Basic cmVwb3J0ZXI6dG9rZW4=";

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of JSON without credentials.
    pub(crate) fn post(path: &str, body: &Value) -> Self {
        Self::bytes(path, body.to_string().as_bytes()).header("Content-Type", "application/json")
    }

    /// A POST without a type.
    pub(crate) fn bytes(path: &str, body: &[u8]) -> Self {
        Self { method: "POST", body: body.to_vec(), ..Self::get(path) }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn admin(self) -> Self {
        self.header("Authorization", ADMIN)
    }

    /// The user of `Settings::limited`.
    pub(crate) fn reporter(self) -> Self {
        self.header("Authorization", REPORTER)
    }

    /// Asks without TLS.
    pub(crate) fn of(&self, standin: &Standin) -> Answer {
        self.try_of(standin).expect("an answer")
    }

    /// Asks without TLS; what goes wrong is given back.
    pub(crate) fn try_of(&self, standin: &Standin) -> io::Result<Answer> {
        let mut tcp = TcpStream::connect(standin.address)?;
        tcp.set_read_timeout(Some(Duration::from_secs(20)))?;
        tcp.write_all(&self.wire())?;
        Answer::read(&mut tcp)
    }

    /// Asks over TLS as `localhost`, with the certificate of a client or without; the authority in PEM.
    pub(crate) fn over_tls(
        &self,
        standin: &Standin,
        authority: &str,
        client: Option<&Identity>,
    ) -> io::Result<Answer> {
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.expect("ring knows TLS").with_root_certificates(roots(authority));
        let config = match client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let (certificate, key) = client.der();
                builder.with_client_auth_cert(vec![certificate], key).expect("a key that ring knows")
            }
        };
        let name = ServerName::try_from("localhost").expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let tcp = TcpStream::connect(standin.address)?;
        tcp.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut stream = StreamOwned::new(connection, tcp);
        stream.write_all(&self.wire())?;
        Answer::read(&mut stream)
    }

    /// The bytes of the request.
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.headers.iter().any(|(name, _)| name == "Transfer-Encoding") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

impl Answer {
    /// Reads to the end of the connection; an answer that is cut is an error.
    pub(crate) fn read(stream: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        Self::parse(&bytes).ok_or_else(|| match ended {
            Err(error) => error,
            Ok(_) => io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{} bytes, no whole answer", bytes.len()),
            ),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.lines();
        let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let headers = lines
            .map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())));
        let headers = headers.collect::<Option<Vec<_>>>()?;
        let body = bytes[end + 4..].to_vec();
        let answer = Self { status, headers, body };
        let length: usize = answer.header("content-length")?.parse().ok()?;
        (answer.body.len() == length).then_some(answer)
    }

    /// The value of a header; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the status, and gives the body as JSON.
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Asserts a status without a body.
    pub(crate) fn is_empty(&self, status: u16) {
        assert_eq!((self.status, self.body.len()), (status, 0), "{}", String::from_utf8_lossy(&self.body));
    }
}
