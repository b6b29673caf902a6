//! `standfast probe rsyslog`: the way of a marked message, with the server there and away.

use std::process::Output;

use super::rig::{Rig, kill};

fn probe(rig: &Rig, arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let argv = [&["probe", "rsyslog", "--format", "json"], arguments].concat();
    let output: Output = rig.host.standfast(&argv);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = serde_json::from_str(&said);
    let value = value.unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), value)
}

#[test]
fn a_marked_message_is_followed_to_the_file_and_to_the_server() {
    let rig = Rig::with("target = 192.0.2.2\nprotocol = relp");
    let sender = rig.start_sender();
    // The server is away: the message is here, and waits.
    rig.send(200);
    let (code, said) = probe(&rig, &["--timeout", "2000"]);
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said["written"][0]["file"], "/var/log/all");
    assert!(said["written"][0]["after_ms"].is_u64(), "{said}");
    let forward = &said["forwards"][0];
    assert_eq!((&forward["way"], &forward["server"]), (&"waits".into(), &"192.0.2.2:20514".into()));
    assert!(forward["waiting_bytes"].as_u64().unwrap() > 10_000 && forward["since"].is_u64(), "{said}");
    // It comes: the message that waited and the next one.
    let receiver = rig.start_receiver();
    let (code, said) = probe(&rig, &["--timeout", "10000"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said["forwards"][0]["way"], "sent");
    let marker = said["marker"].as_str().unwrap();
    let arrived = rig.wait_until(std::time::Duration::from_secs(20), || {
        String::from_utf8_lossy(&rig.host.read("/var/log/central")).contains(marker)
    });
    assert!(arrived, "{marker}");
    // For a person.
    let text = rig.host.standfast(&["probe", "rsyslog"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(
        text.contains("written  /var/log/all after ") && text.contains("sent     192.0.2.2:20514 by relp"),
        "{text}"
    );
    kill(sender);
    kill(receiver);
    // Nothing runs: it says so, and what to do.
    let none = rig.host.standfast(&["probe", "rsyslog"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("no rsyslogd runs"), "{none:?}");
}

#[test]
fn what_impstats_counts_is_told_by_the_probe_and_by_the_fact_in_each_of_its_forms() {
    for form in ["", "format=\"json\"", "format=\"cee\""] {
        let rig = Rig::with("target = 192.0.2.2\nprotocol = relp");
        let fact = |rig: &Rig| -> serde_json::Value {
            let said = rig.host.standfast(&["facts"]).stdout;
            serde_json::from_slice::<serde_json::Value>(&said).unwrap()["standfast"]["rsyslog"].clone()
        };
        assert!(fact(&rig).get("queue_waiting").is_none(), "without impstats nothing is said");
        let load = format!(
            "module(load=\"impstats\" interval=\"1\" log.syslog=\"off\" log.file=\"/var/log/stats\" {form})\n"
        );
        rig.host.write("/etc/rsyslog.d/99-stats.conf", load);
        let sender = rig.start_sender();
        rig.send(200);
        // What rsyslogd says of the connection that it cannot make waits, too.
        let enough = |waiting: &serde_json::Value| {
            waiting.as_u64().is_some_and(|waiting| (200..230).contains(&waiting))
        };
        let counted =
            rig.wait_until(std::time::Duration::from_secs(20), || enough(&fact(&rig)["queue_waiting"]));
        assert!(counted, "{form}: {}", fact(&rig));
        assert_eq!((&fact(&rig)["queue_discarded"], &fact(&rig)["sending_failed"]), (&0.into(), &0.into()));
        let (code, said) = probe(&rig, &["--timeout", "500"]);
        let known = &said["forwards"][0]["impstats"];
        assert!(code == Some(2) && enough(&known["waiting"]) && known["written"].is_u64(), "{form}: {said}");
        let text = rig.host.standfast(&["probe", "rsyslog", "--timeout", "500"]);
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        assert!(text.contains(" wait, 0 dropped at a full queue, 0 failed, suspended 0 times"), "{text}");
        kill(sender);
    }
}

#[test]
fn a_server_that_listens_tells_what_arrives() {
    let rig = Rig::new();
    // The machine is the server now.
    let server = rig.start_sender();
    let mut listen =
        rig.host.command(&[env!("CARGO_BIN_EXE_standfast"), "probe", "rsyslog", "--listen", "2"]);
    let listening = listen.stdout(std::process::Stdio::piped()).spawn().unwrap();
    // It notes first how long its files are: the message is repeated until it has.
    let done = std::cell::Cell::new(0);
    rig.wait_until(std::time::Duration::from_millis(1500), || {
        done.set(done.get() + 1);
        rig.host.run(&["logger", "-t", "web1", &format!("probe=00{}", done.get())]);
        std::thread::sleep(std::time::Duration::from_millis(200));
        false
    });
    let output = listening.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("arrived  /var/log/all") && said.contains("probe=00"), "{said}");
    kill(server);
}
