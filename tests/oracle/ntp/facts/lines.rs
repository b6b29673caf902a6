//! What of a line counts: words, errors, quotes.

use super::{CLOSED, EVERYBODY, NOBODY, OPENED, both};

#[test]
fn what_stands_before_an_error_counts_and_the_rest_is_lost() {
    both("prefix", |table| {
        table.each(
            OPENED,
            &[
                "restrict default noquery,nomodify",
                "restrict default noquery bogus",
                "restrict default noquery nomodify, kod",
                "restrict default noquery 1",
                "restrict default noquery mask 255.0.0.0",
                "restrict default noquery=",
                "restrict default noquery;",
                "restrict default noquery {",
            ],
            NOBODY,
        );
        table.each(
            OPENED,
            &[
                "restrict default kod, nomodify noquery",
                "restrict default bogus noquery",
                "restrict default nomodify; restrict default noquery",
                "restrict default mask 255.0.0.0 noquery",
                "restrict default 1 noquery",
                "restrict default ! noquery",
                "restrict default ; noquery",
                "restrict default -4 noquery",
                "restrict default source noquery",
            ],
            EVERYBODY,
        );
    });
}

#[test]
fn some_flags_are_known_to_ntp_orgs_ntpd_alone() {
    both("flags", |table| {
        let lines = [
            "restrict default noepeer noquery",
            "restrict default lowpriotrap noquery",
            "restrict default serverresponse fuzz noquery",
            "restrict default ippeerlimit 5 noquery",
        ];
        table.each(OPENED, &lines, if table.is_ntpsec() { EVERYBODY } else { NOBODY });
        let lines =
            ["restrict 10.9.8.7 ippeerlimit 5 noquery", "restrict -4 10.9.8.7 mask 255.255.0.0 noquery"];
        table.each(CLOSED, &lines, if table.is_ntpsec() { "near4" } else { NOBODY });
        // A word that must follow and does not: nothing counts.
        if !table.is_ntpsec() {
            for behind in
                ["serverresponse", "serverresponse bogus", "serverresponse noquery", "noquery serverresponse"]
            {
                table.each(OPENED, &[&format!("restrict default {behind}")], EVERYBODY);
                table.each(CLOSED, &[&format!("restrict 10.9.8.7 {behind}")], NOBODY);
            }
            table.each(
                CLOSED,
                &["restrict 10.9.8.7 ippeerlimit", "restrict 10.9.8.7 ippeerlimit noquery"],
                NOBODY,
            );
        }
    });
}

#[test]
fn a_broken_line_can_open_a_door() {
    both("opens", |table| {
        table.each(
            CLOSED,
            &[
                "restrict 10.9.8.7 nomodify, noquery",
                "restrict 10.9.8.7 bogus noquery",
                "restrict 10.9.8.7,10.9.8.8 noquery",
                "restrict 10.9.8.7 Noquery",
                "restrict 10.9.8.7 \"noquery\"",
                "restrict 10.9.8.7 = noquery",
                "restrict 10.9.8.7 mask 255.255.0.0 bogus noquery",
            ],
            "near4",
        );
        // Where a word must follow, nothing counts.
        table.each(
            CLOSED,
            &[
                "restrict 10.9.8.7 mask",
                "restrict 10.9.8.7 mask noquery",
                "restrict 10.9.8.7 mask bogus",
                "restrict -4",
            ],
            NOBODY,
        );
    });
}

#[test]
fn case_counts() {
    both("case", |table| {
        table.each(
            OPENED,
            &[
                "RESTRICT default noquery",
                "Restrict default noquery",
                "restrict DEFAULT noquery",
                "restrict default NOQUERY",
            ],
            EVERYBODY,
        );
    });
}

