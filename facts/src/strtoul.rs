//! Numbers as C's strtoul(3) reads them, which is what glibc and shadow do with their files.

/// What strtoul(3) made of a text.
pub(crate) struct Strtoul<'a> {
    /// The number; `u64::MAX` when it was too large, and negated modulo 2^64 after a minus sign.
    pub(crate) value: u64,
    /// What follows the last digit.
    pub(crate) rest: &'a [u8],
    /// The number did not fit (`ERANGE`).
    pub(crate) overflow: bool,
}

/// How the base of a number is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// Ten, whatever the number begins with.
    Decimal,
    /// Base 0 of strtoul(3): `0x` is hexadecimal, another leading zero octal.
    FromPrefix,
}

/// isspace(3) in the C locale; Rust's `is_ascii_whitespace` lacks the vertical tab.
pub(crate) fn is_space(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || *byte == 0x0b
}

/// `text` without its leading white space, as isspace(3) sees it.
pub(crate) fn skip_space(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

/// Reads a number from the beginning of `text`; `None` when no digit is there.
pub(crate) fn strtoul(text: &[u8], base: Base) -> Option<Strtoul<'_>> {
    let text = skip_space(text);
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (radix, digits) = match (base, text) {
        (Base::FromPrefix, [b'0', b'x' | b'X', digit, ..]) if digit.is_ascii_hexdigit() => {
            (16, text.get(2..).unwrap_or_default())
        }
        (Base::FromPrefix, [b'0', ..]) => (8, text),
        _ => (10, text),
    };
    let mut value = Some(0_u64);
    let mut length = 0;
    for byte in digits {
        let decimal = u32::from(byte.wrapping_sub(b'0'));
        let digit = if decimal < 10.min(radix) { Some(decimal) } else { char::from(*byte).to_digit(radix) };
        let Some(digit) = digit else { break };
        value = value
            .and_then(|value| value.checked_mul(u64::from(radix)))
            .and_then(|value| value.checked_add(u64::from(digit)));
        length += 1;
    }
    if length == 0 {
        return None;
    }
    let rest = digits.get(length..).unwrap_or_default();
    Some(match value {
        Some(value) if negative => Strtoul { value: value.wrapping_neg(), rest, overflow: false },
        Some(value) => Strtoul { value, rest, overflow: false },
        None => Strtoul { value: u64::MAX, rest, overflow: true },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, base: Base) -> Option<(u64, &str, bool)> {
        strtoul(text.as_bytes(), base)
            .map(|number| (number.value, std::str::from_utf8(number.rest).unwrap(), number.overflow))
    }

    #[test]
    fn numbers_are_read_as_the_c_library_reads_them() {
        for (text, decimal, prefixed) in [
            ("1000", Some((1000, "", false)), Some((1000, "", false))),
            (" \t\x0b+7x", Some((7, "x", false)), Some((7, "x", false))),
            ("-2", Some((u64::MAX - 1, "", false)), Some((u64::MAX - 1, "", false))),
            ("0x1F", Some((0, "x1F", false)), Some((31, "", false))),
            ("0xg", Some((0, "xg", false)), Some((0, "xg", false))),
            ("010", Some((10, "", false)), Some((8, "", false))),
            ("09", Some((9, "", false)), Some((0, "9", false))),
            ("18446744073709551615", Some((u64::MAX, "", false)), Some((u64::MAX, "", false))),
            ("18446744073709551616 ", Some((u64::MAX, " ", true)), Some((u64::MAX, " ", true))),
            ("-99999999999999999999", Some((u64::MAX, "", true)), Some((u64::MAX, "", true))),
            ("", None, None),
            ("-", None, None),
            ("x1", None, None),
            ("- 1", None, None),
        ] {
            assert_eq!(read(text, Base::Decimal), decimal, "{text:?} in base 10");
            assert_eq!(read(text, Base::FromPrefix), prefixed, "{text:?} in base 0");
        }
    }
}
