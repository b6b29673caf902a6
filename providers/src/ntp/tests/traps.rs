//! What is believed of ntp.conf and is not so: a test for each.

use super::super::flags::Flags;
use super::super::semantics::{Configuration, Port, verdict};
use super::super::table::LineId;
use super::super::version::{Rules, Version};
use super::{V4_2_6, asked, hand, internet, monlist, new, ntpsec, old, open};

const STOCK_RHEL6: &str = "restrict default kod nomodify notrap nopeer noquery\n\
    restrict -6 default kod nomodify notrap nopeer noquery\nrestrict 127.0.0.1\nrestrict -6 ::1\n";

#[test]
fn a_configuration_without_a_restrict_line_answers_everyone() {
    assert_eq!(monlist(old(), ""), [true, true]);
    assert_eq!(monlist(old(), "server 192.0.2.7\n"), [true, true]);
    assert_eq!(open(new(), ""), [true, true]);
}

#[test]
fn monlist_is_there_up_to_4_2_7p25_only() {
    for (version, has) in [([4, 2, 4, 8], true), ([4, 2, 7, 25], true), ([4, 2, 7, 26], false)] {
        assert_eq!(monlist(Rules::classic(Version(version)), ""), [has, has], "{version:?}");
    }
}

#[test]
fn mode_7_is_off_since_4_2_7p230_unless_it_is_enabled() {
    for (version, text, has) in [
        ([4, 2, 7, 229], "", true),
        ([4, 2, 7, 230], "", false),
        ([4, 2, 7, 230], "enable mode7", true),
        ([4, 2, 8, 15], "enable mode7\ndisable mode7", false),
    ] {
        let answers = internet(Rules::classic(Version(version)), text);
        assert_eq!(answers.map(|answers| answers.mode7), [has, has], "{version:?} {text}");
    }
}

#[test]
fn disable_monitor_empties_monlist_and_leaves_modes_6_and_7_open() {
    for answers in internet(old(), "disable monitor\n") {
        assert!(!answers.monlist && answers.mode7 && answers.mode6);
    }
}

#[test]
fn limited_turns_monitoring_on_again_even_for_a_host_that_nobody_asks_from() {
    for rules in [hand(), old(), new()] {
        let with = Configuration::parse(rules, b"disable monitor\nrestrict 192.168.7.7 limited\n");
        assert!(with.is_monitoring(), "{rules}");
        assert_eq!(with.limited(), Some(Some(LineId { file: 0, chunk: 1 })));
        assert!(!Configuration::parse(rules, b"disable monitor\n").is_monitoring(), "{rules}");
    }
    assert_eq!(monlist(old(), "disable monitor\nrestrict 192.168.7.7 limited\n"), [true, true]);
    assert_eq!(monlist(old(), "disable monitor\nrestrict time.example.com limited\n"), [true, true]);
}

#[test]
fn limited_and_kod_do_not_keep_queries_out() {
    assert_eq!(monlist(old(), "restrict default kod limited\n"), [true, true]);
    assert_eq!(
        open(new(), "restrict default kod limited nomodify notrap nopeer noserve notrust\n"),
        [true, true]
    );
}

#[test]
fn noquery_and_ignore_keep_queries_out() {
    for text in ["restrict default noquery\n", "restrict default ignore\n"] {
        for rules in [old(), new(), ntpsec()] {
            assert_eq!(open(rules, text), [false, false], "{rules} {text}");
        }
    }
    assert!(asked(new(), "restrict default noquery", "192.0.2.1", Port::Other).time);
    assert!(!asked(new(), "restrict default ignore", "192.0.2.1", Port::Other).time);
}

#[test]
fn disable_wins_over_enable_in_either_order_since_4_2_6_and_the_last_before() {
    for text in ["disable monitor\nenable monitor\n", "enable monitor\ndisable monitor\n"] {
        assert!(!Configuration::parse(old(), text.as_bytes()).is_monitoring(), "{text}");
    }
    assert!(Configuration::parse(hand(), b"disable monitor\nenable monitor\n").is_monitoring());
    assert!(!Configuration::parse(hand(), b"enable monitor\ndisable monitor\n").is_monitoring());
}

