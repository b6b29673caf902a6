//! Logs that real rsyslogds have written on both sides of an outage: all messages are told to be there, and exactly
//! what is tampered with afterwards is found.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::net::{Daemon, Host, Package};

/// Logs of real daemons, in a directory that the private machine shares; it goes when the test ends.
struct Lab {
    directory: PathBuf,
    host: Host,
}

/// The receiver: what comes to each port is written in each format.
const RECEIVER: &str = r#"
module(load="imtcp")
template(name="p23" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% %MSGID% %STRUCTURED-DATA% %msg%\n")
ruleset(name="forwarded") {
    action(type="omfile" file="DIR/forwarded-traditional" template="RSYSLOG_TraditionalFileFormat")
    action(type="omfile" file="DIR/forwarded-rfc3339" template="RSYSLOG_FileFormat")
    action(type="omfile" file="DIR/forwarded-rfc5424" template="p23")
}
ruleset(name="protocol23") {
    action(type="omfile" file="DIR/protocol23-traditional" template="RSYSLOG_TraditionalFileFormat")
    action(type="omfile" file="DIR/protocol23-rfc3339" template="RSYSLOG_FileFormat")
    action(type="omfile" file="DIR/protocol23-rfc5424" template="p23")
}
input(type="imtcp" port="10514" ruleset="forwarded")
input(type="imtcp" port="10515" ruleset="protocol23")
"#;

/// The sender: local files in both formats, and a queue on disk for each way to the receiver. There is room in memory for
/// all that is sent, for a full queue holds the local files up, 2 s for each message, until the disk has taken something.
const SENDER: &str = r#"
global(workDirectory="DIR/spool")
module(load="imuxsock" SysSock.Name="DIR/log" SysSock.RateLimit.Interval="0")
action(type="omfile" file="DIR/traditional" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="DIR/rfc3339" template="RSYSLOG_FileFormat")
action(type="omfwd" target="127.0.0.1" port="10514" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_ForwardFormat" queue.type="LinkedList" queue.size="2000" queue.highWatermark="180" queue.lowWatermark="140" queue.filename="one"
       action.resumeRetryCount="-1" action.resumeInterval="1")
action(type="omfwd" target="127.0.0.1" port="10515" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList" queue.size="2000" queue.highWatermark="180" queue.lowWatermark="140" queue.filename="two"
       action.resumeRetryCount="-1" action.resumeInterval="1")
"#;

const LOCAL: [&str; 2] = ["traditional", "rfc3339"];
const CENTRAL: [&str; 6] = [
    "forwarded-traditional",
    "forwarded-rfc3339",
    "forwarded-rfc5424",
    "protocol23-traditional",
    "protocol23-rfc3339",
    "protocol23-rfc5424",
];

/// Messages of all kinds: long tags and glued ones, control characters, other alphabets, over-long lines.
fn odd_messages() -> Vec<Vec<u8>> {
    let long = |tag: &str, length| [tag.as_bytes(), b" ", &vec![b'x'; length][..], b"END"].concat();
    let mut all: Vec<Vec<u8>> = [
        &b"averylongprogramnamewithmorethan32[123456]: long tag"[..],
        b"app:nospace",
        b"app[12]:nospace and more",
        b"a/path/tag[1]: path",
        b"tab: a\tb\nc\rd\0e\x01f\x7fg",
        b"lead:   three blanks",
        b"trail: blanks   ",
        b"notag at all",
        b"utf: n\xc3\xa4h \xe2\x82\xac",
        b"latin: n\xe4h",
        b"esc: \x1b[31mred",
        b"empty:",
        b"only[1]: ",
        b"1234: number",
        b"-: dash",
        b"(sd-pam): paren",
        b"two: colons: here",
        b"glued:colons: here",
        b"[bracket]: x",
        b"\xc3\xa4gent: utf tag",
        b"multi: line1\n  line2",
        b": emptytag",
        b"hash#tag: x",
        b"a b: c",
        b"trailtab: x\t",
        b"hash: a#011b",
        b"nlnl: x\n\n",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    for length in [30, 31, 32, 33, 40, 100] {
        all.push(format!("{}: tag of {length}", "x".repeat(length)).into_bytes());
        all.push(format!("{}[1]: and a number", "y".repeat(length)).into_bytes());
    }
    all.extend([8200, 8070, 8050, 8000, 7950].map(|length| long("long:", length)));
    all
}

impl Lab {
    fn new() -> Self {
        let directory =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rsyslog-logs-{}", std::process::id()));
        drop(fs::remove_dir_all(&directory));
        fs::create_dir_all(directory.join("spool")).unwrap();
        let here = directory.to_str().unwrap();
        fs::write(directory.join("receiver.conf"), RECEIVER.replace("DIR", here)).unwrap();
        fs::write(directory.join("sender.conf"), SENDER.replace("DIR", here)).unwrap();
        Self { directory, host: Host::new(&[Package::Rsyslog]) }
    }

    fn start(&self, name: &str) -> Daemon<'_> {
        let path =
            |ending: &str| self.directory.join(format!("{name}.{ending}")).to_string_lossy().into_owned();
        let number = path("pid");
        drop(fs::remove_file(&number));
        let daemon = self.host.start(&["/usr/sbin/rsyslogd", "-n", "-f", &path("conf"), "-i", &number]);
        // It writes its number when its inputs are open.
        daemon.wait_until("its number", || fs::read(&number).is_ok_and(|text| !text.is_empty()));
        daemon
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.directory.join(file)).unwrap_or_default()
    }

    /// Sends numbered messages to the sender's socket.
    fn send(&self, numbers: std::ops::Range<usize>) {
        let socket = UnixDatagram::unbound().unwrap();
        socket.connect(self.directory.join("log")).unwrap();
        let odd = odd_messages();
        for number in numbers {
            let numbered = format!("worker[{}]: message {number} of many", number % 7).into_bytes();
            let message = if number % 10 == 3 { &odd[number / 10 % odd.len()] } else { &numbered };
            socket.send(&[b"<13>Nov 26 22:10:11 ", &message[..]].concat()).unwrap();
        }
    }

    /// Waits until all numbered messages below this number are in all files.
    fn wait(&self, daemon: &Daemon<'_>, files: &[&str], below: usize) {
        let should: Vec<String> = (0..below)
            .filter(|number| number % 10 != 3)
            .map(|number| format!(" message {number} of many"))
            .collect();
        for file in files {
            daemon.wait_until(&format!("all messages in {file}"), || {
                let text = [self.read(&format!("{file}.1")), self.read(file)].concat();
                let text = String::from_utf8_lossy(&text);
                should.iter().all(|message| text.contains(message.as_str()))
            });
        }
    }

    fn compare(&self, local: &str, central: &str) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_standfast"))
            .args(["logs", "compare", local, central, "--slack", "0", "--format", "json"])
            .current_dir(&self.directory)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(&said)
            .unwrap_or_else(|error| panic!("{error}: {said} {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// What a comparison counts.
    fn counts(&self, local: &str, central: &str) -> [u64; 3] {
        let json = self.compare(local, central);
        let counts = ["edited", "deleted", "lost"].map(|count| json[count].as_u64().unwrap());
        if counts != [0; 3] {
            eprintln!("{local} {central}: {json:#}");
        }
        counts
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// Two messages deleted, one altered, one made up. None of them is of the first that came in the outage: those can have
/// been sent twice.
fn tamper(text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = |lines: &[Vec<u8>], number: usize| {
        let end = format!(" message {number} of many\n").into_bytes();
        lines.iter().position(|line| line.ends_with(&end)).unwrap()
    };
    for number in [100, 1204] {
        let at = at(&lines, number);
        lines.remove(at);
    }
    let at = at(&lines, 800);
    let text = String::from_utf8(lines[at].clone()).unwrap();
    lines[at] = text.replace("800 of many", "800 of them").into_bytes();
    lines.insert(at, (text.split("worker").next().unwrap().to_owned() + "su[9]: forged\n").into_bytes());
    lines.concat()
}

#[test]
fn real_logs_over_an_outage_have_no_difference_but_what_is_tampered_with() {
    let lab = Lab::new();
    let receiver = lab.start("receiver");
    let sender = lab.start("sender");
    lab.send(0..500);
    lab.wait(&receiver, &CENTRAL, 500);
    receiver.stop();
    lab.send(500..1200);
    lab.wait(&sender, &LOCAL, 1200);
    // logrotate comes in the middle of it.
    for file in LOCAL {
        fs::rename(lab.directory.join(file), lab.directory.join(format!("{file}.1"))).unwrap();
    }
    sender.signal("HUP");
    let receiver = lab.start("receiver");
    lab.send(1200..1700);
    lab.wait(&receiver, &CENTRAL, 1700);
    // What has waited is the last in the central files, which are then complete up to its time only.
    lab.send(1700..1800);
    lab.wait(&receiver, &CENTRAL, 1800);
    lab.wait(&sender, &LOCAL, 1800);
    for local in LOCAL {
        for central in CENTRAL {
            assert_eq!(lab.counts(local, central), [0; 3], "{local} {central}");
        }
    }
    for local in LOCAL {
        let text = [lab.read(&format!("{local}.1")), lab.read(local)].concat();
        fs::write(lab.directory.join("tampered"), tamper(&text)).unwrap();
        for central in CENTRAL {
            assert_eq!(lab.counts("tampered", central), [1, 2, 1], "{local} {central}");
        }
    }
}
