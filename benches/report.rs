//! Reports to Foreman: what they add to a check, how long one takes, and what servers can do to it that never end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::measure::Program;
use crate::stage::{Etc, Stages};
use crate::table::Table;
use crate::tools::Tools;

/// The whole time that an upload gets, and how much later the program may end at the latest.
const TIMEOUT: Duration = Duration::from_secs(1);
const LATER: f64 = 300.0;

pub(crate) fn measure(tools: &Tools, stages: &Stages, table: &mut Table) {
    let _set = stages.set(&Etc { accounts: 1, ..Etc::default() });
    let takes = serve(|mut connection| {
        read_request(&mut connection);
        let body = br#"{"id":1,"host_id":1,"host":"bench.example.com","status":"drifted","stored":true}"#;
        let head = format!(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body));
    });
    let (check, now) = (tools.standfast(&["check"]), report(tools, &takes, &["report", "--now"]));
    table.wall("`report --now`, Foreman on this host", now.wall(51), None);
    // All of it is known to the server by now.
    let unchanged = report(tools, &takes, &["check", "--report"]);
    table.time_ratio("`check --report`, nothing changed, to `check`", unchanged.wall_ratio(&check, 101), 1.5);

    let silent = serve(|mut connection| {
        read_request(&mut connection);
        thread::sleep(3 * TIMEOUT);
    });
    let late = report(tools, &silent, &["report", "--now"]).wall(5).saturating_sub(TIMEOUT);
    table.wall("`report --now`, no answer: after the time is up", late, Some(LATER));
    let endless = serve(|mut connection| {
        read_request(&mut connection);
        let _ = connection.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n");
        while connection.write_all(&[b' '; 64 * 1024]).is_ok() {}
    });
    table.kib(
        "`report --now`, an answer without end",
        report(tools, &endless, &["report", "--now"]).peak_kib(),
        Some(16 * 1024),
    );
}

/// Our program, reporting to this server.
fn report(tools: &Tools, url: &str, command: &[&str]) -> Program {
    let timeout = format!("{}s", TIMEOUT.as_secs());
    let settings = ["--url", url, "--certname", "bench.example.com", "--timeout", &timeout];
    tools.standfast(&[command, &settings].concat())
}

/// Serves each connection like this until the bench ends: its URL.
fn serve(each: impl Fn(TcpStream) + Copy + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || each(connection));
        }
    });
    format!("http://{address}")
}

/// Reads a request with a body of a known length.
fn read_request(connection: &mut TcpStream) {
    let (mut request, mut piece) = (Vec::new(), [0; 64 * 1024]);
    loop {
        let Ok(length @ 1..) = connection.read(&mut piece) else { return };
        request.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return;
        }
    }
}
