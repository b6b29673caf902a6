//! What is so of ntp.org's ntpd and not of NTPsec's.

use standfast_providers::ntp::semantics::Answers;

use super::{CLOSED, EVERYBODY, NOBODY, Table};
use crate::ntp::case::Case;
use crate::ntp::ntpd::{Make, Outcome};
use crate::ntp::strangers::CONTROL;

fn table(test: &str) -> Table {
    Table::of(Make::Classic, test)
}

/// What everybody is answered, who all must be answered alike.
fn told(table: &Table, text: &str) -> Answers {
    let real = table.answers(&Case::new(format!("{CONTROL}{text}\n")));
    assert!(real.iter().all(|answers| *answers == real[0]), "{real:?} {text}");
    real[0]
}

#[test]
fn without_a_restrict_line_or_a_file_it_answers_everybody() {
    let table = table("open");
    for text in ["", "\n", "# nothing\n", "restrict default\n", "restrict default nomodify\n", "bogus\n"] {
        table.holds(&Case::new(text), EVERYBODY);
    }
    table.holds(&Case::default(), EVERYBODY);
    table.holds(&Case::default().with("ntp.d/a.conf", CLOSED), EVERYBODY);
}

#[test]
fn mode_7_needs_enable_mode7_and_has_no_monlist_and_noquery_closes_it_too() {
    let table = table("mode7");
    for text in [
        "",
        "disable mode7",
        "enable mode7\ndisable mode7",
        "disable mode7\nenable mode7",
        "enable bogus mode7",
    ] {
        assert!(!told(&table, text).mode7, "{text}");
    }
    for text in [
        "enable mode7",
        "enable mode7 bogus",
        "enable monitor mode7",
        "enable mode7\nrestrict default version limited kod nomodify notrap nopeer noepeer",
    ] {
        let answers = told(&table, text);
        assert!(answers.mode7 && answers.mode6 && !answers.monlist, "{text}");
    }
    for text in ["restrict default noquery", "restrict default ignore"] {
        let answers = told(&table, &format!("enable mode7\n{text}"));
        assert!(!answers.mode7 && !answers.mode6, "{text}");
    }
    let entries = "enable mode7\nrestrict default noquery\nrestrict 10.9.8.7 ntpport\n";
    let real = table.answers(&Case::new(format!("{CONTROL}{entries}")));
    assert_eq!(real.iter().filter(|answers| answers.mode7).count(), 1, "{real:?}");
}

#[test]
fn version_keeps_no_query_out() {
    let answers = told(&table("version"), "restrict default version\nenable mode7");
    assert!(answers.mode6 && answers.mode7 && answers.time);
}

#[test]
fn the_list_of_clients_is_kept_until_it_is_disabled_and_while_anything_is_limited() {
    let table = table("monitor");
    let off = "disable monitor";
    for text in [
        "",
        "enable monitor",
        "disable bogus monitor",
        "disable \"monitor\"",
        "mru maxdepth 0",
        "discard monitor 0",
    ] {
        assert!(told(&table, text).mrulist, "{text}");
    }
    for text in [
        off,
        "disable monitor\nenable monitor",
        "enable monitor\ndisable monitor",
        "disable auth monitor",
        "disable monitor bogus",
    ] {
        assert!(!told(&table, text).mrulist, "{text}");
    }
    for text in [
        "restrict 192.0.2.99 limited",
        "restrict 192.0.2.99 limited bogus",
        "restrict source limited\nserver 192.0.2.77",
        "restrict 192.0.2.99 limited ntpport",
    ] {
        assert!(told(&table, &format!("{off}\n{text}")).mrulist, "{text}");
    }
    for text in ["restrict 192.0.2.99 kod", "restrict 192.0.2.99 bogus limited", "restrict source limited"] {
        assert!(!told(&table, &format!("{off}\n{text}")).mrulist, "{text}");
    }
    let included =
        Case::new(format!("{CONTROL}{off}\nincludefile a\n")).with("cwd/a", "restrict 192.0.2.99 limited\n");
    assert!(table.answers(&included).iter().all(|answers| answers.mrulist));
    assert!(!told(&table, "restrict default nomrulist").mrulist);
}

