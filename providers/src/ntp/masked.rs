//! Lines of ntp.conf that are safe to show: `crypto pw` holds the password of a private key.

use std::borrow::Cow;

use crate::edit::{Labels, show_lines};
use crate::shown::Shown;

/// A line, without a password.
#[must_use]
pub fn line(text: &[u8]) -> Shown {
    Shown::bytes(&without_password(text))
}

/// The text of a file, without passwords.
#[must_use]
pub fn file(bytes: &[u8], _: &mut Labels) -> String {
    show_lines(bytes, line)
}

/// The text with the word behind `pw` replaced, where the line speaks of `crypto`; in whatever form, for a line that
/// a daemon cannot read may hold one too.
fn without_password(text: &[u8]) -> Cow<'_, [u8]> {
    if standfast_facts::search::find(&text.to_ascii_lowercase(), b"crypto").is_none() {
        return Cow::Borrowed(text);
    }
    let mut masked = Vec::with_capacity(text.len());
    let mut is_password = false;
    for piece in text.split_inclusive(u8::is_ascii_whitespace) {
        let word = piece.trim_ascii_end();
        if is_password && !word.is_empty() {
            // What is quoted may hold blanks: nothing behind it is shown.
            masked.extend_from_slice(b"<password>");
            return Cow::Owned(masked);
        }
        masked.extend_from_slice(piece);
        is_password = (is_password && word.is_empty()) || word.eq_ignore_ascii_case(b"pw");
    }
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_password_of_a_private_key_is_not_shown() {
        for (text, shown) in [
            ("crypto pw s3cr3t", "crypto pw <password>"),
            ("  crypto host x  pw  \"s3 cr3t\" # c", "  crypto host x  pw  <password>"),
            ("CRYPTO PW s3cr3t", "CRYPTO PW <password>"),
            ("#crypto pw s3cr3t", "#crypto pw <password>"),
            ("crypto randfile /x", "crypto randfile /x"),
            ("restrict default pw", "restrict default pw"),
            ("includefile /etc/ntp/crypto/pw", "includefile /etc/ntp/crypto/pw"),
        ] {
            assert_eq!(line(text.as_bytes()).as_str(), shown, "{text}");
        }
    }
}
