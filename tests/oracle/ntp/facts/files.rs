//! Which files are read, and in which order.

use super::{CLOSED, EVERYBODY, NOBODY, OPENED, Table, both};
use crate::ntp::case::Case;

const OPEN_AGAIN: &str = "unrestrict default noquery\n";

fn main(text: &str) -> Case {
    Case::new(format!("{OPENED}{text}"))
}

#[test]
fn a_path_starts_from_the_file_that_includes_and_not_from_the_working_directory() {
    let table = Table::new("relative");
    table.holds(&main("includefile a\n").with("a", CLOSED), NOBODY);
    table.holds(&main("includefile a\n").with("cwd/a", CLOSED), EVERYBODY);
    let nested = main("includefile @/sub/a\n").with("sub/a", "includefile b\n").with("sub/b", CLOSED);
    table.holds(&nested.with("b", "restrict 10.9.8.7\n").with("cwd/b", "restrict fd09::8:7\n"), NOBODY);
}

#[test]
fn an_include_may_be_quoted_and_have_a_command_behind_it() {
    let table = Table::new("behind");
    let a = |line: &str| main(&format!("{line}\n")).with("a b", CLOSED).with("a", "#\nrestrict 10.9.8.7\n");
    table.holds(&a("includefile \"@/a b\""), NOBODY);
    table.holds(&a("includefile @/a restrict default noquery"), "near4");
    table.holds(&a("restrict 10.9.8.7 noquery includefile \"@/a b\""), "far4 far6 near6");
    table.holds(&main("includefile '@/a'\n").with("a", CLOSED), EVERYBODY);
    table.holds(&main("includefile @/*\n").with("a", CLOSED), EVERYBODY);
}

#[test]
fn a_wrong_word_behind_an_include_loses_the_first_line_of_the_file() {
    let table = Table::new("first-line");
    let included = "restrict 10.9.8.7 noquery\nrestrict fd09::8:7 noquery\n";
    table.holds(&main("includefile @/a bogus\n").with("a", included), "far4 far6 near4");
    table.holds(
        &main("includefile @/a includefile @/b\n").with("a", CLOSED).with("b", "restrict 10.9.8.7\n"),
        "near4",
    );
}

#[test]
fn what_is_missing_is_passed_over() {
    let table = Table::new("missing");
    table.holds(&main(&format!("includefile @/missing\n{CLOSED}")), NOBODY);
    table.holds(&main("includefile @/a\nrestrict 10.9.8.7\n").with("a", CLOSED.trim_end()), "near4");
}

#[test]
fn six_files_may_be_open_and_a_seventh_is_passed_over() {
    let table = Table::new("depth");
    for (depth, open) in [(5, NOBODY), (6, EVERYBODY)] {
        let mut case = main("includefile 1\n");
        for file in 1..depth {
            case = case.with(&file.to_string(), format!("includefile {}\n", file + 1));
        }
        table.holds(&case.with(&depth.to_string(), CLOSED), open);
    }
    table.holds(&main(&format!("includefile @/ntp.conf\n{CLOSED}")), NOBODY);
}

#[test]
fn ntp_d_beside_the_main_file_is_read_after_it() {
    let table = Table::new("after");
    table.holds(&main("").with("ntp.d/a.conf", CLOSED), NOBODY);
    table.holds(&main(CLOSED).with("ntp.d/a.conf", OPEN_AGAIN), EVERYBODY);
    table.holds(&main("").with("cwd/ntp.d/a.conf", CLOSED), EVERYBODY);
    table.holds(&Case::default().with("ntp.d/a.conf", OPEN_AGAIN), EVERYBODY);
}

#[test]
fn the_files_of_a_directory_are_read_backwards_so_the_first_name_has_the_last_word() {
    let table = Table::new("backwards");
    let two = |first: &str, second: &str| {
        let case = main("").with(&format!("ntp.d/{first}"), OPEN_AGAIN);
        case.with(&format!("ntp.d/{second}"), CLOSED)
    };
    table.holds(&two("a.conf", "zz-standfast.conf"), EVERYBODY);
    table.holds(&two("a.conf", "00-standfast.conf"), NOBODY);
    table.holds(&two("B.conf", "a.conf"), EVERYBODY);
    table.holds(&two(".a.conf", "00-standfast.conf"), EVERYBODY);
    let included = main("includefile @/d\n").with("d/a.conf", OPEN_AGAIN).with("d/b.conf", CLOSED);
    table.holds(&included, EVERYBODY);
}

#[test]
fn names_in_ntp_d_end_in_conf_and_directories_are_gone_into() {
    let table = Table::new("suffix");
    for name in ["a.conf", ".conf", ".a.conf", "d.conf/a.conf", "d.conf/e.conf/a.conf"] {
        table.holds(&main("").with(&format!("ntp.d/{name}"), CLOSED), NOBODY);
    }
    for name in ["a", "a.CONF", "a.conf.bak", "a.conf~", "d/a.conf"] {
        table.holds(&main("").with(&format!("ntp.d/{name}"), CLOSED), EVERYBODY);
    }
}

