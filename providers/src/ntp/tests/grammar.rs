//! What each parser takes of a line, and what it loses.

use super::super::directive::{Directive, Reason, Whom};
use super::super::semantics::{Configuration, Port};
use super::super::syntax::NtpSyntax;
use super::super::version::{Rules, Version};
use super::{asked, hand, new, ntpsec, old, open};
use crate::document::Document;

/// The first line's directive, and the word and reason of what is rejected.
fn first(rules: Rules, line: &[u8]) -> (Directive, Option<(String, Reason)>) {
    let document = Document::parse(&NtpSyntax { rules: &rules }, line.to_vec());
    assert_eq!(document.to_bytes(), line);
    let statement = document.chunks()[0].entry.clone().unwrap();
    let rejected = statement
        .rejected
        .map(|rejected| (String::from_utf8_lossy(&line[rejected.at.clone()]).into_owned(), rejected.reason));
    (statement.directive, rejected)
}

fn rejected(rules: Rules, line: &str) -> Option<(String, Reason)> {
    first(rules, line.as_bytes()).1
}

const CLOSED: [bool; 2] = [false, false];
const OPEN: [bool; 2] = [true, true];

#[test]
fn what_stands_before_the_first_wrong_word_counts_and_the_rest_is_lost() {
    for (line, is_open) in [
        ("restrict default noquery,nomodify", CLOSED),
        ("restrict default kod, nomodify noquery", OPEN),
        ("restrict default bogus noquery", OPEN),
        ("restrict default nomodify; restrict default noquery", OPEN),
        ("restrict default \"noquery\"", OPEN),
        ("restrict default NOQUERY", OPEN),
        ("restrict default mask 0.0.0.0 noquery", OPEN),
        ("restrict default noquery bogus", CLOSED),
    ] {
        for rules in [old(), new()] {
            assert_eq!(open(rules, line), is_open, "{rules} {line}");
            assert!(rejected(rules, line).is_some(), "{rules} {line}");
        }
    }
}

#[test]
fn before_4_2_6_a_wrong_flag_loses_the_whole_line() {
    for line in [
        "restrict default noquery bogus",
        "restrict default noquery,nomodify",
        "restrict default noquery noQuery",
    ] {
        assert!(asked(hand(), line, "192.0.2.1", Port::Other).is_query(), "{line}");
        assert_eq!(first(hand(), line.as_bytes()).0, Directive::Nothing, "{line}");
    }
}

#[test]
fn a_wrong_word_behind_a_network_leaves_an_entry_that_opens_it() {
    let text = "restrict default noquery\nrestrict 10.0.0.0 mask 255.0.0.0 bogus noquery\n";
    assert!(asked(old(), text, "10.1.1.1", Port::Other).is_query());
    assert!(!asked(hand(), text, "10.1.1.1", Port::Other).is_query());
}

#[test]
fn keywords_are_case_sensitive_and_default_in_capitals_is_a_host_name() {
    assert_eq!(rejected(old(), "RESTRICT default noquery"), Some(("RESTRICT".into(), Reason::Unknown)));
    let (directive, rejected) = first(old(), b"restrict DEFAULT noquery");
    let Directive::Restrict(restrict) = directive else { panic!("{directive:?}") };
    assert_eq!(restrict.whom, Whom::Host { name: b"DEFAULT".to_vec(), family: None });
    assert_eq!(rejected, None);
}

#[test]
fn disable_keeps_what_stands_before_a_wrong_word() {
    let monitoring = |rules, line: &str| Configuration::parse(rules, line.as_bytes()).is_monitoring();
    assert!(!monitoring(old(), "disable monitor bogus"));
    assert!(monitoring(old(), "disable bogus monitor"));
    assert!(!monitoring(old(), "disable auth monitor"));
    assert!(!monitoring(hand(), "disable auth monitor bogus"));
    assert!(monitoring(old(), "disable"));
}

