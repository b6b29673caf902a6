//! Lines of chrony.conf in, answers out. What the real chronyd answers is asked in tests/oracle.

use super::semantics::{Configuration, verdict};
use super::syntax::{Directive, Fatal, directive};
use crate::ntp::address::{AddressFamily, Network};

fn time(text: &str, source: &str) -> bool {
    verdict(&Configuration::parse(text.as_bytes()), source.parse().unwrap()).0.time
}

fn command(text: &str, source: &str) -> bool {
    verdict(&Configuration::parse(text.as_bytes()), source.parse().unwrap()).0.command
}

fn exposures(text: &str, allowed: &[&str]) -> Vec<String> {
    let allowed: Vec<_> = allowed.iter().map(|text| Network::parse(text).unwrap()).collect();
    let tell = |whom: Result<Network, Vec<u8>>| match whom {
        Ok(network) => network.to_string(),
        Err(name) => String::from_utf8_lossy(&name).into_owned(),
    };
    Configuration::parse(text.as_bytes())
        .exposures(&allowed)
        .into_iter()
        .map(|exposure| tell(exposure.whom))
        .collect()
}

const BOUND: &str = "bindcmdaddress 0.0.0.0\nbindcmdaddress ::\n";

#[test]
fn nobody_gets_the_time_unless_a_line_allows_it() {
    assert!(!time("server 192.0.2.7\n", "192.0.2.1"));
    assert!(time("allow\n", "192.0.2.1") && time("allow\n", "2001:db8::1"));
    assert!(!time("allow\nport 0\n", "192.0.2.1"));
    assert!(!time("allow 10.0.0.0/8\n", "192.0.2.1") && time("allow 10.0.0.0/8\n", "10.1.2.3"));
}

#[test]
fn commands_from_outside_need_both_an_address_and_a_rule() {
    assert!(!command("cmdallow all\n", "192.0.2.1"));
    assert!(!command(BOUND, "192.0.2.1"));
    assert!(command(&format!("{BOUND}cmdallow all\n"), "192.0.2.1"));
    assert!(command(&format!("{BOUND}cmdallow all\n"), "2001:db8::1"));
    assert!(!command("bindcmdaddress 0.0.0.0\ncmdallow all\n", "2001:db8::1"));
    // Of several addresses of a family the last counts.
    assert!(!command(&format!("{BOUND}bindcmdaddress 127.0.0.1\ncmdallow all\n"), "192.0.2.1"));
}

#[test]
fn command_port_0_takes_no_commands() {
    assert!(!command(&format!("{BOUND}cmdallow\ncmdport 0\n"), "192.0.2.1"));
    assert!(command(&format!("{BOUND}cmdallow\ncmdport 0\ncmdport 323\n"), "192.0.2.1"));
}

#[test]
fn a_port_is_what_sscanf_and_16_bits_make_of_it() {
    for (text, port) in [
        ("123", 123),
        ("0", 0),
        ("123.5", 123),
        ("10.9", 10),
        ("5x", 5),
        ("0x7b", 0),
        ("+5", 5),
        ("-1", 65535),
        ("65659", 123),
        ("4294967419", 123),
    ] {
        assert_eq!(directive(format!("port {text}\n").as_bytes()), Some(Directive::Port(port)), "{text}");
    }
    for text in ["", "x", "-", "123 4", "+"] {
        let read = directive(format!("port {text}\n").as_bytes());
        assert_eq!(read, Some(Directive::Fatal(Fatal::Argument)), "{text}");
    }
}

#[test]
fn the_most_specific_rule_decides_where_their_lengths_lie_four_bits_apart() {
    let text = "allow 10.9.0.0/16\ndeny 10.0.0.0/8\n";
    assert!(time(text, "10.9.1.1") && !time(text, "10.8.1.1"));
}

#[test]
fn within_four_bits_the_later_rule_decides_and_not_the_more_specific() {
    assert!(!time("allow 10.0.0.0/10\ndeny 10.0.0.0/9\n", "10.1.1.1"));
    assert!(time("deny 10.0.0.0/9\nallow 10.0.0.0/10\n", "10.1.1.1"));
    assert!(!time("deny 10.0.0.0/9\nallow 10.0.0.0/10\n", "10.64.1.1"));
}

#[test]
fn all_erases_narrower_rules_that_stand_before_it() {
    assert!(time("deny 10.9.0.0/16\nallow all\n", "10.9.1.1"));
    assert!(!time("deny 10.9.0.0/16\nallow\n", "10.9.1.1"));
    assert!(!time("allow all\ndeny 10.9.0.0/16\n", "10.9.1.1"));
    assert!(time("deny 10.9.0.0/16\nallow all 10.0.0.0/8\ndeny 192.0.2.0/24\n", "10.9.1.1"));
}

#[test]
fn a_network_may_be_short() {
    assert!(time("allow 10\n", "10.200.1.1") && !time("allow 10\n", "11.0.0.1"));
    assert!(time("allow 10.9\n", "10.9.1.1") && time("allow 10.9/15\n", "10.8.1.1"));
    assert!(!time("allow 10.9.8.7\n", "10.9.8.6") && time("allow 10.9.8.7\n", "10.9.8.7"));
}

