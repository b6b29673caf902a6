//! Which files count, and in which order: each has a community of its own, and one that all of them give another view.

use std::fs;

use standfast_facts::machine::Machine;
use standfast_providers::snmp::Snmp;
use standfast_providers::snmp::installed::Installed;
use standfast_providers::snmp::invocation::{Invocation, Origin};

use crate::net::Host;

use super::agent::{Agent, SOURCES, machine};
use super::compare::{OBJECTS, differences, directory, requests};

/// The places of the search path as Debian's snmpd has it, and files beside it.
const FILES: &[&str] = &[
    "/etc/snmp/snmpd.conf",
    "/etc/snmp/snmpd.local.conf",
    "/etc/snmp/snmp.conf",
    "/etc/snmp/snmp.local.conf",
    "/etc/snmp/agentx.conf",
    "/etc/snmp/agent.conf",
    "/etc/snmp/snmpapp.conf",
    "/etc/snmp/snmptrapd.conf",
    "/etc/snmp/other.conf",
    "/etc/snmp/snmpd.conf.d/a.conf",
    "/usr/share/snmp/snmpd.conf",
    "/usr/share/snmp/snmp.conf",
    "/usr/lib/x86_64-linux-gnu/snmp/snmpd.conf",
    "/var/own/h/.snmp/snmpd.conf",
    "/var/lib/snmp/snmpd.conf",
    "/var/lib/snmp/snmpd.0.conf",
    "/var/lib/snmp/snmpd.1.conf",
    "/var/lib/snmp/snmpd.3.conf",
    "/var/lib/snmp/snmp.conf",
    "/var/own/p/snmpd.conf",
    "/var/own/p/snmpd.0.conf",
    "/var/own/d1/snmpd.conf",
    "/var/own/d1/snmpd.0.conf",
    "/var/own/d1/snmp.conf",
    "/var/own/d2/snmpd.conf",
    "/var/own/d2/snmpd.local.conf",
    "/var/own/a.conf",
    "/var/own/b.conf",
];

/// The community of a file's own.
fn own(path: &str) -> String {
    path.replace(['/', '.'], "_")
}

/// Name, variables, options, and files whose text is another one.
type Case =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("the search path without a home", &[], &[], &[]),
    ("a home", &["HOME=/var/own/h"], &[], &[]),
    ("SNMPCONFPATH", &["SNMPCONFPATH=/var/own/d1:/var/own/no:/var/own/d2", "HOME=/var/own/h"], &[], &[]),
    ("SNMPCONFPATH with a gap", &["SNMPCONFPATH=/var/own/d1::/var/own/d2"], &[], &[]),
    ("an empty SNMPCONFPATH", &["SNMPCONFPATH="], &[], &[]),
    ("SNMPCONFPATH with the persistent directory", &["SNMPCONFPATH=/var/own/d1:/var/lib/snmp"], &[], &[]),
    ("SNMP_PERSISTENT_DIR", &["SNMP_PERSISTENT_DIR=/var/own/p"], &[], &[]),
    (
        "a path that begins like the persistent directory",
        &["SNMP_PERSISTENT_DIR=/var/own/d", "SNMPCONFPATH=/var/own/d1"],
        &[],
        &[],
    ),
    ("SNMP_PERSISTENT_FILE", &["SNMPCONFPATH=/var/own/d1", "SNMP_PERSISTENT_FILE=/var/own/d1"], &[], &[]),
    ("-c", &[], &["-c", "/var/own/a.conf"], &[]),
    ("-c with a dash", &[], &["-c", "-/var/own/a.conf"], &[]),
    ("-c with two files", &[], &["-c", "/var/own/a.conf,/var/own/b.conf,/var/own/no.conf"], &[]),
    ("-c twice", &[], &["-c", "/var/own/a.conf", "-c/var/own/b.conf"], &[]),
    ("-C", &[], &["-C"], &[]),
    ("-C and -c", &[], &["-Cc", "/var/own/a.conf,/var/own/b.conf"], &[]),
    ("-n", &[], &["-n", "other"], &[("/etc/snmp/other.conf", "OWN\n[other]\n[snmpd]\nOWN\n")]),
    (
        "a relative file",
        &[],
        &["-C", "-c", "var/own/a.conf"],
        &[("/var/own/a.conf", "includeFile b.conf\nOWN\n")],
    ),
    ("a long option", &[], &["-C", "--rocommunity=cli public default"], &[]),
    (
        "long options of any type",
        &["HOME=/var/own/h"],
        &["--rwcommunity=cli", "--disableSNMPv1=yes", "-Yrocommunity=y"],
        &[],
    ),
    (
        "a persistent directory in snmp.conf",
        &[],
        &[],
        &[("/etc/snmp/snmp.conf", "persistentDir /var/own/p\n[snmpd]\nOWN\n")],
    ),
    (
        "a persistent directory in the wrong file",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "persistentDir /var/own/p\nOWN\n")],
    ),
    (
        "a persistent directory by a section",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "[snmp] persistentDir \"/var/own/p\"\nOWN\n")],
    ),
    ("includeDir", &[], &[], &[("/etc/snmp/snmpd.conf", "includeDir /etc/snmp/snmpd.conf.d\nOWN\n")]),
    (
        "includeDir with a blank behind",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "includeDir /etc/snmp/snmpd.conf.d \nOWN\n")],
    ),
    (
        "includeDir with a carriage return",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "includeDir /etc/snmp/snmpd.conf.d\r\nOWN\n")],
    ),
    ("IncludeDir", &[], &[], &[("/etc/snmp/snmpd.conf", "IncludeDir /etc/snmp/snmpd.conf.d\nOWN\n")]),
    ("includeFile", &[], &[], &[("/etc/snmp/snmpd.conf", "OWN\nincludeFile other.conf\n")]),
    (
        "includeFile in a section",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "OWN\n[snmp]\nincludeFile other.conf\n")],
    ),
    (
        "a section does not leak out of an include",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "includeFile other.conf\nOWN\n"), ("/etc/snmp/other.conf", "[snmp]\n")],
    ),
    (
        "includeFile of itself",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "OWN\nincludeFile snmpd.conf\nrocommunity behind\n")],
    ),
    ("includeSearch", &["HOME=/var/own/h"], &[], &[("/etc/snmp/snmpd.conf", "includeSearch other\nOWN\n")]),
    (
        "includeSearch of a name with its ending",
        &[],
        &[],
        &[("/etc/snmp/snmpd.conf", "includeSearch other.conf\nOWN\n")],
    ),
    (
        "includeSearch without default files",
        &[],
        &["-C", "-c", "/var/own/a.conf"],
        &[("/var/own/a.conf", "includeSearch other\nOWN\n")],
    ),
    ("include", &[], &[], &[("/etc/snmp/snmpd.conf", "include other.conf\nOWN\n")]),
    ("a directory in the place of a file", &[], &["-c", "/var/own/d1,/var/own/a.conf"], &[]),
];