#[test]
fn lines_for_the_same_entry_add_up_and_the_last_overrides_nothing() {
    let text = "restrict default noquery\nrestrict default kod\nrestrict default\n";
    for rules in [old(), new(), ntpsec()] {
        assert_eq!(open(rules, text), [false, false], "{rules}");
    }
    assert_eq!(
        open(old(), "restrict 0.0.0.0 mask 0.0.0.0 noquery\nrestrict -4 default kod\n"),
        [false, true]
    );
}

#[test]
fn a_more_specific_entry_inherits_nothing() {
    let text = "restrict default noquery\nrestrict 10.9.0.0 mask 255.255.0.0\n";
    for rules in [hand(), old(), new(), ntpsec()] {
        assert!(asked(rules, text, "10.9.7.7", Port::Other).is_query(), "{rules}");
        assert!(!asked(rules, text, "10.8.7.7", Port::Other).is_query(), "{rules}");
    }
}

#[test]
fn the_most_specific_entry_decides_wherever_it_stands() {
    let text = "restrict 10.9.8.0 mask 255.255.255.0 noquery\nrestrict 10.9.0.0 mask 255.255.0.0\n\
                restrict default ignore\nrestrict 10.9.8.7\n";
    for (source, is_open) in
        [("10.9.8.7", true), ("10.9.8.6", false), ("10.9.9.9", true), ("10.8.0.1", false)]
    {
        assert_eq!(asked(old(), text, source, Port::Other).is_query(), is_open, "{source}");
    }
}

#[test]
fn restrict_default_was_for_ipv4_alone_before_4_2_6() {
    assert_eq!(monlist(hand(), "restrict default noquery\n"), [false, true]);
    assert_eq!(monlist(hand(), "restrict default noquery\nrestrict -6 default noquery\n"), [false, false]);
    assert_eq!(open(old(), "restrict default noquery\n"), [false, false]);
}

#[test]
fn the_families_can_be_named_since_4_2_6_and_0_0_0_0_is_ipv4_alone() {
    for (text, is_open) in [
        ("restrict -4 default noquery\n", [false, true]),
        ("restrict -6 default noquery\n", [true, false]),
        ("restrict 0.0.0.0 mask 0.0.0.0 noquery\n", [false, true]),
        ("restrict :: mask :: noquery\n", [true, false]),
    ] {
        for rules in [old(), new()] {
            assert_eq!(open(rules, text), is_open, "{rules} {text}");
        }
    }
}

#[test]
fn an_entry_with_ntpport_is_another_one_and_leaves_all_other_ports_open() {
    for rules in [old(), new()] {
        let text = "restrict default noquery ntpport\n";
        assert!(!asked(rules, text, "192.0.2.1", Port::Ntp).is_query());
        assert!(asked(rules, text, "192.0.2.1", Port::Other).is_query());
        let text = "restrict default noquery\nrestrict default ntpport nomodify\n";
        assert!(asked(rules, text, "192.0.2.1", Port::Ntp).is_query());
        assert!(!asked(rules, text, "192.0.2.1", Port::Other).is_query());
    }
}

#[test]
fn before_4_2_6_every_line_whose_address_is_zero_is_for_the_default_entry() {
    let text = "restrict 0.0.0.0 mask 128.0.0.0 noquery ntpport\n";
    assert!(!asked(hand(), text, "192.0.2.1", Port::Other).is_query());
    assert!(asked(old(), text, "192.0.2.1", Port::Other).is_query());
}

#[test]
fn noserve_and_notrust_stop_neither_mode_6_nor_mode_7() {
    for answers in internet(old(), "restrict default noserve notrust\n") {
        assert!(answers.mode6 && answers.mode7 && !answers.time);
    }
}

#[test]
fn the_size_of_the_list_of_clients_does_not_disable_it() {
    for answers in internet(new(), "mru maxdepth 0\n") {
        assert!(answers.mrulist);
    }
}