#[test]
fn directives_have_no_case_and_all_has() {
    assert!(time("ALLOW all\n", "192.0.2.1"));
    assert!(!time("allow ALL\n", "192.0.2.1"), "a host of this name");
}

#[test]
fn a_comment_is_a_line_of_its_own_and_behind_a_directive_it_keeps_chronyd_from_starting() {
    for line in ["! x", "; x", " # x", "% x", "", "  "] {
        assert_eq!(directive(line.as_bytes()), None, "{line}");
    }
    for line in ["allow all # x", "port 0 # x", "cmdallow 10.0.0.0/8 #", "include /x # y"] {
        assert_eq!(directive(line.as_bytes()), Some(Directive::Fatal(Fatal::Argument)), "{line}");
    }
    assert!(!time("allow all\nport 123 # x\n", "192.0.2.1"));
}

#[test]
fn what_chronyd_cannot_read_keeps_it_from_starting() {
    for (line, fatal) in [
        ("alow all", Fatal::Unknown),
        ("allow 10.0.0.0/33", Fatal::Argument),
        ("allow 10.0.0.0/x", Fatal::Argument),
        ("bindcmdaddress eth0", Fatal::Argument),
        ("confdir", Fatal::Argument),
    ] {
        assert_eq!(directive(line.as_bytes()), Some(Directive::Fatal(fatal)), "{line}");
    }
    assert!(matches!(directive(b"confdir a b c d e f g h i j"), Some(Directive::Confdir(_))));
    assert_eq!(directive(b"confdir a b c d e f g h i j k"), Some(Directive::Fatal(Fatal::Argument)));
    let long = |length: usize| format!("#{}", "x".repeat(length - 1));
    assert_eq!(directive(long(2047).as_bytes()), None);
    assert_eq!(directive(long(2048).as_bytes()), Some(Directive::Fatal(Fatal::TooLong)));
    assert_eq!(exposures(&format!("{BOUND}cmdallow\nalow\n"), &[]), [""; 0]);
}

#[test]
fn every_stock_directive_is_known() {
    for line in [
        "confdir /etc/chrony/conf.d",
        "pool 2.debian.pool.ntp.org iburst",
        "sourcedir /run/chrony-dhcp",
        "keyfile /etc/chrony/chrony.keys",
        "driftfile /var/lib/chrony/chrony.drift",
        "ntsdumpdir /var/lib/chrony",
        "logdir /var/log/chrony",
        "maxupdateskew 100.0",
        "rtcsync",
        "makestep 1 3",
        "leapsectz right/UTC",
        "generatecommandkey",
        "bindcmdaddress /run/chrony/chronyd.sock",
        "stratumweight 0",
        "noclientlog",
        "commandkey 1",
    ] {
        assert!(!matches!(directive(line.as_bytes()), Some(Directive::Fatal(_)) | None), "{line}");
    }
}

#[test]
fn who_outside_may_give_commands_is_found_unless_it_is_permitted() {
    let text = format!(
        "{BOUND}cmdallow 10.0.0.0/9\ncmdallow 2001:db8::/32\ncmdallow 127.0.0.1\ncmdallow ops.example.com\n"
    );
    assert_eq!(exposures(&text, &[]), ["10.0.0.0/9", "2001:db8::/32", "ops.example.com"]);
    assert_eq!(exposures(&text, &["10.0.0.0/8", "2001:db8::/32"]), ["ops.example.com"]);
    assert_eq!(exposures(&format!("{text}cmddeny all\n"), &[]), [""; 0]);
    let closed = format!("{text}cmddeny 10.0.0.0/9\ncmddeny all 2001:db8::/32\ncmddeny ops.example.com\n");
    assert_eq!(exposures(&closed, &[]), [""; 0]);
    assert_eq!(exposures(&format!("{BOUND}cmdallow all\n"), &["0.0.0.0/0"]), ["::/0"]);
}

#[test]
fn this_host_by_name_is_not_outside() {
    for name in ["localhost", "LOCALHOST", "ip6-loopback"] {
        assert_eq!(exposures(&format!("{BOUND}cmdallow {name}\n"), &[]), [""; 0], "{name}");
    }
    assert_eq!(
        exposures(&format!("{BOUND}cmdallow localhost.example.com\n"), &[]),
        ["localhost.example.com"]
    );
}

#[test]
fn all_for_everyone_takes_rules_by_name_away_of_its_own_service_alone() {
    let text = format!("{BOUND}cmdallow ops.example.com\n");
    assert_eq!(exposures(&format!("{text}cmddeny all\n"), &[]), [""; 0]);
    for line in ["cmddeny", "deny all", "cmddeny all 10.0.0.0/8"] {
        assert_eq!(exposures(&format!("{text}{line}\n"), &[]), ["ops.example.com"], "{line}");
    }
}

#[test]
fn a_line_that_opens_both_families_is_told_for_each() {
    assert_eq!(exposures(&format!("{BOUND}cmdallow\n"), &[]), ["0.0.0.0/0", "::/0"]);
}