/// What a file says: a community of its own, and for one that many files have a view of its own.
fn text(path: &str, number: usize, template: &str) -> String {
    let objects = OBJECTS[number % OBJECTS.len()];
    let subtree: String = objects[..7.min(objects.len())].iter().map(|part| format!(".{part}")).collect();
    let lines = format!("rocommunity {}\nrocommunity shared default {subtree}", own(path));
    template.replace("OWN", &lines)
}

fn lay_out(host: &Host, case: &Case) {
    host.run(&[
        "sh",
        "-c",
        "rm -rf /etc/snmp /var/lib/snmp/* /usr/share/snmp/*.conf /usr/lib/x86_64-linux-gnu/snmp",
    ]);
    let mut script = String::new();
    for (number, path) in FILES.iter().enumerate() {
        let other = case.3.iter().find(|(other, _)| other == path).map(|(_, text)| *text);
        let section = if path.ends_with("snmpd.conf") || path.contains("snmpd.") {
            "OWN\n"
        } else {
            "OWN\n[snmpd]\nOWN\n"
        };
        let text = text(path, number, other.unwrap_or(section));
        script += &format!("mkdir -p ${{p%/*}}; p={path}; mkdir -p ${{p%/*}}; printf '%s' '{text}' > $p\n");
    }
    host.run(&["sh", "-c", &script.replace("mkdir -p ${p%/*}; p=", "p=")]);
    host.run(&["sh", "-c", "printf 'rocommunity hidden\n' > /etc/snmp/snmpd.conf.d/.b.conf"]);
    host.run(&[
        "sh",
        "-c",
        "printf 'rocommunity short\n' > /etc/snmp/snmpd.conf.d/.conf; mkdir /etc/snmp/snmpd.conf.d/c.conf",
    ]);
}

fn model<'m>(machine: &'m Machine<'m>, case: &Case) -> Snmp<'m> {
    let (_, variables, options, _) = case;
    let mut arguments = vec![b"snmpd".to_vec()];
    arguments.extend(options.iter().map(|option| option.as_bytes().to_vec()));
    let variable = |name: &str| {
        let value =
            |entry: &&str| entry.strip_prefix(name)?.strip_prefix('=').map(|value| value.as_bytes().to_vec());
        if name == "MIBS" { Some(Vec::new()) } else { variables.iter().find_map(value) }
    };
    let invocation = Invocation::new(Origin::Assumed, &arguments, variable);
    Snmp::read(machine, Installed::observe(machine.root), invocation).unwrap()
}

#[test]
fn the_files_that_count_are_those_that_we_read_and_in_our_order() {
    let scratch = directory("paths");
    let host = machine();
    let mut communities: Vec<Vec<u8>> = FILES.iter().map(|path| own(path).into_bytes()).collect();
    communities.extend(
        ["shared", "cli", "y", "public", "behind", "hidden", "short"].map(|text| text.as_bytes().to_vec()),
    );
    let mut wrong = Vec::new();
    for case in CASES {
        lay_out(&host, case);
        let machine = Machine::new(host.root());
        // Before the daemon rewrites what is its own.
        let snmp = model(&machine, case);
        let mut agent = Agent::start(&host, &scratch, case.1, case.2);
        let differ = differences(&mut agent, &snmp, &requests(&communities, &SOURCES[..1]));
        wrong.extend(differ.into_iter().map(|difference| format!("{}: {difference}", case.0)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(scratch).unwrap();
}