#[test]
fn nomrulist_closes_mrulist_and_leaves_readvar_open() {
    for rules in [new(), ntpsec()] {
        for answers in internet(rules, "restrict default nomrulist\nunrestrict default noquery\n") {
            assert!(!answers.mrulist && answers.mode6, "{rules}");
        }
    }
}

#[test]
fn ntpsec_has_noquery_and_limited_built_in_so_that_an_empty_file_is_closed() {
    let configuration = Configuration::parse(ntpsec(), b"");
    let verdict = verdict(&configuration, "127.0.0.1".parse().unwrap(), Port::Other);
    assert!(!verdict.answers.is_query());
    assert_eq!(verdict.line, None);
    assert_eq!(open(Rules::ntpsec(Version([1, 1, 8, 0])), ""), [true, true]);
}

#[test]
fn in_ntpsec_disable_monitor_never_works_while_limited_is_built_in() {
    assert!(Configuration::parse(ntpsec(), b"disable monitor\n").is_monitoring());
    let text = b"disable monitor\nunrestrict default limited\n";
    assert!(!Configuration::parse(ntpsec(), text).is_monitoring());
    let text = b"disable monitor\nunrestrict default limited\nrestrict 10.0.0.1 limited\n";
    assert!(Configuration::parse(ntpsec(), text).is_monitoring());
}

#[test]
fn unrestrict_opens_ntpsec_and_names_the_line() {
    let configuration = Configuration::parse(ntpsec(), b"restrict default kod\nunrestrict default noquery\n");
    let verdict = verdict(&configuration, "192.0.2.1".parse().unwrap(), Port::Other);
    assert!(verdict.answers.mode6 && verdict.answers.mrulist && !verdict.answers.mode7);
    assert_eq!(verdict.line, Some(LineId { file: 0, chunk: 1 }));
    let text = "unrestrict default noquery\nrestrict default noquery\n";
    assert_eq!(open(ntpsec(), text), [false, false]);
}

#[test]
fn unrestrict_without_flags_takes_an_entry_away_and_never_the_default_one() {
    let text = "restrict 10.9.0.0/16\nunrestrict 10.9.0.0/16\nunrestrict default\n";
    assert!(!asked(ntpsec(), text, "10.9.0.1", Port::Other).is_query());
    assert!(asked(ntpsec(), "restrict 10.9.0.0/16\n", "10.9.0.1", Port::Other).is_query());
}

#[test]
fn unrestrict_takes_no_entry_for_port_123_away() {
    let text = "restrict 10.9.0.0/16 ntpport\nunrestrict 10.9.0.0/16 ntpport\nunrestrict 10.9.0.0/16\n";
    assert!(asked(ntpsec(), text, "10.9.0.1", Port::Ntp).is_query());
    assert!(!asked(ntpsec(), text, "10.9.0.1", Port::Other).is_query());
}

#[test]
fn ntpsec_has_no_mode_7_and_enable_mode7_is_an_error() {
    for answers in internet(ntpsec(), "unrestrict default noquery\nenable mode7\n") {
        assert!(answers.mode6 && !answers.mode7);
    }
}

#[test]
fn the_verdict_names_the_line_that_opens_or_closes() {
    let configuration = Configuration::parse(
        old(),
        b"# c\nrestrict default kod\nrestrict default noquery\nrestrict 10.0.0.1\n",
    );
    let line = |source: &str| {
        verdict(&configuration, source.parse().unwrap(), Port::Other).line.map(|line| line.chunk)
    };
    assert_eq!((line("192.0.2.1"), line("10.0.0.1")), (Some(2), Some(3)));
}

