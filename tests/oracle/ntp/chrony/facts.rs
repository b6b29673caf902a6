//! What is believed of chrony.conf and is not so.

use standfast_providers::ntp::semantics::Answers;

use super::chronyd::Chronyd;
use crate::ntp::case::Case;

/// `far` has no rule of its own, `near` is in 10.9.0.0/16 or fd09::/16.
const FAR4: &str = "198.51.100.7";
const FAR6: &str = "2001:db8:7::7";
const NEAR4: &str = "10.9.8.7";
const NEAR6: &str = "fd09::8:7";

/// A private machine for the tables of one test.
struct Table(Chronyd);

impl Table {
    fn new(test: &str) -> Self {
        Self(Chronyd::new(test, &[FAR4, FAR6, NEAR4, NEAR6]))
    }

    fn answers(&self, case: &Case) -> Vec<Answers> {
        let real = self.0.real(case).unwrap_or_else(|| panic!("chronyd does not start:\n{case:?}"));
        assert_eq!(self.0.ours(case).as_ref(), Some(&real), "our evaluator, and the real daemon:\n{case:?}");
        real
    }

    /// Who gets the time and whose commands are taken, in the order far4, far6, near4, near6.
    fn holds(&self, text: &str, time: [bool; 4], command: [bool; 4]) {
        let real = self.answers(&Case::new(text));
        assert_eq!(real.iter().map(|answers| answers.time).collect::<Vec<_>>(), time, "the time: {text}");
        assert_eq!(
            real.iter().map(|answers| answers.command).collect::<Vec<_>>(),
            command,
            "commands: {text}"
        );
    }

    fn does_not_start(&self, case: &Case) {
        assert!(self.0.real(case).is_none() && self.0.ours(case).is_none(), "{case:?}");
    }
}

const NOBODY: [bool; 4] = [false; 4];
const EVERYBODY: [bool; 4] = [true; 4];
const BOUND: &str = "bindcmdaddress 0.0.0.0\nbindcmdaddress ::\n";

#[test]
fn nobody_is_served_without_allow_and_everybody_with_it_alone() {
    let table = Table::new("chrony-serve");
    table.holds("", NOBODY, NOBODY);
    table.holds("server 192.0.2.77\nlocal stratum 8\n", NOBODY, NOBODY);
    table.holds("allow\n", EVERYBODY, NOBODY);
    table.holds("allow 0/0\n", [true, false, true, false], NOBODY);
    table.holds("allow\nport 0\n", NOBODY, NOBODY);
}

#[test]
fn commands_need_an_address_a_rule_and_a_port() {
    let table = Table::new("chrony-command");
    table.holds("cmdallow\n", NOBODY, NOBODY);
    table.holds(BOUND, NOBODY, NOBODY);
    table.holds(&format!("{BOUND}cmdallow\n"), NOBODY, EVERYBODY);
    table.holds("bindcmdaddress 0.0.0.0\ncmdallow all\n", NOBODY, [true, false, true, false]);
    table.holds(&format!("{BOUND}cmdallow\ncmdport 0\n"), NOBODY, NOBODY);
    table.holds(&format!("{BOUND}cmdallow 10.9\n"), NOBODY, [false, false, true, false]);
    table.holds("bindcmdaddress 192.0.2.1\ncmdallow\n", NOBODY, [true, false, true, false]);
}

#[test]
fn of_addresses_for_commands_the_last_of_a_family_counts() {
    let table = Table::new("chrony-bind");
    table.holds("bindcmdaddress 0.0.0.0\nbindcmdaddress 127.0.0.1\ncmdallow\n", NOBODY, NOBODY);
    table.holds(
        "bindcmdaddress 127.0.0.1\nbindcmdaddress 0.0.0.0\ncmdallow\n",
        NOBODY,
        [true, false, true, false],
    );
}

#[test]
fn all_erases_narrower_rules_and_otherwise_their_order_does_not_matter() {
    let table = Table::new("chrony-all");
    let but_near4 = [true, true, false, true];
    table.holds("allow\ndeny 10.9.0.0/16\n", but_near4, NOBODY);
    table.holds("deny 10.9.0.0/16\nallow\n", but_near4, NOBODY);
    table.holds("deny 10.9.0.0/16\nallow all\n", EVERYBODY, NOBODY);
    table.holds("allow 10.9.0.0/16\ndeny\n", [false, false, true, false], NOBODY);
    table.holds("allow 10.9.0.0/16\ndeny all\n", NOBODY, NOBODY);
    table.holds("deny 10.9.8.0/24\nallow all 10.9\n", [false, false, true, false], NOBODY);
}

