//! Just so much of HTTP/1.1 (RFC 9112) as a report needs: requests read whole, answers written.

use std::io::{self, Read, Write};

use serde_json::{Value, json};

use super::time::Instant;

/// The longest head of a request, in bytes.
const HEAD: usize = 64 * 1024;
/// The longest body of a request, in bytes: far more than the largest that was measured on a real Foreman.
const BODY: usize = 64 * 1024 * 1024;

/// The first line and the headers of a request.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

/// A request that was read whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What the server takes for now.
    pub(crate) date: Instant,
}

impl Head {
    /// The value of a header; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads up to the empty line; `None` when the peer has closed before it said anything.
    pub(crate) fn read(stream: &mut dyn Read) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte)? == 0 {
                return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            bytes.push(byte[0]);
            if bytes.len() > HEAD {
                return Err(invalid("the head is too long"));
            }
        }
        Self::parse(&String::from_utf8_lossy(&bytes)).map(Some).ok_or_else(|| invalid("no request"))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let headers = lines.take_while(|line| !line.is_empty()).map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        });
        Some(Self {
            method: method.to_owned(),
            path: target.split('?').next()?.to_owned(),
            headers: headers.collect::<Option<_>>()?,
        })
    }

    /// Reads the body that belongs to this head.
    pub(crate) fn body(&self, stream: &mut dyn Read) -> io::Result<Vec<u8>> {
        if self.header("transfer-encoding") == Some("chunked") {
            return chunked(stream);
        }
        let length = self.header("content-length").map_or(Ok(0), str::parse);
        let length = length.ok().filter(|length| *length <= BODY).ok_or_else(|| invalid("content-length"))?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(body)
    }
}

impl Response {
    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), date: Instant::now() }
    }

    /// An answer in JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { headers, body: body.to_string().into_bytes(), ..Self::empty(status) }
    }

    /// The form in which Foreman tells most of its errors.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "error": { "message": message } }))
    }

    /// An error that names the field of the request which is wrong.
    pub(crate) fn field(status: u16, field: &str, message: &str) -> Self {
        Self::json(status, &json!({ "error": { "field": field, "message": message } }))
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The first line and the headers, up to and with the empty line.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head =
            format!("HTTP/1.1 {} {}\r\nDate: {}\r\n", self.status, phrase(self.status), self.date.in_http());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        head.into_bytes()
    }

    /// Writes it whole.
    pub(crate) fn write(&self, stream: &mut dyn Write) -> io::Result<()> {
        stream.write_all(&[self.head().as_slice(), &self.body].concat())?;
        stream.flush()
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads a body in chunks (RFC 9112, 7.1), without trailers.
fn chunked(stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(line(stream)?.trim(), 16).map_err(|_| invalid("size of a chunk"))?;
        if body.len() + size > BODY {
            return Err(invalid("the body is too long"));
        }
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn line(stream: &mut dyn Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
        if bytes.len() > 64 {
            return Err(invalid("the line of a chunk is too long"));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        406 => "Not Acceptable",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
