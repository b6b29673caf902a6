//! What is known of snmpd, a case each: what it was recorded to do, what it does now, and what we say.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use standfast_providers::snmp::tables::Transport;

use super::agent::{SOURCES, machine};
use super::compare::{Request, Told, agent, ask, differences, directory, requests, with_model};
use crate::net::Host;

use super::packet::{Operation, Value, Version};

/// What SNMPv2c with the community `public` from 127.0.0.1 gets of sysDescr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    Silence,
    /// An answer that hides it.
    NoSuchObject,
    TheValue,
}
use Gets::{NoSuchObject, Silence, TheValue};

/// Group and access of the RHEL form, for users `u`.
const CHAIN: &str = "group g v1 u\ngroup g v2c u\naccess g \"\" any noauth exact _all_ none none\n";

/// Name, file, and what it does; `CHAIN` stands for the lines above.
const CASES: &[(&str, &str, Gets)] = &[
    ("nothing at all", "", Silence),
    ("rocommunity", "rocommunity public\n", TheValue),
    ("rocommunity6 is for IPv6 alone", "rocommunity6 public\n", Silence),
    ("-v 1", "rocommunity -v 1 public\n", Silence),
    ("-v 2c", "rocommunity -v 2c public\n", TheValue),
    ("-v v2c", "rocommunity -v V2C public\n", TheValue),
    ("-v 3 grants nothing", "rocommunity -v 3 public\n", Silence),
    ("-v any", "rocommunity -v any public\n", TheValue),
    ("-v usm", "rocommunity -v usm public\n", Silence),
    ("a version alone", "rocommunity -v 2c\n", Silence),
    ("from localhost", "rocommunity public localhost\n", TheValue),
    ("from an address", "rocommunity public 127.0.0.1\n", TheValue),
    ("from another address", "rocommunity public 127.0.0.2\n", Silence),
    ("a slash without a mask", "rocommunity public 127.0.0.1/\n", TheValue),
    ("a mask of bits", "rocommunity public 127.0.0.0/8\n", TheValue),
    ("a dotted mask", "rocommunity public 127.0.0.0/255.0.0.0\n", TheValue),
    ("a mask with holes", "rocommunity public 127.0.0.1/255.0.255.255\n", TheValue),
    ("host bits that are not zero", "rocommunity public 127.0.0.1/8\n", Silence),
    ("a mask that is too long", "rocommunity public 127.0.0.1/33\n", Silence),
    ("a signed mask", "rocommunity public 127.0.0.0/+8\n", TheValue),
    ("everywhere by a mask", "rocommunity public 0.0.0.0/0\n", TheValue),
    ("the address zero is not everywhere", "rocommunity public 0.0.0.0\n", Silence),
    ("DEFAULT is a host", "rocommunity public DEFAULT\n", Silence),
    ("there are no lists", "rocommunity public 127.0.0.1,127.0.0.2\n", Silence),
    ("a second source is an object", "rocommunity public 127.0.0.1 127.0.0.2\n", NoSuchObject),
    ("a short address", "rocommunity public 127.1\n", TheValue),
    ("an octal address", "rocommunity public 0177.0.0.1\n", TheValue),
    ("a hexadecimal address", "rocommunity public 0x7f000001\n", TheValue),
    ("a view without a source", "rocommunity public -V v\n", Silence),
    ("a view without a blank", "rocommunity public default -V_all_\n", NoSuchObject),
    ("a view behind a tab is a context", "rocommunity public default -V\t_all_\n", Silence),
    ("a view that is not defined", "rocommunity public default -V undefined\n", NoSuchObject),
    (
        "a view of two words gives the second to write",
        "rocommunity public default -V \"_all_ _all_\"\n",
        TheValue,
    ),
    ("a view", "view v included .1.3.6.1.2.1.1\nrocommunity public default -V v\n", TheValue),
    (
        "a view that is defined behind",
        "rocommunity public default -V v\nview v included .1.3.6.1.2.1.1\n",
        TheValue,
    ),
    ("a subtree", "rocommunity public default .1.3.6.1.2.1.1\n", TheValue),
    ("another subtree", "rocommunity public default .1.3.6.1.2.1.25\n", NoSuchObject),
    ("a subtree without a dot", "rocommunity public default 1.3.6.1.2.1.1\n", TheValue),
    ("a subtree with a dot behind", "rocommunity public default .1.3.6.1.2.1.1.\n", TheValue),
    ("a subtree by its name needs MIB files", "rocommunity public default system\n", NoSuchObject),
    ("a root by its name needs none", "rocommunity public default iso\n", TheValue),
    ("an octal subtree", "rocommunity public default .1.3.6.1.2.1.013\n", NoSuchObject),
    ("a hexadecimal subtree", "rocommunity public default .1.0x3.06\n", TheValue),
    ("a context", "rocommunity public default .1 ctx\n", Silence),
    ("a context by its beginning", "rocommunity public default .1 ctx*\n", Silence),
    ("all contexts", "rocommunity public default .1 *\n", TheValue),
    ("the context without a name", "rocommunity public default .1 \"\"\n", TheValue),
    ("the source of the example", "rocommunity public NETWORK/24\n", Silence),
    ("the community of the example", "rocommunity COMMUNITY\n", Silence),
    ("an empty community", "rocommunity \"\"\n", Silence),
    ("a blank in a source makes a community of it", "rocommunity x \"default public\"\n", TheValue),
    ("authcommunity read", "authcommunity read public\n", TheValue),
    ("authcommunity log answers", "authcommunity log public\n", NoSuchObject),
    ("authcommunity write answers", "authcommunity write public\n", NoSuchObject),
    ("authcommunity of both", "authcommunity read,write public\n", TheValue),
    ("authcommunity of all", "authcommunity log:execute|net,read public default .1.3.6.1.2.1.1\n", TheValue),
    ("authcommunity of no type that exists", "authcommunity Read public\n", Silence),
    ("com2sec alone", "com2sec u default public\n", Silence),
    ("com2sec and group", "com2sec u default public\ngroup g v2c u\n", Silence),
    ("the chain", "com2sec u default public\nCHAIN", TheValue),
    ("the chain in another order", "CHAINcom2sec u default public\n", TheValue),
    ("a context of com2sec that does not exist", "com2sec -Cn ctx u default public\nCHAIN", Silence),
    ("com2sec6", "com2sec6 u default public\nCHAIN", Silence),
    ("com2sec6 with an IPv4 address", "com2sec6 u 127.0.0.1 public\nCHAIN", Silence),
    ("com2secunix", "com2secunix u default public\nCHAIN", Silence),
    ("quotes in com2sec", "com2sec u default 'pub lic'\ncom2sec \"u\" default pub\\lic\nCHAIN", TheValue),
    (
        "a group for any model",
        "com2sec u default public\ngroup g any u\naccess g \"\" any noauth exact _all_ none none\n",
        TheValue,
    ),
    (
        "a group for any model beats one before it",
        "com2sec u default public\ngroup a v2c u\naccess a \"\" any noauth exact _all_ none none\ngroup g any u\n",
        Silence,
    ),
    (
        "the first of two groups counts",
        "com2sec u default public\ngroup a v2c u\naccess a \"\" any noauth exact _none_ none none\nCHAIN",
        NoSuchObject,
    ),
    (
        "a group by usm",
        "com2sec u default public\ngroup g usm u\naccess g \"\" any noauth exact _all_ none none\n",
        Silence,
    ),
    (
        "access EXACT",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth EXACT _all_ none none\n",
        Silence,
    ),
    (
        "access prefix",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth prefix _all_ none none\n",
        TheValue,
    ),
    (
        "access 0",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth 0 _all_ none none\n",
        TheValue,
    ),
    (
        "access of seven words",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth exact _all_ none\n",
        Silence,
    ),
    (
        "access at a level",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any auth exact _all_ none none\n",
        Silence,
    ),
    (
        "access with a quoted group",
        "com2sec u default public\ngroup g v2c u\naccess \"g\" \"\" any noauth exact _all_ none none\n",
        Silence,
    ),
    (
        "access for this model beats one for any",
        "com2sec u default public\nCHAINaccess g \"\" v2c noauth exact _none_ none none\n",
        NoSuchObject,
    ),
    (
        "an exact context beats a prefix",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth prefix _none_ none none\naccess g \"\" any noauth exact _all_ none none\n",
        TheValue,
    ),
    (
        "of equal rows the first counts",
        "com2sec u default public\nCHAINaccess g \"\" any noauth exact _none_ none none\n",
        TheValue,
    ),
    (
        "setaccess",
        "com2sec u default public\ngroup g v2c u\nsetaccess g \"\" any noauth exact read _all_\n",
        TheValue,
    ),
    (
        "setaccess changes the row that is there",
        "com2sec u default public\nCHAINsetaccess g \"\" any noauth exact read _none_\n",
        NoSuchObject,
    ),
    (
        "setaccess for a longer context changes the row with the longest beginning",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" any noauth prefix _all_ none none\n\
         access g c any noauth prefix _all_ none none\nsetaccess g ctx any noauth prefix read _none_\n",
        TheValue,
    ),
    (
        "setaccess for a higher level changes the row with the highest",
        "com2sec u default public\nCHAINaccess g \"\" any auth exact _all_ none none\n\
         setaccess g \"\" any priv exact read _none_\n",
        TheValue,
    ),
    (
        "rows are compared in the order of their models, whatever the order of the lines",
        "com2sec u default public\ngroup g v2c u\naccess g \"\" v2c noauth prefix _all_ none none\n\
         access g \"\" any noauth exact _none_ none none\n",
        TheValue,
    ),
    (
        "setaccess for a model changes the row for any",
        "com2sec u default public\nCHAINsetaccess g \"\" v1 noauth exact read _none_\n",
        NoSuchObject,
    ),
    (
        "setaccess Read",
        "com2sec u default public\ngroup g v2c u\nsetaccess g \"\" any noauth exact Read _all_\n",
        Silence,
    ),
    ("authaccess", "com2sec u default public\ngroup g v2c u\nauthaccess read g _all_ noauth\n", TheValue),
    (
        "authaccess at its own level",
        "com2sec u default public\ngroup g v2c u\nauthaccess read g _all_\n",
        Silence,
    ),
    (
        "authaccess -s v2c",
        "com2sec u default public\ngroup g v2c u\nauthaccess read g -s v2c _all_\n",
        TheValue,
    ),
    (
        "a comment behind authaccess is a context",
        "com2sec u default public\ngroup g v2c u\nauthaccess read g _all_ noauth # all\n",
        Silence,
    ),
    ("authgroup", "com2sec u default public\ngroup g v2c u\nauthgroup read -s v2c g noauth\n", TheValue),
    (
        "AuthGroup is taken for authuser",
        "com2sec u default public\ngroup g v2c u\nAuthGroup read -s v2c g noauth\n",
        Silence,
    ),
    ("authuser", "com2sec u default public\nauthuser read -s v2c u noauth\n", TheValue),
    ("rouser -s v2c", "com2sec u default public\nrouser -s v2c u noauth\n", TheValue),
    ("rouser is for SNMPv3", "com2sec u default public\nrouser u noauth\n", Silence),
    ("rouser -s any", "com2sec u default public\nrouser -s any u noauth\n", TheValue),
    (
        "users whose names differ in signs only share a group",
        "com2sec u.x default public\nrouser -s v2c u-x noauth -V undefined\nrouser -s v2c u.x noauth\n",
        NoSuchObject,
    ),
    ("view Included", "view v Included .1\nrocommunity public default -V v\n", NoSuchObject),
    (
        "a comment behind a view spoils it",
        "view v included .1 # all\nrocommunity public default -V v\n",
        NoSuchObject,
    ),
    (
        "a mask of a view",
        "view v included .1.3.6.1.2.1.2 fe\nrocommunity public default -V v\n",
        NoSuchObject,
    ),
    (
        "a mask that leaves one number open",
        "view v included .1.3.6.1.2.1.7 fc\nrocommunity public default -V v\n",
        TheValue,
    ),
    (
        "the longest subtree counts",
        "view v included .1\nview v excluded .1.3.6.1.2.1.1\nrocommunity public default -V v\n",
        NoSuchObject,
    ),
    (
        "of equal subtrees the first counts",
        "view v excluded .1.3\nview v included .1.3\nrocommunity public default -V v\n",
        NoSuchObject,
    ),
    ("_all_ can be narrowed", "view _all_ excluded .1.3.6.1.2.1.1\nrocommunity public\n", NoSuchObject),
    (
        "a view called none makes all communities write",
        "view none included .1\nrocommunity public\n",
        TheValue,
    ),
    (
        "the first of two lines counts, to read",
        "rocommunity public default -V undefined\nrocommunity public\n",
        NoSuchObject,
    ),
    ("rocommunity, then rwcommunity", "rocommunity public\nrwcommunity public\n", TheValue),
    ("rwcommunity, then rocommunity", "rwcommunity public\nrocommunity public\n", TheValue),
    (
        "rwcommunity with a view",
        "view v included .1.3.6.1.2.1.25\nrwcommunity public default -V v\n",
        NoSuchObject,
    ),
    ("a refusal before", "rocommunity public !127.0.0.1\nrocommunity public\n", Silence),
    ("a refusal behind", "rocommunity public\nrocommunity public !127.0.0.1\n", TheValue),
    ("a refusal of others opens nothing", "rocommunity public !127.0.0.2\n", Silence),
    (
        "a line that lets nobody in hides those behind",
        "com2sec nobody default public\nrocommunity public\n",
        Silence,
    ),
    ("a broken line hides nothing", "com2sec u 127.0.0.1/8 public\nrocommunity public\n", TheValue),
    ("upper case", "ROCOMMUNITY public\n", TheValue),
    ("a quoted directive", "\"rocommunity\" public\n", TheValue),
    ("a backslash in a directive", "roco\\mmunity public\n", TheValue),
    ("a comment", "rocommunity public # x\n", TheValue),
    ("a hash in a community", "rocommunity public#x\n", Silence),
    ("a sign between", "rocommunity=public\n", Silence),
    ("quotes within", "rocommunity pu\"bl\"ic\n", Silence),
    ("text behind a quote is the source", "rocommunity \"public\"127.0.0.1\n", TheValue),
    ("a quote without its twin", "rocommunity \"public\n", TheValue),
    ("a backslash", "rocommunity pub\\lic\n", TheValue),
    ("an apostrophe cuts the community", "rocommunity public'x\n", TheValue),
    ("a backslash twice", "rocommunity \"pub\\\\\\\\lic\"\n", Silence),
    ("no continuation", "rocommunity \\\npublic\n", Silence),
    ("line ends of DOS", "rocommunity public\r\n", TheValue),
    ("a byte order mark", "\u{feff}rocommunity public\n", Silence),
    ("a NUL glues", "rocommunity pub\0x\nlic\n", TheValue),
    ("a NUL at the beginning", "\0x\nrocommunity public\n", TheValue),
    ("no final line end", "rocommunity public", TheValue),
    ("white space of all kinds", "\x0b\x0crocommunity\x0bpublic\x0c127.0.0.1\n", TheValue),
    ("a section of the library", "[snmp]\nrocommunity public\n", Silence),
    ("a section for one line", "[snmp] defVersion 2c\nrocommunity public\n", TheValue),
    ("a section and back", "[snmp] # c\n[snmpd]\nrocommunity public\n", TheValue),
    ("a section that does not exist", "[nosuch]\nrocommunity public\n", TheValue),
    ("a section with blanks", "[ snmp ]\nrocommunity public\n", TheValue),
    ("a section in capitals", "[SNMP]\nrocommunity public\n", TheValue),
    ("a section of the daemon before a line", "[snmp]\n[snmpd] rocommunity public\n", TheValue),
    ("SNMPv2c switched off", "rocommunity public\n[snmp] disableSNMPv2c yes\n", Silence),
    ("SNMPv1 switched off", "rocommunity public\n[snmp] disableSNMPv1 true\n", TheValue),
    (
        "switched off and on",
        "rocommunity public\n[snmp] disableSNMPv2c 1\n[snmp] disableSNMPv2c no\n",
        TheValue,
    ),
    ("switched off in the wrong section", "rocommunity public\ndisableSNMPv2c yes\n", TheValue),
    ("vacmGroup and vacmAccess as they are saved", SAVED, TheValue),
];

