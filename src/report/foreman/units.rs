//! How the values of settings are written: addresses, spans, sizes, counts. Each says what is wrong with a text.

use std::fmt;
use std::time::Duration;

/// An address of HTTP without user, query and fragment, and without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Reads the address of a Foreman or a Smart Proxy.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Self::parse_any(text)?;
        if url.scheme() == "http" && !url.is_of_this_host() {
            return Err("should begin with https://: anyone on the way could read and change a report".into());
        }
        Ok(url)
    }

    /// Reads the address of a proxy, whose connections carry TLS inside.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_proxy(text: &str) -> Result<Self, String> {
        Self::parse_any(text)
    }

    fn parse_any(text: &str) -> Result<Self, String> {
        let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or("should begin with https://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err("holds a user: set user and password_file instead".into());
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\')) {
            return Err("should be an address without spaces, `?` and `#`".into());
        }
        let url = Self(text.trim_end_matches('/').to_owned());
        let host = url.host();
        if host.is_empty() || url.0.len() > 1000 {
            return Err("should name a host, as https://foreman.example.com".into());
        }
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err("has a port that is no number up to 65535".into());
        }
        Ok(url)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is encrypted, as it may be on this host only.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.scheme() == "http"
    }

    /// Whether it is the plugin of a Smart Proxy, which is told by its path.
    #[must_use]
    pub fn is_smart_proxy(&self) -> bool {
        self.0.ends_with("/standfast")
    }

    /// The host, without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    fn scheme(&self) -> &str {
        self.0.split("://").next().unwrap_or_default()
    }

    fn is_of_this_host(&self) -> bool {
        let host = self.host();
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number and its unit's factor, of these units; without one it counts once.
fn number(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let found = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)));
    let (digits, factor) = found.unwrap_or((text, 1));
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| is_number)?;
    number.checked_mul(factor)
}

/// The longest span, ten years: what is longer is a slip, and no clock counts it.
const LONGEST: u64 = 3650 * 86_400;

/// A span: `90`, `90s`, `30m`, `6h`, `7d`.
///
/// # Errors
/// What is wrong with it.
pub fn span(text: &str) -> Result<Duration, String> {
    let seconds = number(text, &[('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)]);
    let seconds = seconds.filter(|seconds| *seconds <= LONGEST);
    seconds.map(Duration::from_secs).ok_or_else(|| "should be a time such as 90s, 30m, 6h or 7d".to_owned())
}

/// A span that is not zero.
///
/// # Errors
/// What is wrong with it.
pub fn timeout(text: &str) -> Result<Duration, String> {
    span(text).and_then(|span| if span.is_zero() { Err("must not be zero".to_owned()) } else { Ok(span) })
}

/// A size in bytes: `500000`, `64K`, `4M`.
///
/// # Errors
/// What is wrong with it.
pub fn size(text: &str) -> Result<u64, String> {
    // What holds no report could keep none.
    let size = number(text, &[('K', 1 << 10), ('M', 1 << 20), ('G', 1 << 30)]);
    size.filter(|size| *size >= 128 << 10)
        .ok_or_else(|| "should be a size such as 256K or 4M, and at least 128K".to_owned())
}

/// A number of reports.
///
/// # Errors
/// What is wrong with it.
pub fn count(text: &str) -> Result<usize, String> {
    let count = number(text, &[]).and_then(|count| usize::try_from(count).ok());
    count
        .filter(|count| (1..=1_000_000).contains(count))
        .ok_or_else(|| "should be a number from 1 on".to_owned())
}

/// Yes or no.
///
/// # Errors
/// What is wrong with it.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err("should be true or false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_https_or_of_this_host() {
        for (text, is, host) in [
            ("https://foreman.example.com", "https://foreman.example.com", "foreman.example.com"),
            (
                "https://proxy.example.com:8443/standfast/",
                "https://proxy.example.com:8443/standfast",
                "proxy.example.com",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080/", "http://[::1]:8080", "::1"),
            ("http://localhost", "http://localhost", "localhost"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(
                (url.as_str(), url.host(), url.is_smart_proxy()),
                (is, host, is.contains("standfast"))
            );
        }
        for (text, words) in [
            ("", "https://"),
            ("foreman.example.com", "https://"),
            ("ftp://f", "https://"),
            ("http://foreman.example.com", "should begin with https://: anyone"),
            ("http://127.0.0.1.example.com", "should begin with https://: anyone"),
            ("https://", "name a host"),
            ("https:///x", "name a host"),
            ("https://admin:x@f.example", "password_file"),
            ("https://f.example/?x=1", "without spaces"),
            ("https://f.example/ x", "without spaces"),
            ("https://f.example:99999", "port"),
            ("https://f.example:x/", "port"),
        ] {
            let error = Url::parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn spans_sizes_and_counts_have_units() {
        for (text, seconds) in
            [("0", 0), ("90", 90), ("90s", 90), ("30m", 1800), ("6h", 21_600), ("7d", 604_800)]
        {
            assert_eq!(span(text).unwrap(), Duration::from_secs(seconds));
        }
        for text in [
            "",
            "h",
            "-1",
            "+1",
            "1.5h",
            "6 h",
            "6hh",
            "1w",
            "99999999999999999d",
            "99999999999999999999",
            "4000d",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
        assert!(timeout("0").is_err() && timeout("1").is_ok());
        assert_eq!((size("4M"), size("256K"), size("500000")), (Ok(4 << 20), Ok(256 << 10), Ok(500_000)));
        assert!(size("4MB").is_err() && size("1K").is_err());
        assert_eq!(count("100"), Ok(100));
        assert!(count("0").is_err() && count("1M").is_err());
        assert!(yes_or_no("true").unwrap() && !yes_or_no("no").unwrap() && yes_or_no("1").is_err());
    }
}