#[test]
fn in_ntpsec_disable_auth_monitor_fails_at_auth_so_that_monitor_stays() {
    let text = "unrestrict default limited\ndisable auth monitor\n";
    assert!(Configuration::parse(ntpsec(), text.as_bytes()).is_monitoring());
    assert_eq!(rejected(ntpsec(), "disable auth monitor"), Some(("auth".into(), Reason::Syntax)));
}

#[test]
fn blanks_tabs_crlf_and_a_missing_final_newline_are_fine_since_4_2_6() {
    for line in
        ["\t restrict \t default\tnoquery", "restrict default noquery\r\n", "restrict default noquery"]
    {
        for rules in [old(), new(), ntpsec()] {
            assert_eq!(open(rules, line), CLOSED, "{rules} {line:?}");
            assert_eq!(rejected(rules, line), None, "{rules} {line:?}");
        }
    }
}

#[test]
fn before_4_2_6_a_carriage_return_is_part_of_the_last_flag_and_loses_the_line() {
    assert!(asked(hand(), "restrict default noquery\r\n", "192.0.2.1", Port::Other).is_query());
}

#[test]
fn a_comment_begins_anywhere_and_only_with_a_hash() {
    assert_eq!(open(old(), "restrict default kod # noquery\n"), OPEN);
    assert_eq!(open(old(), "restrict default noquery#kod\n"), CLOSED);
    for line in ["! restrict", "; restrict", "% restrict"] {
        assert_eq!(rejected(old(), line).unwrap().1, Reason::Unknown, "{line}");
    }
}

#[test]
fn there_is_no_continuation_of_a_line() {
    assert_eq!(open(old(), "restrict default \\\nnoquery\n"), OPEN);
}

#[test]
fn a_byte_order_mark_loses_the_first_line_in_4_2_6_and_is_skipped_later() {
    let text = "\u{feff}restrict default noquery\n";
    assert_eq!(open(old(), text), OPEN);
    assert_eq!(open(new(), text), CLOSED);
}

#[test]
fn a_length_in_bits_is_ntpsecs_and_loses_the_line_in_the_reference_implementation() {
    let line = "restrict 10.9.0.0/16 nomodify";
    assert_eq!(rejected(ntpsec(), line), None);
    for rules in [hand(), old(), new()] {
        assert_eq!(rejected(rules, line), Some(("10.9.0.0/16".into(), Reason::Address)), "{rules}");
    }
}

#[test]
fn in_ntpsec_a_length_of_0_is_dropped_so_that_the_line_is_for_one_address() {
    let text = "unrestrict default noquery\nrestrict 0.0.0.0/0 noquery\nrestrict ::/0 noquery\n";
    assert_eq!(open(ntpsec(), text), OPEN);
}

#[test]
fn unrestrict_is_a_syntax_error_in_the_reference_implementation() {
    assert_eq!(rejected(new(), "unrestrict default noquery"), Some(("unrestrict".into(), Reason::Unknown)));
    assert_eq!(rejected(ntpsec(), "unrestrict default noquery"), None);
}

#[test]
fn a_mask_behind_an_address_with_its_family_is_lost_before_4_2_8p12_and_in_ntpsec() {
    let line = b"restrict -4 10.0.0.0 mask 255.0.0.0 noquery";
    for rules in [old(), Rules::classic(Version([4, 2, 8, 6])), ntpsec()] {
        let (directive, rejected) = first(rules, line);
        let Directive::Restrict(restrict) = directive else { panic!("{directive:?}") };
        assert!(restrict.flags.is_empty(), "{rules}");
        assert_eq!(rejected, Some(("mask".into(), Reason::Syntax)), "{rules}");
    }
    assert_eq!(first(new(), line).1, None);
}

#[test]
fn a_zone_is_for_addresses_of_the_link_and_brackets_came_with_4_2_6() {
    for rules in [old(), new(), ntpsec()] {
        assert_eq!(rejected(rules, "restrict fe80::1%eth0"), None, "{rules}");
        assert_eq!(rejected(rules, "restrict [2001:db8::1]"), None, "{rules}");
    }
    for rules in [new(), ntpsec()] {
        assert_eq!(rejected(rules, "restrict 2001:db8::1%lo").unwrap().1, Reason::Address, "{rules}");
    }
    assert_eq!(rejected(old(), "restrict 2001:db8::1%lo"), None);
    assert_eq!(rejected(hand(), "restrict [2001:db8::1]").unwrap().1, Reason::Address);
}