#[test]
fn of_lengths_that_round_up_to_the_same_four_bits_the_later_decides() {
    let table = Table::new("chrony-bits");
    table.holds("deny 10.9.0.0/16\nallow 10.8.0.0/15\n", [false, false, true, false], NOBODY);
    table.holds("allow 10.8.0.0/15\ndeny 10.9.0.0/16\n", NOBODY, NOBODY);
    table.holds("deny 10.9.0.0/16\nallow 10.0.0.0/12\n", NOBODY, NOBODY);
}

#[test]
fn a_directive_has_no_case_and_a_comment_a_line_of_its_own() {
    let table = Table::new("chrony-lines");
    for text in [
        "ALLOW\n",
        "# c\nallow\n",
        "! c\nallow\n",
        "; c\nallow\n",
        "% c\n  allow  \n",
        "allow all\r\n",
        "allow",
        "allow all\0\n",
    ] {
        table.holds(text, EVERYBODY, NOBODY);
    }
    for text in
        ["allow 10.9.0.0/16 # c\n", "\u{feff}allow\n", "bogus\n", "allow 10.9 10.8\n", "allow 10.9.0.0/33\n"]
    {
        table.does_not_start(&Case::new(text));
    }
}

#[test]
fn a_line_of_2047_bytes_keeps_it_from_starting_even_a_comment() {
    let table = Table::new("chrony-long");
    let comment = |length: usize| format!("#{}", "x".repeat(length - 1));
    table.holds(&format!("{}\nallow\n", comment(2046)), EVERYBODY, NOBODY);
    table.does_not_start(&Case::new(format!("{}\nallow\n", comment(2047))));
    // The end of the line counts, where there is one.
    table.holds(&format!("allow\n{}", comment(2047)), EVERYBODY, NOBODY);
    table.does_not_start(&Case::new(format!("allow\n{}", comment(2048))));
}

#[test]
fn include_starts_from_the_working_directory_and_must_find_its_file() {
    let table = Table::new("chrony-include");
    let served = |case: Case| table.answers(&case).iter().all(|answers| answers.time);
    assert!(served(Case::new("include a\n").with("cwd/a", "allow\n")));
    assert!(served(Case::new("include @/a*\n").with("a1", "allow\n")));
    assert!(!served(Case::new("include @/missing*\n")));
    table.does_not_start(&Case::new("include a\n").with("a", "allow\n"));
    table.does_not_start(&Case::new("include @/ntp.conf\n"));
    table.does_not_start(&Case::new("confdir @/d\n").with("d/a.conf", "bogus\n"));
    // A directory is read as a file without lines.
    assert!(served(Case::new("include @/d\nallow\n").with("d/a.conf", "bogus\n")));
    assert!(served(Case::new("confdir @/d\nallow\n").with("d/a.conf/b.conf", "bogus\n")));
}

#[test]
fn ten_files_may_be_nested_and_names_with_a_dot_before_them_are_found_by_no_star() {
    let table = Table::new("chrony-nested");
    for deepest in [10, 11] {
        let mut case = Case::new("include @/2\n").with(&deepest.to_string(), "allow\n");
        for number in 2..deepest {
            case = case.with(&number.to_string(), format!("include @/{}\n", number + 1));
        }
        if deepest == 10 {
            assert!(table.answers(&case).iter().all(|answers| answers.time));
        } else {
            table.does_not_start(&case);
        }
    }
    let hidden = |pattern: &str| Case::new(format!("include @/d/{pattern}\n")).with("d/.a.conf", "allow\n");
    for (pattern, is_read) in [("*.conf", false), ("?a.conf", false), (".*conf", true), (".a.conf", true)] {
        assert_eq!(table.answers(&hidden(pattern))[0].time, is_read, "{pattern}");
    }
}

#[test]
fn directories_of_confdir_are_read_as_one_and_the_first_masks_a_name() {
    let table = Table::new("chrony-confdir");
    let near4 = |case: Case| table.answers(&case)[2].time;
    let case = |first: &str, second: &str| {
        Case::new("confdir @/d @/e @/missing\n").with("d/a.conf", first).with("e/a.conf", second)
    };
    assert!(near4(case("allow\n", "deny all\n")));
    assert!(!near4(case("allow\n", "").with("e/b.conf", "deny all\n")));
    assert!(near4(case("deny all\n", "").with("e/b.conf", "allow\n")));
    assert!(!near4(case("", "").with("d/.b.conf", "allow\n").with("d/b", "allow\n")));
    assert!(!near4(Case::new("allow\nconfdir @/d\n").with("d/a.conf", "deny all\n")));
    assert!(near4(Case::new("confdir @/d\nallow\n").with("d/a.conf", "deny all\n")));
    let many =
        |count: usize| Case::new(format!("confdir{}\n", " @/d".repeat(count))).with("d/a.conf", "allow\n");
    assert!(near4(many(10)));
    table.does_not_start(&many(11));
}