#[test]
fn files_that_wait_in_ntp_d_count_as_open() {
    let table = Table::new("waiting");
    let five = |includes: &str| {
        let names = ["1", "2", "3", "4", "5"];
        let case = main("").with("a", CLOSED);
        names.iter().fold(case, |case, name| {
            let text = if *name == includes { "includefile @/a\n" } else { "#\n" };
            case.with(&format!("ntp.d/{name}.conf"), text)
        })
    };
    table.holds(&five("4"), NOBODY);
    table.holds(&five("5"), EVERYBODY);
}

#[test]
fn end_closes_all_open_files() {
    let table = Table::new("end");
    table.holds(&main(&format!("end\n{CLOSED}")), EVERYBODY);
    table.holds(&main(&format!("includefile @/a\n{CLOSED}")).with("a", "end\n"), EVERYBODY);
    table.holds(&main("end\n").with("ntp.d/a.conf", CLOSED), NOBODY);
    // Nor does the reading of ntp.d come back to them.
    let included = main(&format!("includefile @/a\n{CLOSED}")).with("a", "end\n");
    table.holds(&included.with("ntp.d/a.conf", "#\n"), EVERYBODY);
    // b is read first, and then nothing.
    let two = main("").with("ntp.d/b.conf", format!("restrict 10.9.8.7\n{CLOSED}end\n"));
    table.holds(&two.with("ntp.d/a.conf", "restrict fd09::8:7\n"), "near4");
}

#[test]
fn after_a_nul_ntp_d_is_read_and_then_the_rest() {
    let table = Table::new("rest");
    let text = format!("{CLOSED}\0\n{OPEN_AGAIN}");
    table.holds(&main(&text), NOBODY);
    table.holds(&main(&text).with("ntp.d/a.conf", CLOSED), EVERYBODY);
}

#[test]
fn what_stands_behind_a_nul_on_its_line_is_read_after_ntp_d() {
    let table = Table::new("behind-nul");
    for (text, before, after) in [
        (format!("{CLOSED}\0 restrict 10.9.8.7\n"), NOBODY, "near4"),
        (format!("{CLOSED}\0restrict 10.9.8.7 \0 restrict fd09::8:7\n"), NOBODY, "near4"),
        (format!("{CLOSED}restrict 10.9.8.7 \0noquery\nrestrict fd09::8:7\n"), "near4", "near4 near6"),
        (format!("{CLOSED}bogus \0 restrict 10.9.8.7"), NOBODY, "near4"),
        (format!("{CLOSED}# \0 restrict 10.9.8.7\n"), NOBODY, NOBODY),
        (format!("{CLOSED}includefile @/a \0\n"), NOBODY, "near6"),
    ] {
        let case = main(&text).with("a", "restrict fd09::8:7\n");
        table.holds(&case, before);
        table.holds(&case.with("ntp.d/a.conf", "#\n"), after);
    }
}

#[test]
fn behind_a_wrong_word_behind_an_include_a_new_line_begins() {
    both("new-line", |table| {
        let path = if table.is_ntpsec() { "a" } else { "cwd/a" };
        let a = |line: &str, text: &str| {
            let case = Case::new(format!("{CLOSED}{line}\n"));
            case.with(path, text).with("b", "restrict fd09::8:7\n").with("cwd/b", "restrict fd09::8:7\n")
        };
        let line = "includefile a bogus restrict 10.9.8.7";
        table.holds(&a(line, "#\n"), "near4");
        table.holds(&a(line, ""), "near4");
        table.holds(&a(line, "#"), "near4");
        table.holds(&a(line, "#\nrestrict 10.9.8.7 noquery"), NOBODY);
        table.holds(&a("includefile a bogus bogus restrict 10.9.8.7", "#\n"), NOBODY);
        table.holds(&a("includefile a bogus includefile b x restrict 10.9.8.7", "#\n"), "near4");
        table.holds(&a("includefile a bogus end\nrestrict 10.9.8.7", "#\n"), NOBODY);
        // Where no file is opened, the line is lost.
        table.holds(&a("includefile missing bogus restrict 10.9.8.7", "#\n"), NOBODY);
        // The first line of the file is lost, whatever it is.
        table.holds(&a(line, "includefile b bogus restrict fd09::8:7\n"), "near4");
        table.holds(&a("includefile a restrict 10.9.8.7 x restrict fd09::8:7", "#\n"), "near4 near6");
    });
}

#[test]
fn an_address_that_cannot_be_used_behind_an_include_loses_no_file() {
    both("unusable", |table| {
        let path = if table.is_ntpsec() { "a" } else { "cwd/a" };
        let case = |line: &str| Case::new(format!("{CLOSED}{line}\n")).with(path, "restrict 10.9.8.7\n");
        table.holds(&case("includefile a restrict fd09::8:7 mask 255"), NOBODY);
        table.holds(&case("includefile a restrict -6 10.9.8.7 noquery"), "near4");
        table.holds(&case("includefile a restrict fd09::8:7 mask x"), "near4");
    });
}
