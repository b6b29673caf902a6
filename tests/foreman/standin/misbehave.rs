//! What a server, or a box in front of it, can do to a client.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_socket_linger;

use super::Shared;
use super::http::Response;

/// To whom it happens.
#[derive(Clone, Debug)]
pub(crate) enum When {
    Always,
    /// The connections of these numbers, counted from 0.
    Connections(std::ops::Range<usize>),
    /// Requests for this path; known only once the head of a request was read.
    Path(&'static str),
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Misbehaviour {
    /// All goes well up to here, and then it stops.
    Stops(Stage, Stop),
    /// The whole answer, two bytes a second.
    Drips,
    /// No HTTP.
    Garbage,
    /// 302 to this URL.
    Redirects(String),
    /// An answer whose body never ends.
    EndlessBody,
    /// An answer whose head never ends.
    EndlessHead,
    /// This status and this Retry-After, and nothing is stored.
    Busy(u16, Option<&'static str>),
    /// What came is stored, and answered with 500.
    FailsAfterStoring,
    /// The clock of the server is so many seconds off, which its answers tell.
    Clock(i64),
}

/// Up to where all goes well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The connection was accepted, nothing of it read.
    Accepted,
    /// The client's first bytes were answered with the beginning of a TLS record.
    Handshake,
    /// The head of the request was read, its body not.
    RequestHead,
    /// The request was read, and nothing done.
    Request,
    /// What came was stored, and nothing answered.
    Stored,
    /// It was stored, and half of the answer's head was sent.
    AnswerHead,
    /// It was stored, and half of the answer's body was sent.
    AnswerBody,
}

/// How it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nothing more comes, and the connection stays.
    Silence,
    /// The connection is closed, without TLS's farewell.
    Close,
    /// The connection is reset.
    Reset,
}

impl Stage {
    /// Those of a connection without TLS.
    pub(crate) const PLAIN: [Self; 6] =
        [Self::Accepted, Self::RequestHead, Self::Request, Self::Stored, Self::AnswerHead, Self::AnswerBody];
}

impl When {
    /// Whether it is meant for this connection, of whose request this path is known.
    pub(crate) fn is(&self, connection: usize, path: Option<&str>) -> bool {
        match self {
            Self::Always => true,
            Self::Connections(connections) => connections.contains(&connection),
            Self::Path(wanted) => path == Some(wanted),
        }
    }
}

impl Misbehaviour {
    /// How it stops at this stage, if it does.
    pub(crate) fn stop_at(&self, stage: Stage) -> Option<Stop> {
        match self {
            Self::Stops(at, stop) if *at == stage => Some(*stop),
            _ => None,
        }
    }

    /// What is answered without anything being stored.
    pub(crate) fn instead(&self) -> Option<Response> {
        match self {
            Self::Busy(status, retry) => {
                let response = Response::error(*status, "come back later");
                Some(retry.iter().fold(response, |response, retry| response.with("Retry-After", retry)))
            }
            Self::Redirects(url) => Some(Response::empty(302).with("Location", url)),
            _ => None,
        }
    }

    /// Sends the answer to what was handled, in its own way.
    pub(crate) fn answer(
        &self,
        shared: &Shared,
        mut response: Response,
        stream: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::FailsAfterStoring => Response::error(500, "Internal Server Error").write(stream),
            Self::Clock(seconds) => {
                response.date = response.date.plus(*seconds);
                response.write(stream)
            }
            Self::Drips => {
                for byte in [response.head(), response.body].concat() {
                    stream.write_all(&[byte])?;
                    stream.flush()?;
                    if shared.is_stopping() {
                        break;
                    }
                    thread::sleep(Duration::from_millis(500));
                }
                Ok(())
            }
            Self::Garbage => {
                stream.write_all(b"\x00\xff\x16garbage\r\n\r\nSSH-2.0-OpenSSH_9.2\r\n\r\n")?;
                stream.flush()
            }
            Self::EndlessBody => {
                stream
                    .write_all(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{\"id\":")?;
                endless(shared, stream)
            }
            Self::EndlessHead => {
                stream.write_all(b"HTTP/1.1 201 Created\r\nX-Filler: ")?;
                endless(shared, stream)
            }
            Self::Stops(Stage::AnswerHead, _) => half(&response.head(), stream),
            Self::Stops(Stage::AnswerBody, _) => {
                stream.write_all(&response.head())?;
                half(&response.body, stream)
            }
            _ => response.write(stream),
        }
    }
}

impl Stop {
    /// Leaves the connection as it is meant to be.
    pub(crate) fn come(self, shared: &Shared, tcp: &TcpStream) {
        match self {
            Self::Silence => wait_for_end(shared, tcp),
            Self::Close => {}
            // Closing it then drops what is unsent and sends RST (socket(7), SO_LINGER).
            Self::Reset => drop(set_socket_linger(tcp, Some(Duration::ZERO))),
        }
        if self != Self::Reset {
            let _ = tcp.shutdown(Shutdown::Both);
        }
    }
}

/// Waits until the peer has closed or the stand-in ends.
fn wait_for_end(shared: &Shared, tcp: &TcpStream) {
    while !shared.is_stopping() {
        let mut sockets = [PollFd::new(tcp, PollFlags::RDHUP)];
        let wait = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        if poll(&mut sockets, Some(&wait)).is_ok_and(|ready| ready > 0) {
            return;
        }
    }
}

fn half(bytes: &[u8], stream: &mut dyn Write) -> io::Result<()> {
    stream.write_all(&bytes[..bytes.len() / 2])?;
    stream.flush()
}

/// Sends nines until the peer has had enough or the stand-in ends.
fn endless(shared: &Shared, stream: &mut dyn Write) -> io::Result<()> {
    let nines = [b'9'; 64 * 1024];
    while !shared.is_stopping() {
        stream.write_all(&nines)?;
        shared.endless.fetch_add(nines.len() as u64, Ordering::Relaxed);
    }
    Ok(())
}
