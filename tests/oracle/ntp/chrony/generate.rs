//! Configurations of chronyd from a seed.

use crate::ntp::case::Case;
use crate::random::Random;

/// Those who ask.
pub(super) const ADDRESSES: &[&str] = &[
    "10.9.8.7",
    "10.9.9.7",
    "10.11.8.7",
    "10.25.8.7",
    "172.16.0.1",
    "203.0.113.9",
    "fd09::8:7",
    "fd09::9:7",
    "fd0a::1",
    "2a00:9::1",
];

/// Networks whose lengths round up to the same four bits, and others.
const NETWORKS: &[&str] = &[
    "",
    "",
    "0/0",
    "::/0",
    "10",
    "10.9",
    "10.9.8",
    "10.9.8.7",
    "10.9.8.7/32",
    "10.9.8.0/24",
    "10.9.8.0/23",
    "10.9.0.0/22",
    "10.9/16",
    "10.8.0.0/15",
    "10.8.0.0/13",
    "10.0.0.0/9",
    "10.9.8.7/8",
    "8.0.0.0/6",
    "128.0.0.0/1",
    "172.16.0.1",
    "fd09::/16",
    "fd08::/15",
    "fd09::8:0/112",
    "fd09::8:7",
    "fd00::/8",
    "fc00::/7",
    "2000::/3",
];

const OTHER_LINES: &[&str] = &[
    "# allow",
    "! allow",
    "; allow",
    "% allow",
    "",
    "  ",
    "port 0",
    "port 123",
    "cmdport 0",
    "cmdport 323",
    "bindcmdaddress 127.0.0.1",
    "bindcmdaddress ::1",
    "bindcmdaddress 192.0.2.1",
    "bindcmdaddress 2001:db8::1",
    "driftfile /nowhere",
    "local stratum 8",
    "allow localhost",
    "ratelimit interval 1 burst 16",
    "rtcsync",
];

/// Rules that collide; the same for the same seed.
pub(super) fn access(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let mut text = String::new();
    if random.percent(70) {
        text.push_str("bindcmdaddress 0.0.0.0\nbindcmdaddress ::\n");
    }
    for _ in 0..=random.below(12) {
        if random.percent(12) {
            text.push_str(random.pick(OTHER_LINES));
        } else {
            text.push_str(
                random.pick(&["allow", "allow", "deny", "cmdallow", "cmdallow", "cmddeny", "Allow", "DENY"]),
            );
            text.push_str(random.pick(&[" ", " ", "\t"]));
            text.push_str(if random.percent(20) { "all " } else { "" });
            text.push_str(random.pick(NETWORKS));
        }
        text.push_str(if random.percent(5) { "\r\n" } else { "\n" });
    }
    Case::new(text)
}

/// Lines that may keep chronyd from starting; the same for the same seed. No word may be the name of a host, which is
/// looked up.
pub(super) fn broken(seed: u64) -> Case {
    const OTHER: &[&str] = &[
        "server 192.0.2.77 iburst",
        "local stratum 8",
        "makestep 1.0 3",
        "rtcsync",
        "# c",
        " ! c",
        "",
        "\0",
        "allow\0 bogus",
        "sourcedir @/missing.d",
        "driftfile /nowhere",
        "bogus",
        "bogus 1",
        "allow: 10.9",
        "\u{e9}",
    ];
    const NUMBERS: &[&str] =
        &["0", "123", "-1", "+5", "65659", "99999999999", "0x10", "1.5", "5x", "x", "-", "10.9/16"];
    const ADDRESSES: &[&str] =
        &["127.0.0.1", "::1", "0.0.0.0", "::", "*", "0", "10.9", "localhost", "/run/x.sock", "/"];
    const WHOM: &[&str] =
        &["all", "10.9.8.7", "10.9", "0/0", "fd09::/16", "10.9.8.7/x", "10.9/-1", "10.9.8.7/", "localhost"];
    const PATHS: &[&str] = &["@/a", "@/?.conf", "@/missing", "@/missing*", "@/d", "@/missing.d"];
    const KNOWN: &[(&str, &[&str])] = &[
        ("allow", WHOM),
        ("CMDDENY", WHOM),
        ("bindcmdaddress", ADDRESSES),
        ("port", NUMBERS),
        ("CmdPort", NUMBERS),
        ("include", PATHS),
        ("confdir", PATHS),
    ];
    let mut random = Random::new(seed ^ 0xb0ce_0000_0000_0000);
    let mut line = || {
        if random.percent(30) {
            return format!("{}\n", random.pick(OTHER));
        }
        let (directive, arguments) = random.pick(KNOWN);
        let mut line = directive.to_owned();
        for _ in 0..random.pick(&[0, 1, 1, 1, 1, 2]) {
            line.push_str(random.pick(&[" ", " ", "\t", "  "]));
            line.push_str(random.pick(arguments));
        }
        line.push_str(random.pick(&["", "", "", "", "\r", " "]));
        line + "\n"
    };
    let main = line() + &line();
    Case::new(main).with("a", "allow\n").with("b.conf", "deny\n").with("d/a.conf", line())
}