#[test]
fn a_number_sign_begins_a_comment_even_in_a_word_and_nothing_else_does() {
    both("comment", |table| {
        table.each(
            OPENED,
            &["restrict default noquery#c", "restrict default noquery # c", "# c\nrestrict default noquery"],
            NOBODY,
        );
        table.each(
            OPENED,
            &[
                "restrict default nomodify # noquery",
                "#restrict default noquery",
                "!restrict default noquery",
                "; restrict default noquery",
                "restrict default nomodify \\\nnoquery",
            ],
            EVERYBODY,
        );
    });
}

#[test]
fn a_quoted_keyword_is_none() {
    both("quotes", |table| {
        table.each(
            OPENED,
            &[
                "restrict default \"noquery\"",
                "\"restrict\" default noquery",
                "restrict \"default\" noquery",
                "restrict default \"\" noquery",
                "restrict default nomodify \"#\" noquery",
                "\"restrict default noquery",
            ],
            EVERYBODY,
        );
        table.each(
            OPENED,
            &[
                "restrict default noquery \"\"",
                "restrict default noquery \"x",
                "\"\nrestrict default noquery",
                "keys \"x#y\"\nrestrict default noquery",
            ],
            NOBODY,
        );
        table.each(
            CLOSED,
            &[
                "restrict \"10.9.8.7\"",
                "restrict 10.9.8.\"7\"",
                "restrict \"10.9.8.7\"nomodify",
                "restrict 10.9.8.7\"\"",
            ],
            "near4",
        );
    });
}

#[test]
fn addresses_that_look_like_numbers_are_none() {
    both("numbers", |table| {
        table.each(
            CLOSED,
            &[
                "restrict 10.9",
                "restrict 168364039",
                "restrict 0x0a090807",
                "restrict 10.9/16",
                "restrict 10.9.8.7:123",
                "restrict 10.9.8.7-10.9.8.8",
            ],
            NOBODY,
        );
        table.each(CLOSED, &["restrict 10.9.2055", "restrict 012.9.8.7", "restrict 10.9.8.007"], "near4");
        table.each(
            CLOSED,
            &["restrict [fd09::8:7]", "restrict FD09::8:7", "restrict fd09:0:0:0:0:0:8:7"],
            "near6",
        );
        // Nor are short masks.
        table.each(
            OPENED,
            &[
                "restrict 10.9.0.0 mask 255.255 noquery",
                "restrict 10.9.0.0 mask 255.255.0 noquery",
                "restrict 10.9.0.0 mask 16 noquery",
            ],
            EVERYBODY,
        );
    });
}

#[test]
fn a_family_before_an_address_must_be_its_own() {
    both("own-family", |table| {
        table.each(CLOSED, &["restrict -4 10.9.8.7"], "near4");
        table.each(CLOSED, &["restrict -6 fd09::8:7"], "near6");
        table.each(CLOSED, &["restrict -6 10.9.8.7", "restrict -4 fd09::8:7"], NOBODY);
    });
}

#[test]
fn a_name_that_nobody_has_loses_its_line() {
    both("names", |table| {
        table.each(
            OPENED,
            &["restrict nowhere.invalid noquery", "restrict default.invalid noquery"],
            EVERYBODY,
        );
        table.each(OPENED, &["restrict nowhere.invalid noquery\nrestrict default noquery"], NOBODY);
    });
}

#[test]
fn an_error_takes_no_other_line_with_it() {
    both("neighbours", |table| {
        table.each(
            OPENED,
            &[
                "bogus\nrestrict default noquery",
                "server\nrestrict default noquery",
                "tos bogus\nrestrict default noquery",
                "includefile\nrestrict default noquery",
                "restrict\nrestrict default noquery\nrestrict",
            ],
            NOBODY,
        );
        // Line ends end nothing in its language.
        let lines = ["simulate\nrestrict default noquery"];
        table.each(OPENED, &lines, if table.is_ntpsec() { NOBODY } else { EVERYBODY });
        table.each(
            OPENED,
            &[
                "bogus restrict default noquery",
                "server restrict default noquery",
                "phone restrict default noquery",
            ],
            EVERYBODY,
        );
    });
}