const SAVED: &str = "com2sec u default public\nvacmGroup 1 3 2 0x7500 0x6700\n\
    vacmAccess 1 3 0 1 1 0x6700 0x00 0x5f616c6c5f00 0x00 0x00\n";

/// What may be asked for: what the file says, word by word, and what the model made of it.
pub(super) fn communities(host: &Host, text: &[u8], file: &Path) -> Vec<Vec<u8>> {
    let mut all: BTreeSet<Vec<u8>> = with_model(host, file, |snmp| {
        let lists = Transport::ALL.iter().flat_map(|transport| snmp.control.tables.com2sec(*transport));
        lists.map(|entry| entry.community.clone()).collect()
    });
    let words = text.split(|byte| byte.is_ascii_whitespace() || b"\"'=".contains(byte));
    all.extend(words.filter(|word| word.windows(3).any(|part| part == b"pub")).map(<[u8]>::to_vec));
    all.extend([b"public".to_vec(), b"nosuch".to_vec()]);
    all.retain(|community| community.len() <= 300);
    all.into_iter().collect()
}

fn gets(told: &Told) -> Gets {
    match told {
        Told::Get(values) if values[0] == Value::There => TheValue,
        Told::Get(_) => NoSuchObject,
        _ => Silence,
    }
}

#[test]
fn each_named_case_does_what_was_recorded_and_what_we_say() {
    let home = directory("named");
    let file = home.join("snmpd.conf");
    fs::write(&file, "").unwrap();
    let host = machine();
    let mut agent = agent(&host, &file, &home);
    let asked = Request {
        from: IpAddr::from([127, 0, 0, 1]),
        version: Version::V2c,
        community: b"public".to_vec(),
        operation: Operation::Get,
        objects: 0..1,
    };
    let mut wrong = Vec::new();
    for (name, text, recorded) in CASES {
        let text = text.replace("CHAIN", CHAIN);
        // What was switched off stays so when the line is gone: each case says it.
        let text = if text.contains("disableSNMP") { text } else { format!("{ON}{text}") };
        fs::write(&file, &text).unwrap();
        agent.reload();
        let told = gets(&ask(&mut agent, std::slice::from_ref(&asked))[&asked]);
        if told != *recorded {
            wrong.push(format!("{name}: snmpd says {told:?}, and was recorded to say {recorded:?}\n{text}"));
        }
        let requests = requests(&communities(&host, text.as_bytes(), &file), &SOURCES);
        let differ = with_model(&host, &file, |snmp| differences(&mut agent, snmp, &requests));
        wrong.extend(differ.into_iter().map(|difference| format!("{name}: {difference}\n{text}")));
        if text.contains("disableSNMP") {
            fs::write(&file, ON).unwrap();
            agent.reload();
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

const ON: &str = "[snmp] disableSNMPv1 no\n[snmp] disableSNMPv2c no\n";
