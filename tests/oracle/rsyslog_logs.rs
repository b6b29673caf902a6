//! Logs that real rsyslogds have written on both sides of an outage: all messages are told to be there, and exactly
//! what is tampered with afterwards is found.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// Real daemons in a network of their own; dropping it ends them.
struct Lab {
    directory: PathBuf,
    child: Child,
    input: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
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

/// The sender: local files in both formats, and a queue on disk for each way to the receiver.
const SENDER: &str = r#"
global(workDirectory="DIR/spool")
module(load="imuxsock" SysSock.Name="DIR/log" SysSock.RateLimit.Interval="0")
action(type="omfile" file="DIR/traditional" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="DIR/rfc3339" template="RSYSLOG_FileFormat")
action(type="omfwd" target="127.0.0.1" port="10514" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_ForwardFormat" queue.type="LinkedList" queue.size="200" queue.filename="one"
       action.resumeRetryCount="-1" action.resumeInterval="1")
action(type="omfwd" target="127.0.0.1" port="10515" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList" queue.size="200" queue.filename="two"
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
        b"two:colons: here",
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
        let mut child = Command::new("unshare")
            .args(["-n", "-m", "-p", "-f", "--mount-proc"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/rsyslog/lab"))
            .arg(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare(1) starts");
        let (input, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { directory, child, input, answers }
    }

    fn ask(&mut self, words: &str) {
        writeln!(self.input.as_ref().unwrap(), "{words}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(
            answer, "done\n",
            "{words}: this test needs root, ip(8) and rsyslogd (Debian: iproute2, rsyslog)"
        );
    }

    fn read(&self, file: &str) -> String {
        fs::read(self.directory.join(file))
            .map_or_else(|_| String::new(), |text| String::from_utf8_lossy(&text).into_owned())
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
    fn wait(&self, files: &[&str], below: usize) {
        let should: Vec<String> = (0..below)
            .filter(|number| number % 10 != 3)
            .map(|number| format!(" message {number} of many"))
            .collect();
        for file in files {
            while {
                let text = self.read(&format!("{file}.1")) + &self.read(file);
                !should.iter().all(|message| text.contains(message.as_str()))
            } {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        }
    }

    fn compare(&self, local: &str, central: &str) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_standfast"))
            .args(["logs", "compare", local, central, "--slack", "0", "--format", "json"])
            .current_dir(&self.directory)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said} {:?}", output.stderr))
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
        drop(self.input.take());
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Two messages deleted, one altered, one made up: the line numbers count from the end, for the first entry begins
/// the time that is compared.
fn tamper(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let numbered = |number: usize| move |line: &String| line.contains(&format!(" message {number} of many"));
    for number in [500, 1204] {
        let at = lines.iter().position(numbered(number)).unwrap();
        lines.remove(at);
    }
    let at = lines.iter().position(numbered(800)).unwrap();
    lines[at] = lines[at].replace("800 of many", "800 of them");
    let forged = lines[at - 1].split("worker").next().unwrap().to_owned() + "su[9]: forged";
    lines.insert(at, forged);
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").unwrap();
        text
    })
}

#[test]
fn real_logs_over_an_outage_have_no_difference_but_what_is_tampered_with() {
    let mut lab = Lab::new();
    lab.ask("start receiver");
    lab.ask("start sender");
    lab.send(0..500);
    lab.wait(&CENTRAL, 400);
    lab.ask("stop receiver");
    lab.send(500..1200);
    lab.wait(&LOCAL, 1200);
    // logrotate comes in the middle of it.
    for file in LOCAL {
        fs::rename(lab.directory.join(file), lab.directory.join(format!("{file}.1"))).unwrap();
    }
    lab.ask("hup sender");
    lab.ask("start receiver");
    lab.send(1200..1700);
    lab.wait(&CENTRAL, 1700);
    lab.wait(&LOCAL, 1700);
    for local in LOCAL {
        for central in CENTRAL {
            assert_eq!(lab.counts(local, central), [0; 3], "{local} {central}");
        }
    }
    for local in LOCAL {
        let text = lab.read(&format!("{local}.1")) + &lab.read(local);
        fs::write(lab.directory.join("tampered"), tamper(&text)).unwrap();
        for central in CENTRAL {
            assert_eq!(lab.counts("tampered", central), [1, 2, 1], "{local} {central}");
        }
    }
}
