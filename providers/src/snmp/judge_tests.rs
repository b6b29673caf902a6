//! Tests of what a community gets beside what it should: lines in, deviations out.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Deviation, Gone, Grants, Wanted};
use crate::document::Document;
use crate::schema::AttributeValue as _;
use crate::snmp::community::Grade;
use crate::snmp::keyword::FileType;
use crate::snmp::load::Loader;
use crate::snmp::rules::Rules;
use crate::snmp::semantics::Control;
use crate::snmp::source::Hosts;
use crate::snmp::sources::Sources;
use crate::snmp::syntax::SnmpSyntax;
use crate::snmp::tables::LineId;

struct NoHosts;

impl Hosts for NoHosts {
    fn v4(&self, _: &[u8]) -> Vec<Ipv4Addr> {
        Vec::new()
    }

    fn v6(&self, _: &[u8]) -> Vec<Ipv6Addr> {
        Vec::new()
    }
}

/// The access control that one file comes to.
fn control(text: &str) -> Control {
    let rules = Rules::default();
    let document = Document::parse(&SnmpSyntax { rules: &rules }, text.as_bytes().to_vec());
    let mut loader = Loader::new(&rules, &NoHosts);
    for (chunk, line) in document.chunks().iter().enumerate() {
        if let Some((line, parameter)) =
            line.entry.as_ref().and_then(|line| Some((line, line.parameter(document.bytes())?)))
        {
            let id = LineId { file: 0, chunk: u32::try_from(chunk).unwrap() };
            let keyword = line.keyword_in(document.bytes(), FileType::Daemon);
            loader.read(id, keyword, &line.name(document.bytes()), parameter);
        }
    }
    Control::of(loader, HashSet::new())
}

/// A wish for the community `c`: its grade, sources and view.
fn deviations(text: &str, grade: Grade, sources: &str, view: Option<&str>) -> Vec<String> {
    let control = control(text);
    let sources = Sources::from_text(sources).unwrap().0;
    let wanted = Wanted { community: b"c", grade, sources: &sources, view };
    let tell = |deviation: &Deviation| {
        let at = deviation.line().map_or(0, |line| line.chunk + 1);
        match deviation {
            Deviation::Silent { source } => format!("silent {source}"),
            Deviation::Refused { source, .. } => format!("{at} refuses {source}"),
            Deviation::Other { source, is, .. } => format!("{at} gives {is} to {source}"),
            Deviation::Beyond { source, .. } => format!("{at} lets in {source}"),
        }
    };
    Grants::of(&control).deviations(&wanted, &Gone::default()).iter().map(tell).collect()
}

fn read_only(text: &str, sources: &str) -> Vec<String> {
    deviations(text, Grade::ReadOnly, sources, None)
}

const NONE: [String; 0] = [];

#[test]
fn one_line_a_source_is_in_sync() {
    let text = "rocommunity c 10.0.0.0/8\nrocommunity c 192.0.2.7\nrocommunity6 c 2001:db8::/32\n";
    assert_eq!(read_only(text, "10.0.0.0/8, 192.0.2.7, 2001:db8::/32"), NONE);
}

#[test]
fn ipv4_and_ipv6_are_judged_apart() {
    assert_eq!(
        read_only("rocommunity c 10.0.0.0/8\n", "10.0.0.0/8, 2001:db8::/32"),
        ["silent 2001:db8::/32"]
    );
    assert_eq!(
        read_only("rocommunity c 10.0.0.0/8\nrocommunity6 c default\n", "10.0.0.0/8"),
        ["2 lets in anywhere"]
    );
}

#[test]
fn the_first_match_wins_whatever_stands_behind_it() {
    assert_eq!(
        read_only("rwcommunity c 10.0.0.0/8\nrocommunity c 10.0.0.0/8\n", "10.0.0.0/8"),
        ["1 gives rw everything to 10.0.0.0/8"]
    );
    assert_eq!(read_only("rocommunity c 10.0.0.0/8\nrwcommunity c 10.0.0.0/8\n", "10.0.0.0/8"), NONE);
}

#[test]
fn a_grant_from_elsewhere_is_a_deviation_and_one_that_is_never_reached_is_not() {
    assert_eq!(read_only("rocommunity c 10.0.0.0/8\nrocommunity c\n", "10.0.0.0/8"), ["2 lets in anywhere"]);
    assert_eq!(
        read_only("rocommunity c 10.0.0.0/8\nrocommunity c 10.1.0.0/16\n", "10.0.0.0/8"),
        NONE,
        "what is inside of a source that is meant"
    );
    assert_eq!(
        read_only(
            "rocommunity c 10.0.0.0/8\nrocommunity c !0.0.0.0/0\nrocommunity c default\n",
            "10.0.0.0/8"
        ),
        NONE
    );
}

#[test]
fn a_line_for_a_part_of_a_source_is_judged_too() {
    assert_eq!(
        read_only("rwcommunity c 10.1.0.0/16\nrocommunity c 10.0.0.0/8\n", "10.0.0.0/8"),
        ["1 gives rw everything to 10.0.0.0/8"]
    );
    assert_eq!(
        read_only("rocommunity c !10.1.0.0/16\nrocommunity c 10.0.0.0/8\n", "10.0.0.0/8"),
        ["1 refuses 10.0.0.0/8"]
    );
    assert_eq!(read_only("rocommunity c 10.0.0.0/9\n", "10.0.0.0/8"), ["silent 10.0.0.0/8"]);
    assert_eq!(read_only("rocommunity c 10.0.0.0/9\nrocommunity c 10.128.0.0/9\n", "10.0.0.0/8"), NONE);
}