#[test]
fn one_family_alone_takes_no_commands_over_the_other() {
    let mut configuration = Configuration::parse(format!("{BOUND}cmdallow all\n").as_bytes());
    configuration.family = Some(AddressFamily::V4);
    assert_eq!(configuration.exposures(&[]).len(), 1);
}

mod files {
    use std::path::Path;

    use super::super::files::read;
    use super::super::semantics::{Configuration, verdict};
    use crate::ntp::files::{Base, ProblemKind};
    use crate::ntp::source::Source;
    use crate::ntp::tests::tree::Tree;

    fn asked(files: &[(&str, &str)]) -> (bool, Vec<ProblemKind>) {
        let tree = Tree::of(files);
        let closure =
            read(&Source::new(&tree.root()), Path::new("/etc/chrony.conf"), &Base::default()).unwrap();
        let (answers, _) = verdict(&Configuration::of_files(&closure), "192.0.2.1".parse().unwrap());
        (answers.time, closure.problems.iter().map(|problem| problem.kind).collect())
    }

    #[test]
    fn confdir_is_read_where_it_stands_and_its_files_by_name() {
        let main = ("/etc/chrony.conf", "confdir /etc/d\n");
        assert_eq!(
            asked(&[main, ("/etc/d/a.conf", "allow\n"), ("/etc/d/b.conf", "deny\n")]),
            (false, vec![])
        );
        assert_eq!(asked(&[main, ("/etc/d/b.conf", "allow\n"), ("/etc/d/a.conf", "deny\n")]), (true, vec![]));
        assert_eq!(
            asked(&[("/etc/chrony.conf", "confdir /etc/d\ndeny\n"), ("/etc/d/a.conf", "allow\n")]),
            (false, vec![])
        );
        assert_eq!(
            asked(&[main, ("/etc/d/a.sources", "allow\n"), ("/etc/d/.b.conf", "allow\n")]),
            (false, vec![])
        );
    }

    #[test]
    fn of_two_files_of_the_same_name_that_of_the_directory_named_first_is_read() {
        let files = [("/etc/d/a.conf", "allow\n"), ("/etc/e/a.conf", "deny\n")];
        for (text, is_open) in [("confdir /etc/d /etc/e\n", true), ("confdir /etc/e /etc/d\n", false)] {
            assert_eq!(asked(&[files[0], files[1], ("/etc/chrony.conf", text)]), (is_open, vec![]), "{text}");
        }
    }

    #[test]
    fn include_takes_a_glob_and_a_plain_path_must_be_there() {
        let file = ("/etc/chrony.d/a.conf", "allow\n");
        assert_eq!(asked(&[("/etc/chrony.conf", "include /etc/chrony.d/*.conf\n"), file]), (true, vec![]));
        assert_eq!(asked(&[("/etc/chrony.conf", "include /etc/*.d/a.conf\n"), file]), (true, vec![]));
        assert_eq!(asked(&[("/etc/chrony.conf", "include /etc/none/*.conf\n")]), (false, vec![]));
        assert_eq!(
            asked(&[("/etc/chrony.conf", "include /etc/none\n")]),
            (false, vec![ProblemKind::Missing])
        );
    }

    #[test]
    fn a_directory_is_read_as_a_file_without_lines() {
        let file = ("/etc/d/a.conf", "bogus\n");
        let main = ("/etc/chrony.conf", "include /etc/d\nallow\n");
        assert_eq!(asked(&[main, file]), (true, vec![ProblemKind::Directory]));
    }

    #[test]
    fn ten_files_are_nested_and_an_eleventh_keeps_chronyd_from_starting() {
        for (deepest, problems) in [(10, vec![]), (11, vec![ProblemKind::TooDeep])] {
            let path = |number: usize| match number {
                1 => "/etc/chrony.conf".to_owned(),
                number => format!("/etc/{number}"),
            };
            let text = |number: usize| match number {
                number if number == deepest => "allow\n".to_owned(),
                number => format!("include {}\n", path(number + 1)),
            };
            let files: Vec<(String, String)> =
                (1..=deepest).map(|number| (path(number), text(number))).collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
            assert_eq!(asked(&files), (problems.is_empty(), problems), "{deepest}");
        }
    }

    #[test]
    fn a_name_with_a_dot_before_it_is_found_by_no_star_and_by_itself() {
        let file = ("/etc/d/.a.conf", "allow\n");
        for (pattern, is_open) in [("*.conf", false), ("?a.conf", false), (".*", true), (".a.conf", true)] {
            let main = format!("include /etc/d/{pattern}\n");
            assert_eq!(asked(&[("/etc/chrony.conf", &main), file]).0, is_open, "{pattern}");
        }
    }

    #[test]
    fn a_file_that_includes_itself_is_followed_ten_deep() {
        assert_eq!(
            asked(&[("/etc/chrony.conf", "include /etc/chrony.conf\nallow\n")]).1,
            [ProblemKind::TooDeep]
        );
    }
}
