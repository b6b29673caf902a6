//! What single bytes do: line ends, blanks, NUL, bytes beyond ASCII, long words.

use super::{EVERYBODY, NOBODY, OPENED, Table};
use crate::ntp::case::Case;

#[test]
fn carriage_returns_are_blanks() {
    let table = Table::new("returns");
    table.each(
        OPENED,
        &[
            "restrict default noquery\r",
            "restrict default nomodify\rnoquery\r",
            "restrict\u{b}default\u{c}noquery",
            "\t restrict\t\tdefault noquery",
        ],
        NOBODY,
    );
    table.each(OPENED, &["# c\rrestrict default noquery\r", "bogus\rrestrict default noquery"], EVERYBODY);
}

#[test]
fn a_last_line_needs_no_end() {
    let table = Table::new("no-end");
    for text in ["restrict default noquery", "restrict default nomodify\nrestrict default noquery # c"] {
        table.holds(&Case::new(format!("{OPENED}{text}")), NOBODY);
    }
}

#[test]
fn bytes_beyond_ascii_are_not_there() {
    let table = Table::new("ascii");
    table.holds(&Case::new("\u{feff}unrestrict default noquery\n"), EVERYBODY);
    table.each(
        OPENED,
        &[
            "restr\u{e9}ict default noquery",
            "restrict default noqu\u{e9}ery",
            "restrict default \u{a0} noquery",
            "# \u{e9}\nrestrict default noquery",
        ],
        NOBODY,
    );
    table.each(OPENED, &["restrict default nomodify\u{a0}noquery"], EVERYBODY);
}

#[test]
fn a_nul_ends_the_configuration_and_not_in_a_comment_or_in_quotes() {
    let table = Table::new("nul");
    table.each(
        OPENED,
        &[
            "\0\nrestrict default noquery",
            "restrict 10.9.8.7 \0\nrestrict default noquery",
            "bogus \0\nrestrict default noquery",
        ],
        EVERYBODY,
    );
    table.each(
        OPENED,
        &[
            "restrict default noquery\0",
            "restrict default noquery \0\nrestrict 10.9.8.7",
            "# \0\nrestrict default noquery",
            "keys \"a\0b\"\nrestrict default noquery",
        ],
        NOBODY,
    );
}

#[test]
fn comments_and_lines_may_be_long() {
    let table = Table::new("long");
    let long = "x".repeat(5000);
    table.holds(&Case::new(format!("{OPENED}#{long} restrict default noquery\n")), EVERYBODY);
    for text in [
        format!("#{long}\nrestrict default noquery"),
        format!("restrict {} default noquery", " ".repeat(5000)),
        format!("restrict default {} noquery", "nomodify ".repeat(500)),
        format!("keys /{}\nrestrict default noquery", &long[..1023]),
    ] {
        table.holds(&Case::new(format!("{OPENED}{text}\n")), NOBODY);
    }
}
