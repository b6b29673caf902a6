//! What single bytes do: line ends, blanks, NUL, bytes beyond ASCII, long words.

use super::{CLOSED, EVERYBODY, NOBODY, OPENED, both};
use crate::ntp::case::Case;

#[test]
fn carriage_returns_are_blanks() {
    both("returns", |table| {
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
        table.each(
            OPENED,
            &["# c\rrestrict default noquery\r", "bogus\rrestrict default noquery"],
            EVERYBODY,
        );
    });
}

#[test]
fn a_last_line_needs_no_end() {
    both("no-end", |table| {
        for text in ["restrict default noquery", "restrict default nomodify\nrestrict default noquery # c"] {
            table.holds(&Case::new(format!("{OPENED}{text}")), NOBODY);
        }
    });
}

#[test]
fn bytes_beyond_ascii_are_not_there() {
    both("ascii", |table| {
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
    });
}

#[test]
fn a_nul_ends_the_configuration_and_not_in_a_comment_or_in_quotes() {
    both("nul", |table| {
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
    });
}

#[test]
fn comments_and_lines_may_be_long() {
    both("long", |table| {
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
    });
}

#[test]
fn a_word_of_1025_bytes_ends_the_daemon_wherever_it_is_read() {
    both("long-word", |table| {
        let (most, more) = ("x".repeat(1024), "x".repeat(1025));
        let forms = |word: &str| {
            [
                format!("{word}\n"),
                format!("keys {word}"),
                format!("keys \"{word}\"\n"),
                format!("keys \"{word}\n"),
                format!("keys {word}#c\n"),
                format!("bogus \u{e9}{word}\u{e9}\n"),
                format!("restrict 10.9.8.7 {word},\n"),
                format!("includefile @/missing bogus {word}\n"),
                format!("keys {}\"{}\"\n", &word[..9], &word[9..]),
            ]
        };
        for text in forms(&most) {
            table.holds(
                &Case::new(format!("{CLOSED}{text}")),
                if text.contains("10.9") { "near4" } else { NOBODY },
            );
        }
        for text in forms(&more) {
            table.ends(&Case::new(format!("{CLOSED}{text}")));
        }
        for text in [format!("# {more}"), format!("end\n{more}"), format!("keys \"{most}\" {most}")] {
            table.holds(&Case::new(format!("{CLOSED}{text}\n")), NOBODY);
        }
        let included = Case::new(format!("{CLOSED}includefile @/a bogus\n"));
        table.ends(&included.clone().with("a", format!("{more}\n")));
        table.holds(&included.with("cwd/a", format!("{more}\n")), NOBODY);
    });
}
