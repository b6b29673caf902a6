//! How a line is cut into words.

use super::{ALL, FROM_13, Row, UNTIL_12};

/// 1,022 bytes: with a `#` before them, as much as one read takes before Linux-PAM 1.6.
macro_rules! long_comment {
    () => {
        concat!("#", long_comment!(@ 511), long_comment!(@ 511))
    };
    (@ 511) => {
        concat!(
            long_comment!(@ 73), long_comment!(@ 73), long_comment!(@ 73), long_comment!(@ 73),
            long_comment!(@ 73), long_comment!(@ 73), long_comment!(@ 73),
        )
    };
    (@ 73) => { "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (UNTIL_12, "the tail of a comment longer than 1023 bytes is a line", concat!(long_comment!(), "thekiwi hard nproc 77"), "thekiwi", "nproc 77 77"),
    (FROM_13, "the tail of a long comment is part of it", concat!(long_comment!(), "thekiwi hard nproc 77"), "thekiwi", "nproc kept kept; quiet"),
    (ALL, "a last line without newline counts", "thekiwi soft nproc 77", "thekiwi", "nproc 77 kept"),
    (ALL, "a NUL ends its line and no other", "thekiwi soft nproc 77\0 junk\nthekiwi soft co\0re 5\nthekiwi soft stack 1\n", "thekiwi", "nproc 77 kept; core kept kept; stack 1024 kept"),
    (ALL, "leading blanks of every kind are skipped", " \t\r\x0b\x0cthekiwi soft nproc 77", "thekiwi", "nproc 77 kept"),
    (ALL, "# cuts anywhere, even in a word", "the#kiwi soft nproc 77\nthekiwi soft nproc 88#9", "thekiwi", "nproc 88 kept"),
    (ALL, "an empty line and a comment are silent", "\n  \n# thekiwi soft nproc 77\n   # x\n", "thekiwi", "nproc kept kept; quiet"),
    (ALL, "tabs separate", "thekiwi\tsoft\t\tnproc\t77", "thekiwi", "nproc 77 kept"),
    (UNTIL_12, "\\v and \\f separate", "thekiwi\x0bsoft\x0cnproc\x0b77", "thekiwi", "nproc 77 kept"),
    (FROM_13, "\\v and \\f do not separate", "thekiwi\x0bsoft\x0cnproc\x0b77", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (UNTIL_12, "words behind the fourth are ignored", "thekiwi soft nproc unlimited extra words", "thekiwi", "nproc hard kept"),
    (FROM_13, "words behind the fourth belong to the value", "thekiwi soft nproc unlimited extra", "thekiwi", "nproc kept kept; log 7 wrong limit value 'unlimited extra'"),
    (FROM_13, "a number's tail is read as strtoul reads it", "thekiwi soft nproc 77 extra", "thekiwi", "nproc 77 kept"),
    (UNTIL_12, "CRLF is harmless", "thekiwi hard nproc unlimited\r\nthekiwi soft nproc 77\r\n", "thekiwi", "nproc 77 unlimited"),
    (FROM_13, "CRLF makes `unlimited` a wrong value, but not a number", "thekiwi hard nproc unlimited\r\nthekiwi soft nproc 77\r\n", "thekiwi", "nproc 77 kept; log 7 wrong limit value"),
    (ALL, "blanks behind the value are harmless", "thekiwi hard nproc unlimited \t ", "thekiwi", "nproc kept unlimited"),
    (ALL, "quotes are part of a name", "\"thekiwi\" soft nproc 77", "thekiwi", "nproc kept kept; quiet"),
    (ALL, "a backslash does not continue a line", "thekiwi soft \\\nnproc 77", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (ALL, "a byte-order mark belongs to the first name", "\u{feff}thekiwi soft nproc 77\nthekiwi soft core 1", "thekiwi", "nproc kept kept; core 1024 kept; quiet"),
    (ALL, "a no-break space does not separate", "thekiwi\u{a0}soft nproc 77", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (ALL, "type, item and value may be upper case", "thekiwi HARD NProc UNLIMITED", "thekiwi", "nproc kept unlimited"),
    (ALL, "three words are invalid", "thekiwi - nproc", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (ALL, "two words without a dash are invalid", "thekiwi soft", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (ALL, "one word is invalid", "thekiwi", "thekiwi", "nproc kept kept; log 4 invalid line"),
    (ALL, "a bad line does not touch its neighbours", "thekiwi soft nproc 77\nthekiwi soft\nthekiwi hard nproc 99", "thekiwi", "nproc 77 99"),
    (ALL, "an unknown item is logged for debugging only", "thekiwi soft processes 77", "thekiwi", "nproc kept kept; log 7 unknown limit item 'processes'"),
    (ALL, "an unknown type is logged for debugging only", "thekiwi both nproc 77", "thekiwi", "nproc kept kept; log 7 unknown limit type 'both'"),
    (ALL, "a wrong value is logged for debugging only", "thekiwi soft nproc many", "thekiwi", "nproc kept kept; log 7 wrong limit value 'many'"),
];