#[test]
fn a_length_in_bits_loses_the_line_and_so_does_unrestrict() {
    let table = table("bits");
    table.each(
        CLOSED,
        &["restrict 10.9.0.0/16", "restrict 10.9.8.7/32", "unrestrict default noquery"],
        NOBODY,
    );
    table.each("", &["restrict 0.0.0.0/0 noquery\nrestrict ::/0 noquery"], EVERYBODY);
}

#[test]
fn the_time_is_given_under_mssntp() {
    assert!(told(&table("mssntp"), "restrict default mssntp").time);
}

#[test]
fn a_path_starts_from_the_working_directory_and_a_directory_is_not_read() {
    let table = table("paths");
    let main = |text: &str| Case::new(format!("{text}\n"));
    table.holds(&main("includefile a").with("cwd/a", CLOSED), NOBODY);
    table.holds(&main("includefile a").with("a", CLOSED), EVERYBODY);
    let nested = main("includefile sub/a").with("cwd/sub/a", "includefile b\n").with("cwd/b", CLOSED);
    table.holds(&nested.with("cwd/sub/b", "restrict 10.9.8.7\n"), NOBODY);
    table.holds(&main("includefile @/d").with("d/a.conf", CLOSED), EVERYBODY);
    table.holds(&main("includefile \"@/a b\"").with("a b", CLOSED), NOBODY);
    table.holds(&main(&format!("includefile @/missing\n{CLOSED}")), NOBODY);
    table.holds(&main("").with("ntp.d/a.conf", CLOSED), EVERYBODY);
}

#[test]
fn six_files_may_be_open_and_a_seventh_is_passed_over() {
    let table = table("depth");
    for (depth, open) in [(5, NOBODY), (6, EVERYBODY)] {
        let mut case = Case::new("includefile @/1\n");
        for file in 1..depth {
            case = case.with(&file.to_string(), format!("includefile @/{}\n", file + 1));
        }
        table.holds(&case.with(&depth.to_string(), CLOSED), open);
    }
    table.holds(&Case::new(format!("includefile @/ntp.conf\n{CLOSED}")), NOBODY);
}

#[test]
fn end_and_a_nul_end_everything() {
    let table = table("end");
    table.holds(&Case::new(format!("end\n{CLOSED}")), EVERYBODY);
    table.holds(&Case::new(format!("includefile @/a\n{CLOSED}")).with("a", "end\n"), EVERYBODY);
    table.holds(&Case::new(format!("includefile @/a\n{CLOSED}")).with("a", "\0\n"), EVERYBODY);
    table.holds(&Case::new(format!("includefile @/a \0\n{CLOSED}")).with("a", CLOSED), EVERYBODY);
}

#[test]
fn epeer_ends_the_daemon() {
    let table = table("epeer");
    for line in
        ["restrict default epeer", "restrict 10.9.8.7 noquery epeer bogus", "restrict 10.9.0.0/16 epeer"]
    {
        table.ends(&Case::new(format!("{line}\n")));
    }
    table.holds(&Case::new("restrict default noquery bogus epeer\n"), NOBODY);
    table.holds(&Case::new("restrict default noquery\nrestrict source bogus epeer\n"), NOBODY);
}

/// Whether there is a key is not for ntp.conf to say: the evaluator takes it for there.
#[test]
fn crypto_without_a_key_ends_the_daemon() {
    let table = table("crypto");
    for line in ["crypto", "crypto pw x", "crypto host a"] {
        let case = Case::new(format!("{CONTROL}{line}\n"));
        assert_eq!(table.ntpd.real(&case), Outcome::Ended, "{line}");
        assert!(matches!(table.ntpd.ours(&case), Outcome::Answers(_)), "{line}");
    }
    table.holds(&Case::new(format!("{CLOSED}keysdir /nowhere\nrevoke 5\nautomax 5\n")), NOBODY);
}