#[test]
fn an_address_of_the_other_family_behind_minus_4_or_minus_6_counts_in_4_2_6() {
    assert_eq!(rejected(old(), "restrict -6 10.0.0.1"), None);
    for rules in [hand(), new(), ntpsec()] {
        assert_eq!(rejected(rules, "restrict -6 10.0.0.1").unwrap().1, Reason::Address, "{rules}");
    }
}

#[test]
fn an_address_of_the_other_family_or_a_mask_that_is_none_loses_the_line() {
    for line in ["restrict -6 10.0.0.1", "restrict 10.0.0.0 mask x noquery", "restrict a::b::c"] {
        assert_eq!(rejected(new(), line).unwrap().1, Reason::Address, "{line}");
    }
    assert_eq!(rejected(new(), "restrict 10.0.0.0 mask").unwrap(), (String::new(), Reason::Syntax));
    assert_eq!(rejected(new(), "restrict 10 noquery").unwrap(), ("10".into(), Reason::Syntax));
}

#[test]
fn a_mask_of_the_other_family_makes_the_line_one_for_everyone_of_its_own() {
    for rules in [old(), new(), ntpsec()] {
        let text = |line: &str| format!("unrestrict default noquery\n{line} noquery\n");
        assert_eq!(open(rules, &text("restrict 10.9.8.7 mask ::")), [false, true], "{rules}");
        assert_eq!(open(rules, &text("restrict fd09::7 mask 255.255.0.0")), [true, false], "{rules}");
    }
    assert_eq!(rejected(hand(), "restrict 10.9.8.7 mask ::").unwrap().1, Reason::Address);
}

#[test]
fn since_4_2_7_all_four_numbers_of_a_mask_must_be_there() {
    for rules in [new(), ntpsec()] {
        assert_eq!(
            rejected(rules, "restrict 10.9.0.0 mask 255.255.0").unwrap().1,
            Reason::Address,
            "{rules}"
        );
    }
    for rules in [hand(), old()] {
        assert_eq!(rejected(rules, "restrict 10.9.0.0 mask 255.255.0"), None, "{rules}");
    }
}

#[test]
fn hexadecimal_numbers_are_addresses_up_to_4_2_6() {
    for (rules, is_address) in [(hand(), true), (old(), true), (new(), false), (ntpsec(), false)] {
        for line in ["restrict 0x0a090807", "restrict 10.9.0.0 mask 0xffff0000"] {
            assert_eq!(rejected(rules, line).is_none(), is_address, "{rules} {line}");
        }
    }
}

#[test]
fn a_length_is_what_strtol_makes_of_it() {
    for (length, is_read) in
        [("16", true), ("+16", true), ("016", true), ("16x", true), ("x", false), ("-1", false)]
    {
        let text = format!("restrict 10.9.0.0/{length}\n");
        assert_eq!(asked(ntpsec(), &text, "10.9.8.7", Port::Other).is_query(), is_read, "{length}");
    }
}

#[test]
fn nopeer_and_notrap_are_no_flags_of_ntpsec_so_unrestrict_with_them_takes_the_entry_away() {
    let text = |flags: &str| format!("restrict 10.9.0.0/16\nunrestrict 10.9.0.0/16 {flags}\n");
    for flags in ["", "nopeer", "nopeer notrap"] {
        assert!(!asked(ntpsec(), &text(flags), "10.9.8.7", Port::Other).is_query(), "{flags}");
    }
    assert!(asked(ntpsec(), &text("nomodify"), "10.9.8.7", Port::Other).is_query());
}

