//! What lies in the spool and is none of ours.

use std::os::unix::fs::{chown, symlink};

use super::*;

/// Puts bytes under a name among what waits, as another program would.
fn plant(host: &Host, name: &str, bytes: &[u8]) -> PathBuf {
    let path = host.at("pending").join(name);
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// The reasons of the dead letters.
fn reasons(spool: &Spool) -> Vec<String> {
    let mut reasons: Vec<String> =
        spool.status().unwrap().dead.into_iter().filter_map(|letter| letter.reason).collect();
    reasons.sort();
    reasons
}

#[test]
fn a_report_that_a_disk_has_changed_is_set_aside_and_never_sent() {
    let sent = report("11:58:00", "the body");
    let (name, bytes) = (sent.name(), sent.encode().unwrap());
    let swapped =
        |from: &str, to: &str| String::from_utf8(bytes.clone()).unwrap().replace(from, to).into_bytes();
    for (bytes, why) in [
        (Vec::new(), "has no first line"),
        (bytes[..20].to_vec(), "has no first line"),
        (bytes[..bytes.len() - 1].to_vec(), "is not as long as it was written"),
        ([bytes.as_slice(), b"x"].concat(), "is not as long as it was written"),
        (swapped("the body", "the b0dy"), "is not what was written"),
        (swapped("11:58:00", "11:58:01"), "has the name of another report"),
        (swapped(HOST, "web18.example.com"), "has the name of another report"),
        (swapped("\"standfast_report\":1", "\"standfast_report\":2"), "is of another version of standfast"),
        (swapped("{", "["), "has a first line that is not ours"),
        (swapped(HOST, "Web17 example"), "has a first line that is not ours"),
        (vec![b'{'; 100], "has no first line"),
        (b"\xff\xfe\n\0".to_vec(), "has a first line that is not ours"),
    ] {
        let host = Host::new();
        host.spool();
        plant(&host, &name, &bytes);
        let spool = host.spool();
        assert_eq!(reasons(&spool), [format!("{name} {why}")]);
        assert_eq!(spool.flight().unwrap().unwrap().next().unwrap(), None);
        assert_eq!(fs::read(host.at("dead").join(&name)).unwrap(), bytes, "it is kept as it is");
    }
}

#[test]
fn links_are_moved_aside_and_not_followed() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:58:00", "body")).unwrap();
    let name = host.names("pending").remove(0);
    let elsewhere = host.path().join("elsewhere");
    fs::rename(host.at("pending").join(&name), &elsewhere).unwrap();
    symlink(&elsewhere, host.at("pending").join(&name)).unwrap();
    assert_eq!(spool.flight().unwrap().unwrap().next().unwrap(), None);
    assert!(fs::symlink_metadata(host.at("dead").join(&name)).unwrap().is_symlink());
    assert_eq!(reasons(&spool), [format!("{name} is a symbolic link, not a report")]);
    assert!(elsewhere.exists());
}

#[test]
fn what_is_no_report_is_moved_aside_and_reports_go_on() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:58:00", "body")).unwrap();
    plant(&host, "core\u{1b}[2J", b"");
    plant(&host, &"x".repeat(255), b"");
    plant(&host, "open.report", b"");
    fs::set_permissions(host.at("pending").join("open.report"), fs::Permissions::from_mode(0o666)).unwrap();
    let theirs = plant(&host, "theirs.report", b"");
    chown(&theirs, Some(1234), None).unwrap();
    fs::create_dir(host.at("pending/directory")).unwrap();
    let fifo = host.at("pending/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    assert_eq!(body(&take(&mut spool.flight().unwrap().unwrap())), "body");
    let told = reasons(&spool);
    assert_eq!(told.len(), 6, "{told:?}");
    for words in [
        "core\\x1b[2J has no first line",
        "directory is a directory, not a report",
        "fifo is a FIFO, not a report",
        "open.report is a file that others may write, not a report",
        "theirs.report is a file of another user, not a report",
        "xxx",
    ] {
        assert!(told.iter().any(|reason| reason.contains(words)), "{words}: {told:?}");
    }
}

#[test]
fn a_name_that_is_no_text_is_moved_aside() {
    use std::os::unix::ffi::OsStrExt;
    let host = Host::new();
    let spool = host.spool();
    fs::write(host.at("pending").join(OsStr::from_bytes(b"\xff\xfe")), b"").unwrap();
    spool.put(report("11:58:00", "body")).unwrap();
    assert_eq!(waiting(&spool), ["body"]);
    assert_eq!(spool.status().unwrap().dead.len(), 1);
}

