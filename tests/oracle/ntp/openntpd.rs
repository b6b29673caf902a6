//! The real OpenNTPD: it serves where it is told to listen, has neither mode 6 nor mode 7, and does not start on a file
//! that it cannot read.

use std::net::IpAddr;
use std::time::Duration;

use standfast_providers::document::Document;
use standfast_providers::ntp::openntpd::{Directive, OpenntpdSyntax, is_outside};

use super::packets::{self, MONLIST, READVAR};
use crate::net::{Host, Package, Question, V4_HOST, V4_OUTSIDE, V6_HOST, V6_OUTSIDE};

const CONF: &str = "/etc/openntpd/ntpd.conf";

/// What ours says: whether it starts, and the addresses that it listens on.
fn ours(text: &str) -> (bool, Vec<Vec<u8>>) {
    let document = Document::parse(&OpenntpdSyntax, text.as_bytes().to_vec());
    let directives = document.chunks().iter().filter_map(|chunk| chunk.entry.clone());
    let (fatal, others): (Vec<_>, Vec<_>) = directives.partition(|directive| *directive == Directive::Fatal);
    let listens = others.into_iter().filter_map(|directive| match directive {
        Directive::Listen(address) => Some(address),
        Directive::Other | Directive::Fatal => None,
    });
    (fatal.is_empty(), listens.collect())
}

#[test]
fn the_outside_gets_the_time_where_it_listens_and_no_other_answer() {
    let host = Host::new(&[Package::Openntpd]);
    let ends: [(IpAddr, IpAddr); 2] = [(V4_OUTSIDE, V4_HOST), (V6_OUTSIDE, V6_HOST)];
    for (text, served) in [
        ("listen on *\n", [true, true]),
        ("listen on 192.0.2.1\n", [true, false]),
        ("listen on 2001:db8::1 # comment\n", [false, true]),
        ("listen on 0.0.0.0\n", [true, false]),
        ("listen on 127.0.0.1\nlisten on ::1\n", [false, false]),
        ("server 192.0.2.77\n", [false, false]),
        ("#listen on *\n", [false, false]),
    ] {
        host.write(CONF, text);
        let ntpd = host.start(&["/usr/sbin/ntpd", "-d", "-f", CONF]);
        ntpd.wait_for_log("ntp engine ready");
        let (starts, listens) = ours(text);
        let is_open = listens.iter().any(|address| is_outside(address));
        assert_eq!((starts, is_open), (true, served.contains(&true)), "{text}");
        for ((from, to), served) in ends.into_iter().zip(served) {
            let time = packets::time(1);
            if served {
                host.outside().wait_for_answer(&Question::new(from, (to, 123), &time));
                for payload in [READVAR, MONLIST] {
                    let question = Question::new(from, (to, 123), payload);
                    let control = Question::new(from, (to, 123), &time);
                    assert!(host.outside().ask_beside(&question, &control).is_empty(), "{text}");
                }
            } else {
                let question = Question::new(from, (to, 123), &time);
                assert!(host.outside().ask(&question, Duration::from_millis(50)).is_empty(), "{text}");
            }
        }
    }
}

#[test]
fn what_keeps_openntpd_from_starting_is_what_the_evaluator_says() {
    let host = Host::new(&[Package::Openntpd]);
    for text in [
        "",
        "\n",
        "# c\n",
        "listen on *\n",
        "  listen   on\t* # c\n",
        "listen on \"*\"\n",
        "listen on 192.0.2.1 rtable 0\n",
        "listen on ::1\nserver 192.0.2.77\n",
        "server 192.0.2.77 weight 5\n",
        "servers 192.0.2.77\n",
        "sensor *\n",
        "sensor nmea0 correction 70000 weight 5 refid \"GPS\"\n",
        "constraint from \"www.example.com\"\n",
        "LISTEN on *\n",
        "listen\n",
        "listen on\n",
        "listen *\n",
        "bogus\n",
        "listen on *\nbogus\n",
        "server\n",
        "restrict default noquery\n",
        "include \"x\"\n",
        "listen on *; bogus\n",
        "listen on 192.0.2.1 listen on ::1\n",
        "listen on * bogus\n",
        "listen on *\r\n",
        "listen on * \r\n",
        "listen on *",
        "# c",
        "listen on \\\n*\n",
        "\u{feff}listen on *\n",
    ] {
        host.write(CONF, text);
        let status = host.bounded(&["/usr/sbin/ntpd", "-n", "-f", CONF]).output().unwrap().status;
        assert_eq!(ours(text).0, status.success(), "ours, and the real one: {text:?}");
    }
}