#[test]
fn the_two_halves_of_all_addresses_are_elsewhere() {
    assert_eq!(
        read_only(
            "rocommunity c 10.0.0.0/8\nrocommunity c 0.0.0.0/1\nrocommunity c 128.0.0.0/1\n",
            "10.0.0.0/8"
        ),
        ["2 lets in 0.0.0.0/1", "3 lets in 128.0.0.0/1"]
    );
}

#[test]
fn a_view_must_be_the_one_that_is_named_and_hold_something() {
    let views = "view v included .1.3.6.1.2.1.1\nview e excluded .1\n";
    let with =
        |line: &str, view| deviations(&format!("{views}{line}\n"), Grade::ReadOnly, "10.0.0.0/8", view);
    assert_eq!(with("rocommunity c 10.0.0.0/8 -V v", Some("v")), NONE);
    assert_eq!(with("rocommunity c 10.0.0.0/8", Some("v")), ["3 gives ro everything to 10.0.0.0/8"]);
    assert_eq!(with("rocommunity c 10.0.0.0/8 -V v", None), ["3 gives ro view v to 10.0.0.0/8"]);
    assert_eq!(with("rocommunity c 10.0.0.0/8 -V e", Some("e")), ["3 gives ro nothing to 10.0.0.0/8"]);
    assert_eq!(with("rocommunity c 10.0.0.0/8 -V w", Some("w")), ["3 gives ro nothing to 10.0.0.0/8"]);
    assert_eq!(with("rocommunity c 10.0.0.0/8 .1", None), NONE, "the whole tree by another name");
    assert_eq!(
        with("rocommunity c 10.0.0.0/8 .1.3.6.1.2.1.1", None),
        ["3 gives ro a part of the tree to 10.0.0.0/8"]
    );
}

#[test]
fn a_chain_of_com2sec_group_and_access_grants_as_an_easy_line_does() {
    let chain = "com2sec u 10.0.0.0/8 c\ngroup g v1 u\ngroup g v2c u\naccess g \"\" any noauth exact _all_ none none\n";
    assert_eq!(read_only(chain, "10.0.0.0/8"), NONE);
    assert_eq!(
        read_only(&chain.replace("_all_ none", "_all_ _all_"), "10.0.0.0/8"),
        ["1 gives rw everything to 10.0.0.0/8"]
    );
    assert_eq!(
        read_only("com2sec u 10.0.0.0/8 c\nrocommunity c 10.0.0.0/8\n", "10.0.0.0/8"),
        ["1 refuses 10.0.0.0/8"],
        "it leads nowhere, and what stands behind it is not asked"
    );
}

#[test]
fn authcommunity_opens_ipv6_too() {
    assert_eq!(
        read_only("authcommunity read c\n", "10.0.0.0/8"),
        ["1 lets in anywhere", "1 lets in anywhere"]
    );
}

#[test]
fn a_name_of_a_host_is_elsewhere_and_decides_for_nobody_that_is_known() {
    assert_eq!(
        read_only("rocommunity c nms.kiwi.example\n", "10.0.0.7"),
        ["silent 10.0.0.7", "1 lets in nms.kiwi.example"]
    );
}

#[test]
fn one_version_is_enough_where_it_is_the_one_that_is_answered() {
    let v1 = "rocommunity -v 1 c 10.0.0.0/8\n";
    assert_eq!(read_only("rocommunity -v 2c c 10.0.0.0/8\n", "10.0.0.0/8"), NONE);
    assert_eq!(read_only(v1, "10.0.0.0/8"), ["1 refuses 10.0.0.0/8"]);
    assert_eq!(read_only(&format!("[snmp] disableSNMPv2c yes\n{v1}"), "10.0.0.0/8"), NONE);
}

#[test]
fn other_communities_do_not_matter() {
    assert_eq!(read_only("rwcommunity d\nrocommunity c 10.0.0.0/8\nrocommunity C\n", "10.0.0.0/8"), NONE);
}

#[test]
fn a_write_grant_alone_is_told_as_one() {
    assert_eq!(deviations("rwcommunity c 10.0.0.0/8\n", Grade::ReadWrite, "10.0.0.0/8", None), NONE);
    let chain = "com2sec u 10.0.0.0/8 c\ngroup g v2c u\naccess g \"\" any noauth exact none _all_ none\n";
    assert_eq!(read_only(chain, "10.0.0.0/8"), ["1 gives wo everything to 10.0.0.0/8"]);
}

#[test]
fn lines_that_are_gone_do_not_count_and_uncover_those_behind_them() {
    let control = control("rocommunity c 10.0.0.0/8\nrwcommunity c 10.0.0.0/8\nrocommunity c\n");
    let gone: Gone = [LineId { file: 0, chunk: 0 }].into_iter().collect();
    let grants = Grants::of(&control);
    let open = |gone| grants.open(b"c", gone).map(|given| given.entry.line.chunk).collect::<Vec<_>>();
    assert_eq!(open(&gone), [1, 2]);
    assert_eq!(open(&Gone::default()), [0, 2]);
}