#[test]
fn up_to_4_2_6p1_an_entry_whose_address_is_zero_is_the_default_one() {
    let (early, late) = (Rules::classic(Version([4, 2, 6, 1])), Rules::classic(Version([4, 2, 6, 2])));
    for line in ["restrict 0.0.0.0 noquery", "restrict 0.1.2.3 mask 255.0.0.0 noquery"] {
        assert_eq!(open(early, line), [false, true], "{line}");
        assert_eq!(open(late, line), [true, true], "{line}");
    }
    let text = "restrict default noquery ntpport";
    assert!(!asked(early, text, "192.0.2.1", Port::Other).is_query());
    assert!(asked(late, text, "192.0.2.1", Port::Other).is_query());
}

#[test]
fn the_language_of_the_simulator_makes_all_that_follows_one_error() {
    let text = "simulate\nrestrict default noquery\n";
    assert_eq!(open(new(), text), [true, true]);
    assert_eq!(open(ntpsec(), &format!("unrestrict default noquery\n{text}")), [false, false]);
}

#[test]
fn before_4_2_6_a_quote_that_stays_open_on_an_unknown_line_makes_a_word_of_the_next() {
    let open = |text: &str| {
        open(hand(), &format!("{text}\nrestrict default noquery\nrestrict -6 default noquery\n"))
    };
    for text in ["\"", "bogus \"x", "\" \"x\"", "\"\n# c\n"] {
        assert_eq!(open(text), [true, true], "{text}");
    }
    // One more quote closes it, and a line that is known forgets it.
    for text in ["\"\nbogus\"", "bogus \"x\"", "keys \"x", "\"\n\""] {
        assert_eq!(open(text), [false, false], "{text}");
    }
}

#[test]
fn a_host_name_that_is_a_word_of_the_program_is_an_error() {
    assert_eq!(rejected(new(), "restrict host noquery"), Some(("host".into(), Reason::Syntax)));
    assert_eq!(rejected(new(), "restrict localhost noquery"), None);
}

#[test]
fn an_included_file_may_be_quoted_and_another_line_may_stand_behind_it() {
    let (directive, rejected) = first(new(), b"includefile \"/etc/ntp/more conf\" restrict default noquery");
    let Directive::Include(include) = directive else { panic!("{directive:?}") };
    assert_eq!(include.path, b"/etc/ntp/more conf");
    assert!(matches!(include.then.as_deref(), Some(Directive::Restrict(_))));
    assert_eq!(rejected, None);
    let (directive, rejected) = first(new(), b"includefile /etc/a b");
    assert!(matches!(directive, Directive::Include(_)));
    assert_eq!(rejected, Some(("b".into(), Reason::Syntax)));
}

#[test]
fn interface_takes_an_action_and_one_class_address_or_name() {
    for line in
        ["interface listen all", "nic ignore wildcard", "interface drop 10.0.0.0/8", "interface listen eth0"]
    {
        assert_eq!(rejected(new(), line), None, "{line}");
    }
    assert_eq!(rejected(new(), "interface eth0").unwrap(), ("eth0".into(), Reason::Syntax));
    assert_eq!(rejected(new(), "interface listen all ipv4").unwrap(), ("ipv4".into(), Reason::Syntax));
}

#[test]
fn mru_and_discard_take_pairs_of_a_word_and_a_number() {
    assert_eq!(rejected(new(), "mru maxdepth 0 maxage 64"), None);
    assert_eq!(rejected(new(), "discard average 3 minimum 1"), None);
    assert_eq!(rejected(new(), "mru maxdepth").unwrap().1, Reason::Syntax);
    assert_eq!(rejected(old(), "mru maxdepth 0").unwrap(), ("mru".into(), Reason::Unknown));
    assert_eq!(rejected(ntpsec(), "discard average 3").unwrap(), ("discard".into(), Reason::Unknown));
}

