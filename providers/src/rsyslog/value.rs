//! Texts and parameters as the newer language writes them.
//!
//! Source: `nvlst` in grammar/rainerscript.c; `es_unescapeStr` in libestr.

use super::tree::Span;

/// A parameter of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in lower case.
    pub name: Vec<u8>,
    /// Its value.
    pub value: Value,
    /// Where name and value stand.
    pub span: Span,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Vec<u8>),
    /// A list of texts.
    List(Vec<Vec<u8>>),
    /// A text in backticks that only the running daemon knows.
    Unknown,
}

/// The parameters of an object. Of one that is given twice the later counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(pub Vec<Parameter>);

/// A parameter that is not what its type asks for; rsyslogd then goes on without the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadParameter(pub &'static str);

impl Parameters {
    /// A parameter by its name, which is given in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().rev().find(|parameter| parameter.name == name.as_bytes())
    }

    /// Any text; `None` where it is not given or not known.
    ///
    /// # Errors
    /// For a list.
    pub fn text(&self, name: &'static str) -> Result<Option<&[u8]>, BadParameter> {
        match self.get(name).map(|parameter| &parameter.value) {
            None | Some(Value::Unknown) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::List(_)) => Err(BadParameter(name)),
        }
    }

    /// A text without blanks.
    ///
    /// # Errors
    /// For a list, and a text with a blank in it.
    pub fn word(&self, name: &'static str) -> Result<Option<&[u8]>, BadParameter> {
        match self.text(name)? {
            Some(text) if text.iter().any(|byte| super::logical::is_space(*byte)) => Err(BadParameter(name)),
            text => Ok(text),
        }
    }

    /// `on` or `off`.
    ///
    /// # Errors
    /// For anything else.
    pub fn switch(&self, name: &'static str) -> Result<Option<bool>, BadParameter> {
        match self.text(name)? {
            None => Ok(None),
            Some(b"on") => Ok(Some(true)),
            Some(b"off") => Ok(Some(false)),
            Some(_) => Err(BadParameter(name)),
        }
    }

    /// A whole number: decimal, octal with a leading 0, hexadecimal with 0x.
    ///
    /// # Errors
    /// For anything else.
    pub fn number(&self, name: &'static str) -> Result<Option<i64>, BadParameter> {
        self.text(name)?.map(|text| number(text).ok_or(BadParameter(name))).transpose()
    }

    /// A number with k, m, g, t, p, e for powers of 1024 and their capitals for powers of 1000.
    ///
    /// # Errors
    /// For anything else.
    pub fn size(&self, name: &'static str) -> Result<Option<i64>, BadParameter> {
        self.text(name)?.map(|text| size(text).ok_or(BadParameter(name))).transpose()
    }

    /// One text or a list of them.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Vec<Vec<u8>>> {
        match self.get(name).map(|parameter| &parameter.value) {
            None | Some(Value::Unknown) => None,
            Some(Value::Text(text)) => Some(vec![text.clone()]),
            Some(Value::List(list)) => Some(list.clone()),
        }
    }

    /// Whether `config.enabled` takes the object out of force: any text but `on` does.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        match self.get("config.enabled").map(|parameter| &parameter.value) {
            None | Some(Value::Unknown) => false,
            Some(Value::Text(text)) => text != b"on",
            Some(Value::List(_)) => true,
        }
    }
}

/// `es_str2num`: a number with nothing behind it; no digit at all is 0.
fn number(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, text),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    };
    if digits.is_empty() {
        return Some(0);
    }
    i64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok().map(|number| sign * number)
}

fn size(text: &[u8]) -> Option<i64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = decimal(text.get(..digits)?);
    match text.get(digits..)? {
        [] => Some(number),
        [unit] => Some(number.saturating_mul(multiple(*unit)?)),
        _ => None,
    }
}

/// Decimal digits, 0 for none, at most what fits.
#[must_use]
pub fn decimal(digits: &[u8]) -> i64 {
    digits
        .iter()
        .fold(0_i64, |number, digit| number.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
}

/// What a letter behind a number means.
#[must_use]
pub fn multiple(unit: u8) -> Option<i64> {
    let power = b"kmgtpe".iter().position(|known| *known == unit.to_ascii_lowercase())? + 1;
    let base: i64 = if unit.is_ascii_lowercase() { 1024 } else { 1000 };
    base.checked_pow(u32::try_from(power).ok()?)
}

/// The text between quotes with its escapes resolved.
#[must_use]
pub fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some(escape) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        let octal = text[at - 1..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        let hexadecimal = text
            .get(at..at + 2)
            .filter(|_| matches!(escape, b'x' | b'X'))
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (escape, hexadecimal) {
            (_, Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'0'..=b'7', _) => {
                let value = text[at - 1..at - 1 + octal]
                    .iter()
                    .fold(0_u32, |v, digit| v * 8 + u32::from(digit - b'0'));
                out.push(u8::try_from(value & 0xff).unwrap_or(0));
                at += octal - 1;
            }
            (b'a', _) => out.push(7),
            (b'b', _) => out.push(8),
            (b'f', _) => out.push(12),
            (b'n', _) => out.push(b'\n'),
            (b'r', _) => out.push(b'\r'),
            (b't', _) => out.push(b'\t'),
            (b'v', _) => out.push(11),
            (other, _) => out.push(*other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{number, size, unescape};

    #[test]
    fn sizes_have_units_of_1024_and_of_1000() {
        assert_eq!(size(b"1g"), Some(1 << 30));
        assert_eq!(size(b"10M"), Some(10_000_000));
        assert_eq!(size(b"500"), Some(500));
        assert_eq!(size(b"1gb"), None);
        assert_eq!(
            (number(b"-1"), number(b"0x10"), number(b"010"), number(b"1k")),
            (Some(-1), Some(16), Some(8), None)
        );
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(unescape(br#"a\"b\\c\n\101\x41$"#), b"a\"b\\c\nAA$");
    }
}