#[test]
fn a_directory_in_the_place_of_a_report_is_moved_aside_with_what_is_in_it() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:58:00", "old")).unwrap();
    let new = report("11:59:00", "new");
    let name = new.name();
    fs::create_dir(host.at("pending").join(&name)).unwrap();
    fs::write(host.at("pending").join(&name).join("file"), b"").unwrap();
    assert_eq!(spool.put(new).unwrap(), Put::Spooled);
    assert_eq!(waiting(&spool), ["new"]);
    assert!(host.at("dead").join(&name).join("file").exists());
}

#[test]
fn a_spool_that_others_may_read_or_that_is_theirs_is_refused() {
    for (directory, mode, uid, words) in [
        ("", 0o750, 0, "may be read by others than its owner"),
        ("", 0o700, 1234, "belongs to user ID 1234"),
        ("pending", 0o770, 0, "is writable by its group"),
        ("dead", 0o707, 0, "is writable by everyone"),
    ] {
        let host = Host::new();
        host.spool();
        fs::set_permissions(host.at(directory), fs::Permissions::from_mode(mode)).unwrap();
        chown(host.at(directory), Some(uid), None).unwrap();
        for error in [
            Spool::open(host.root(), Bounds::default()).map(drop).unwrap_err(),
            Spool::look(host.root()).map(drop).unwrap_err(),
        ] {
            let said = error.to_string();
            assert!(said.contains(words) && said.contains("/var/lib/standfast/report"), "{said}");
        }
    }
}

#[test]
fn a_state_that_is_not_ours_is_as_if_nothing_were_known_and_is_told() {
    for (bytes, why) in [
        (&b""[..], "is not what was written"),
        (b"{\"standfast_spool\":1,\"dropped\":\"s3cr3t\"}", "is not what was written"),
        (b"{\"standfast_spool\":2}", "is of another version"),
        (&[b'x'; 1024 * 1024 + 1], "too large"),
    ] {
        let host = Host::new();
        let spool = host.spool();
        fs::write(host.at("state.json"), bytes).unwrap();
        let state = spool.state().unwrap();
        let reason = state.last_error.clone().unwrap().reason;
        assert!(reason.contains(why) && reason.contains("lost") && !reason.contains("s3cr3t"), "{reason}");
        assert_eq!(State { last_error: None, ..state }, State::default());
        spool.remember_stock(at("13:00:00")).unwrap();
        assert_eq!(host.spool().state().unwrap().stock_until, Some(at("13:00:00")));
    }
}

#[test]
fn a_link_in_the_place_of_the_state_or_a_lock_is_not_followed() {
    let host = Host::new();
    let spool = host.spool();
    let elsewhere = host.path().join("elsewhere");
    fs::write(&elsewhere, b"{\"standfast_spool\":1,\"dropped\":7}").unwrap();
    symlink(&elsewhere, host.at("state.json")).unwrap();
    assert_eq!(spool.state().unwrap().dropped, 0);
    spool.remember_stock(at("13:00:00")).unwrap();
    assert!(fs::symlink_metadata(host.at("state.json")).unwrap().is_file());
    symlink(&elsewhere, host.at("flight")).unwrap();
    let error = spool.flight().map(drop).unwrap_err();
    assert!(error.to_string().contains("flight: is a symbolic link"), "{error}");
    assert_eq!(fs::read(&elsewhere).unwrap(), b"{\"standfast_spool\":1,\"dropped\":7}");
}

#[test]
fn what_a_receiver_says_is_kept_short_and_without_control_characters() {
    let host = Host::new();
    let spool = host.spool();
    spool.put(report("11:58:00", "body")).unwrap();
    let mut flight = spool.flight().unwrap().unwrap();
    let pending = take(&mut flight);
    let reason = format!("503 \u{1b}]0;title\u{7}\u{202e}\r\n{}", "é\0".repeat(50_000));
    flight.settle(&pending, Settled::Again { not_before: at("12:30:00"), reason }).unwrap();
    let told = spool.state().unwrap().last_error.unwrap().reason;
    assert!(told.starts_with("503 \\x1b]0;title\\x07\\u{202e}\\r\\né\\x00"), "{told}");
    assert_eq!(told.chars().count(), 301);
    assert!(told.ends_with('…') && !told.chars().any(char::is_control), "{told}");
    let file = fs::read_to_string(host.at("state.json")).unwrap();
    assert!(file.len() < 4096 && file.contains(&told.replace('\\', "\\\\")), "{file}");
    spool.remember_stock(at("13:00:00")).unwrap();
    assert_eq!(
        spool.state().unwrap().last_error.unwrap().reason,
        told,
        "it does not change with each reading"
    );
}