#[test]
fn restrict_source_replaces_an_earlier_one_and_is_a_host_name_before_4_2_7p22() {
    let configuration = Configuration::parse(new(), b"restrict source noquery\nrestrict source nomodify\n");
    assert_eq!(configuration.template.map(|template| template.flags), Some(Flags::NOMODIFY));
    for version in [V4_2_6, Version([4, 2, 7, 21])] {
        let configuration = Configuration::parse(Rules::classic(version), b"restrict source noquery\n");
        assert_eq!(configuration.template, None);
        assert_eq!(configuration.named.keys().next().unwrap().name, b"source");
    }
    let first = Rules::classic(Version([4, 2, 7, 22]));
    assert!(Configuration::parse(first, b"restrict source noquery\n").template.is_some());
}

#[test]
fn ntpsec_makes_holes_for_sources_only_where_they_would_be_kept_out() {
    let holes = |rules, text: &str| Configuration::parse(rules, text.as_bytes()).has_holes();
    let text = |line: &str| format!("restrict default {line}\nrestrict source\nserver 10.9.8.7\n");
    for (line, is_needed) in [("noquery", false), ("ignore", true), ("notrust noquery", true)] {
        assert_eq!(holes(ntpsec(), &text(line)), is_needed, "{line}");
        assert!(holes(new(), &text(line)), "{line}");
    }
    assert!(!holes(new(), "restrict default ignore\nrestrict source\n"));
    assert!(!holes(new(), "restrict default ignore\nserver 10.9.8.7\n"));
    // `limited` of a hole that is not made turns nothing on.
    let text = "disable monitor\nunrestrict default limited\nrestrict source limited\nserver 10.9.8.7\n";
    assert!(!Configuration::parse(ntpsec(), text.as_bytes()).is_monitoring());
    assert!(Configuration::parse(new(), text.as_bytes()).is_monitoring());
}

#[test]
fn where_nothing_listens_nothing_answers() {
    let text = "interface listen 127.0.0.1\n";
    assert_eq!(open(new(), text), [false, false]);
    assert_eq!(open(new(), "interface ignore ipv6\ninterface listen ipv4\n"), [true, false]);
}

#[test]
fn a_network_that_looks_like_everyone_beats_the_default_entry() {
    let text =
        "restrict default noquery\nrestrict 0.0.0.0 mask 128.0.0.0\nrestrict 128.0.0.0 mask 128.0.0.0\n";
    for source in ["8.8.8.8", "192.0.2.1"] {
        assert!(asked(old(), text, source, Port::Other).monlist, "{source}");
    }
}

#[test]
fn a_mask_with_gaps_is_matched_bit_by_bit() {
    let text = "restrict default noquery\nrestrict 10.0.0.1 mask 255.0.0.255\n";
    assert!(asked(old(), text, "10.200.3.1", Port::Other).is_query());
    assert!(!asked(old(), text, "10.200.3.2", Port::Other).is_query());
}

#[test]
fn nothing_is_read_after_end() {
    assert_eq!(open(old(), "end\nrestrict default noquery\n"), [true, true]);
    assert_eq!(open(ntpsec(), "unrestrict default noquery\n\0\nrestrict default noquery\n"), [true, true]);
}

#[test]
fn a_missing_line_for_loopback_exposes_nothing() {
    for rules in [old(), new(), ntpsec()] {
        assert_eq!(open(rules, "restrict default noquery\nrestrict 127.0.0.1\n"), [false, false], "{rules}");
        assert!(
            !asked(rules, "restrict default noquery\nrestrict 127.0.0.1\n", "::1", Port::Other).is_query()
        );
    }
}

#[test]
fn a_syntax_error_leaves_the_reference_implementation_open_and_ntpsec_closed() {
    let text = "restrict default, noquery\n";
    assert_eq!(open(hand(), text), [true, true]);
    assert_eq!(open(old(), text), [true, true]);
    assert_eq!(open(ntpsec(), text), [false, false]);
}

#[test]
fn the_stock_file_of_rhel_6_is_closed() {
    assert_eq!(open(old(), STOCK_RHEL6), [false, false]);
    assert!(
        asked(old(), STOCK_RHEL6, "127.0.0.1", Port::Other).monlist,
        "loopback is open: a probe of it proves nothing"
    );
}