#[test]
fn options_of_later_releases_are_taken_where_they_are_known() {
    assert_eq!(rejected(new(), "restrict default ippeerlimit 2 noepeer noquery"), None);
    assert_eq!(rejected(old(), "restrict default noepeer noquery").unwrap().0, "noepeer");
    assert_eq!(rejected(new(), "restrict default serverresponse fuzz noquery"), None);
    // Where a word must follow, nothing counts.
    for line in ["restrict 10.9.8.7 noserve serverresponse", "restrict 10.9.8.7 ippeerlimit noserve"] {
        assert_eq!(first(new(), line.as_bytes()).0, Directive::Nothing, "{line}");
    }
    assert_eq!(rejected(ntpsec(), "restrict default lowpriotrap noquery").unwrap().0, "lowpriotrap");
    assert_eq!(rejected(ntpsec(), "restrict default notrap nopeer noquery"), None);
}

#[test]
fn before_4_2_6_a_mask_may_stand_anywhere_and_twenty_words_are_the_most() {
    let text = "restrict default noquery\nrestrict 10.0.0.0 kod mask 255.0.0.0\n";
    assert!(asked(hand(), text, "10.1.1.1", Port::Other).is_query());
    let many = format!("restrict default{}", " noquery".repeat(19));
    assert_eq!(rejected(hand(), &many).unwrap().1, Reason::TooLong);
    assert_eq!(rejected(hand(), many.trim_end_matches(" noquery")), None);
}

#[test]
fn before_4_2_6_a_line_longer_than_1023_bytes_is_read_in_pieces() {
    let mut text = "#".to_owned();
    text.push_str(&"x".repeat(1022));
    text.push_str("restrict default noquery\n");
    assert!(!asked(hand(), &text, "192.0.2.1", Port::Other).is_query());
    assert!(asked(old(), &text, "192.0.2.1", Port::Other).is_query());
}

#[test]
fn a_nul_ends_the_input_behind_what_is_complete() {
    let (directive, rejected) = first(ntpsec(), b"restrict default noquery \0 kod");
    assert!(matches!(directive, Directive::Restrict(_)));
    assert_eq!(rejected.unwrap().1, Reason::Nul);
    assert_eq!(first(ntpsec(), b"\0").0, Directive::End);
}

#[test]
fn a_nul_ends_the_input_behind_what_is_wrong_too() {
    for line in ["bogus \0", "bogus\0", "restrict default no\0query", "restrict 10.9.8.7 bogus \0"] {
        assert_eq!(rejected(ntpsec(), line).unwrap().1, Reason::Nul, "{line:?}");
        let text = format!("unrestrict default noquery\n{line}\nrestrict default noquery\n");
        assert_eq!(open(ntpsec(), &text), [true, true], "{line:?}");
    }
    for line in ["# \0", "keys \"a\0b\"", "bogus # \0"] {
        let text = format!("unrestrict default noquery\n{line}\nrestrict default noquery\n");
        assert_eq!(open(ntpsec(), &text), [false, false], "{line:?}");
    }
}

#[test]
fn every_line_that_a_stock_file_has_is_taken() {
    let text = "driftfile /var/lib/ntp/drift\nserver 0.rhel.pool.ntp.org iburst\npool 2.debian.pool.ntp.org iburst\n\
        #broadcast 192.168.1.255 autokey\nincludefile /etc/ntp/crypto/pw\nkeys /etc/ntp/keys\n#trustedkey 4 8 42\n\
        statistics loopstats peerstats clockstats\nfilegen loopstats file loopstats type day enable\n\
        restrict -4 default kod notrap nomodify nopeer noquery limited\nrestrict source notrap nomodify noquery\n\
        restrict 127.0.0.1\nrestrict ::1\ntos maxclock 11\ntos minclock 4 minsane 3\nlogfile /var/log/ntp\n\
        fudge 127.127.1.0 stratum 10\ntinker panic 0\ndisable monitor\ncrypto\nleapfile /usr/share/zoneinfo/leap\n\
        server -6 time.example.com key 1\nsetvar owner = \"x y\" default\nlogconfig =syncstatus +sysevents\n";
    for rules in [new(), ntpsec()] {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if rules == ntpsec() && line == "crypto" {
                continue;
            }
            assert_eq!(rejected(rules, line), None, "{rules} {line}");
        }
    }
}
