//! Lines of nsswitch.conf and what glibc makes of them.

use super::*;

/// `files` with `+` after a service whose hits go on, `.` after one whose misses end.
fn passwd(text: &str) -> String {
    match Switch::parse(text.as_bytes()).passwd {
        Chain::Malformed => "malformed".to_owned(),
        Chain::Services(services) => services
            .iter()
            .map(|service| {
                let name = String::from_utf8_lossy(&service.name);
                let hit = if service.hit_continues { "+" } else { "" };
                let miss = if service.miss_returns { "." } else { "" };
                format!("{name}{hit}{miss}")
            })
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[test]
fn services_are_read_as_glibc_reads_them() {
    for (text, expected) in [
        ("", "files"),
        ("# passwd: sss\npasswd", "files"),
        ("passwd: files systemd\n", "files systemd"),
        (" passwd :: files\tsss # systemd\n", "files sss"),
        ("passwd sss files\n", "sss files"),
        ("passwd: files\npasswd: sss\n", "sss"),
        ("PASSWD: sss\npasswd_compat: nis\n", "files"),
        ("passwd:\n", ""),
        ("passwd: [NOTFOUND=return] files\n", ""),
        ("passwd: files [NOTFOUND=return] sss\n", "files. sss"),
        ("passwd: files[notfound = Return success=merge]sss\n", "files+. sss"),
        ("passwd: files [SUCCESS=continue] sss [!UNAVAIL=return]\n", "files+ sss."),
        ("passwd: files [!SUCCESS=return] sss\n", "files. sss"),
        ("passwd: files [!NOTFOUND=continue] sss\n", "files+ sss"),
        ("passwd: files [SUCCESS=\n", "malformed"),
        ("passwd: files [] sss\n", "malformed"),
        ("passwd: files [LUCK=return] sss\n", "malformed"),
        ("passwd: files [SUCCESS=stay] sss\n", "malformed"),
        ("passwd: files\0 sss\n", "files"),
    ] {
        assert_eq!(passwd(text), expected, "{text:?}");
    }
}

#[test]
fn files_decide_only_where_they_come_first_and_the_search_ends_there() {
    let authority = |text: &str, compat_lines| {
        let answer = Switch::parse(text.as_bytes()).authority(Database::Group, compat_lines);
        (answer.hit_is_final, answer.miss_is_final)
    };
    for (text, expected) in [
        ("", (true, true)),
        ("group: files", (true, true)),
        ("group: files systemd", (true, false)),
        ("group: files [NOTFOUND=return] systemd", (true, true)),
        ("group: files [SUCCESS=merge] sss", (false, false)),
        ("group: sss files", (false, false)),
        ("group: compat", (true, true)),
        ("group:", (false, false)),
        ("group: files [oops", (false, false)),
    ] {
        assert_eq!(authority(text, false), expected, "{text}");
    }
    assert_eq!(authority("group: compat", true), (false, false));
    assert_eq!(authority("group: files", true), (true, true));
}

#[test]
fn all_services_are_asked_for_memberships() {
    for (text, expected) in [
        ("", Memberships::Local),
        ("group: files systemd", Memberships::LocalOrSystemd),
        ("group: files [NOTFOUND=return] systemd", Memberships::LocalOrSystemd),
        ("group: files sss", Memberships::Elsewhere),
        ("group: files sss\ninitgroups: files", Memberships::Local),
        ("group: files\ninitgroups: sss [SUCCESS=continue] files", Memberships::Elsewhere),
        ("group: systemd", Memberships::Elsewhere),
        ("group: files [oops", Memberships::Elsewhere),
    ] {
        assert_eq!(Switch::parse(text.as_bytes()).memberships(false), expected, "{text}");
    }
}
