//! One connection: TLS where there is TLS, then requests until the peer has no more.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConnection, StreamOwned};

use super::Shared;
use super::http::{Head, Request, Response};
use super::misbehave::{Misbehaviour, Stage};
use super::route::route;
use super::store::Arrival;
use super::tls::Shown;

/// What a connection does next.
enum Next {
    Request,
    End,
}

/// A connection with or without TLS.
enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// Serves a connection to its end.
pub(crate) fn serve(shared: &Shared, tcp: TcpStream, number: usize) -> io::Result<()> {
    let first = shared.misbehaviour(number, None);
    if let Some(stop) = first.as_ref().and_then(|first| first.stop_at(Stage::Accepted)) {
        stop.come(shared, &tcp);
        return Ok(());
    }
    if let Some(stop) = first.as_ref().and_then(|first| first.stop_at(Stage::Handshake)) {
        (&tcp).read_exact(&mut [0; 5])?;
        // A record of 122 bytes is announced, and ten of them come.
        (&tcp).write_all(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03\x00\x00\x00\x00")?;
        stop.come(shared, &tcp);
        return Ok(());
    }
    let mut wire = match &shared.tls {
        None => Wire::Plain(tcp),
        Some(tls) => {
            let connection = ServerConnection::new(Arc::clone(&tls.config)).map_err(io::Error::other)?;
            Wire::Tls(Box::new(StreamOwned::new(connection, tcp)))
        }
    };
    while let Next::Request = exchange(shared, &mut wire, number)? {}
    wire.farewell();
    Ok(())
}

/// Reads one request and answers it.
fn exchange(shared: &Shared, wire: &mut Wire, number: usize) -> io::Result<Next> {
    if wire.hears_tls()? {
        Response::empty(400).write(wire)?;
        return Ok(Next::End);
    }
    let Some(head) = Head::read(wire)? else { return Ok(Next::End) };
    let act = shared.misbehaviour(number, Some(&head.path));
    let stops = |stage| act.as_ref().and_then(|act| act.stop_at(stage));
    if let Some(stop) = stops(Stage::RequestHead) {
        stop.come(shared, wire.tcp());
        return Ok(Next::End);
    }
    let body = head.body(wire)?;
    let request = Request { head, body };
    let arrival = arrive(shared, &request, number);
    if let Some(stop) = stops(Stage::Request) {
        stop.come(shared, wire.tcp());
        return Ok(Next::End);
    }
    let shown = wire.shown(shared);
    let instead = act.as_ref().and_then(Misbehaviour::instead);
    let response = instead.unwrap_or_else(|| route(shared, &request, shown.as_ref()));
    shared.store().arrivals[arrival].answered = Some(response.status);
    if let Some(stop) = stops(Stage::Stored) {
        stop.come(shared, wire.tcp());
        return Ok(Next::End);
    }
    let keeps = !request.head.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    send(shared, act.as_ref(), response, wire)?;
    for stage in [Stage::AnswerHead, Stage::AnswerBody] {
        if let Some(stop) = stops(stage) {
            stop.come(shared, wire.tcp());
            return Ok(Next::End);
        }
    }
    Ok(if keeps && !matches!(act, Some(Misbehaviour::Garbage)) { Next::Request } else { Next::End })
}

fn send(shared: &Shared, act: Option<&Misbehaviour>, response: Response, wire: &mut Wire) -> io::Result<()> {
    match act {
        Some(act) => act.answer(shared, response, wire),
        None => response.write(wire),
    }
}

/// Notes that a request came, and where the note is.
fn arrive(shared: &Shared, request: &Request, connection: usize) -> usize {
    let mut store = shared.store();
    store.arrivals.push(Arrival {
        connection,
        method: request.head.method.clone(),
        path: request.head.path.clone(),
        headers: request.head.headers.clone(),
        body: request.body.clone(),
        answered: None,
    });
    store.arrivals.len() - 1
}

impl Wire {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Whether somebody speaks TLS where there is none, which web servers answer with 400.
    fn hears_tls(&self) -> io::Result<bool> {
        let mut first = [0];
        match self {
            Self::Plain(tcp) => Ok(tcp.peek(&mut first)? == 1 && first[0] == 0x16),
            Self::Tls(_) => Ok(false),
        }
    }

    fn shown(&self, shared: &Shared) -> Option<Shown> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => shared.tls.as_ref()?.shown(stream.conn.peer_certificates()),
        }
    }

    /// Says in TLS that nothing more comes.
    fn farewell(&mut self) {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
