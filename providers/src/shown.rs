//! `Shown`, text that is safe to put before a person or into a report.

use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};

/// The longest text that is shown of one value, in characters; what is cut is counted.
const LONGEST: usize = 400;

/// Text that is safe to show: control characters and invalid UTF-8 are written out, never sent.
///
/// A terminal acts on what it is sent: a limits.conf with an escape sequence in it could hide a line
/// from the admin who looks at it. Diffs and messages are only ever made of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

impl Shown {
    /// Makes bytes of a file or a name safe to show.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        if is_plain(bytes) {
            return Self(String::from_utf8_lossy(bytes).into_owned());
        }
        let mut shown = String::with_capacity(bytes.len());
        let mut count = 0;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if count == LONGEST {
                    return Self::cut(shown, bytes.len());
                }
                count += 1;
                push(&mut shown, c);
            }
            for byte in chunk.invalid() {
                let _ = write!(shown, "\\x{byte:02x}");
                count += 1;
            }
        }
        Self(shown)
    }

    /// Makes a text safe to show.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::bytes(text.as_bytes())
    }

    /// Makes a text safe to show, and keeps it where it is safe already.
    #[must_use]
    pub fn owned(text: String) -> Self {
        if is_plain(text.as_bytes()) { Self(text) } else { Self::text(&text) }
    }

    fn cut(mut shown: String, bytes: usize) -> Self {
        let _ = write!(shown, "… ({bytes} bytes)");
        Self(shown)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether nothing has to be written out: almost all that is ever shown.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.len() <= LONGEST && bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

fn push(shown: &mut String, c: char) {
    match c {
        '\t' => shown.push_str("\\t"),
        '\r' => shown.push_str("\\r"),
        '\n' => shown.push_str("\\n"),
        c if c.is_control() && (c as u32) < 0x80 => {
            let _ = write!(shown, "\\x{:02x}", c as u32);
        }
        // The directional overrides reorder what the eye reads; the rest of C1 moves the cursor.
        c if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
        {
            let _ = write!(shown, "\\u{{{:x}}}", c as u32);
        }
        c => shown.push(c),
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn an_escape_sequence_is_written_out() {
        assert_eq!(Shown::bytes(b"a\x1b[2Jb\0c\x9b").as_str(), "a\\x1b[2Jb\\x00c\\x9b");
    }

    #[test]
    fn a_directional_override_is_written_out() {
        assert_eq!(Shown::text("a\u{202e}b\u{9b}").as_str(), "a\\u{202e}b\\u{9b}");
    }

    #[test]
    fn a_long_line_is_cut_and_counted() {
        let shown = Shown::bytes(&vec![b'x'; 100_000]);
        assert!(shown.as_str().len() < 500);
        assert!(shown.as_str().ends_with("… (100000 bytes)"));
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(Shown::text("thekiwi soft nproc 4096 # näh").as_str(), "thekiwi soft nproc 4096 # näh");
    }
}
