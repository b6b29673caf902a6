//! Daemons: their stock files, large ones, and how long it takes to ask them.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::stage::{Etc, Stages};
use crate::table::Table;
use crate::tools::Tools;

/// A file of a daemon with as many lines that count.
struct Large {
    kind: &'static str,
    path: &'static str,
    head: &'static str,
    line: fn(usize) -> String,
}

const LARGE: [Large; 2] = [
    Large {
        kind: "ntp_monlist",
        path: "/etc/ntpsec/ntp.conf",
        head: "restrict default noquery\n",
        line: restrict,
    },
    Large {
        kind: "snmp_access",
        path: "/etc/snmp/snmpd.conf",
        head: "agentaddress 127.0.0.1\n",
        line: community,
    },
];

/// The bytes of an address that no other index below 2^24 has.
fn bytes(index: usize) -> [usize; 3] {
    [index >> 16 & 255, index >> 8 & 255, index & 255]
}

fn restrict(index: usize) -> String {
    let [high, middle, low] = bytes(index);
    format!("restrict 10.{high}.{middle}.{low} noquery nomodify")
}

fn community(index: usize) -> String {
    let [high, middle, low] = bytes(index);
    format!("rocommunity Xk7_long.Enough-{index:06} 10.{high}.{middle}.{low}")
}

/// One file with 10,000 and then 100,000 lines, under the default policy's resource for it.
pub(crate) fn lines(tools: &Tools, stages: &Stages, table: &mut Table) {
    for Large { kind, path, head, line } in LARGE {
        let check = tools.standfast(&["check", &format!("{kind}/main")]);
        let measured = |count| {
            let mut text = head.to_owned();
            for index in 0..count {
                writeln!(text, "{}", line(index)).unwrap();
            }
            let etc = Etc { accounts: 1, files: vec![(path, text)], ..Etc::default() };
            let _set = stages.set(&etc);
            (check.instructions(), check.wall(5), check.peak_kib())
        };
        let ((few, ..), (many, wall, peak)) = (measured(10_000), measured(100_000));
        table.instructions(&format!("`check`, {kind}, 100,000 lines"), many, None);
        table.count_ratio(&format!("100,000 to 10,000 lines, {kind}"), many as f64 / few as f64, 10.5);
        table.wall(&format!("`check`, {kind}, 100,000 lines"), wall, None);
        table.kib(&format!("`check`, {kind}, 100,000 lines"), peak, None);
    }
}

/// The stock files of all three daemons, and a forward that is in force: each alone against the floor, and together.
pub(crate) fn stock(tools: &Tools, stages: &Stages, table: &mut Table) {
    let _set = stages.set(&Etc { accounts: 1, ..Etc::default() });
    let forward = stages.input(
        r#"[{"type":"rsyslog_forward","title":"central","parameters":{"target":"192.0.2.2","protocol":"relp"}}]"#,
    );
    tools.standfast(&["apply", "-"]).reading(&forward).said();
    let hello = tools.hello();
    for (what, check) in [
        ("`check`, stock ntpsec", tools.standfast(&["check", "ntp_monlist/main"])),
        ("`check`, stock snmpd", tools.standfast(&["check", "snmp_access/main"])),
        ("`check`, the default policy on both", tools.standfast(&["check"])),
        ("`check -`, a forward in stock rsyslog", tools.standfast(&["check", "-"]).reading(&forward)),
    ] {
        table.instructions(what, check.instructions(), None);
        table.time_ratio(&format!("{what}, to hello world"), check.wall_ratio(&hello, 151), 2.0);
    }
}

/// Both services, asked on the addresses of a network of our own.
pub(crate) fn probe(tools: &Tools, stages: &Stages, table: &mut Table) {
    let files = vec![
        ("/etc/ntpsec/ntp.conf", "unrestrict default noquery limited\n".to_owned()),
        ("/etc/snmp/snmpd.conf", "rocommunity public\nagentaddress udp:161,udp6:161\n".to_owned()),
    ];
    let _set = stages.set(&Etc { accounts: 1, files, ..Etc::default() });
    let no_clock = format!("{}/target/daemons/no_clock", env!("CARGO_MANIFEST_DIR"));
    let _ntpd = Daemon::start(&no_clock, &["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf"]);
    let _snmpd = Daemon::start("/usr/sbin/snmpd", &["-f", "-Ln", "-C", "-c", "/etc/snmp/snmpd.conf"]);
    let probe = tools.standfast(&["probe", "--format", "json"]);
    let both_answer = || {
        let said = probe.said();
        said.contains("mode6_open") && said.contains("accepted")
    };
    while !both_answer() {
        std::thread::sleep(Duration::from_millis(10));
    }
    table.wall("`probe`, both services answer", probe.wall(21), Some(50.0));
}

/// A daemon that ends with the measurement.
struct Daemon(Child);

impl Daemon {
    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}: run tests/daemons first")))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
