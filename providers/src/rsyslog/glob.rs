//! glob(3) as rsyslogd calls it for includes, in the C locale.
//!
//! Source: `cnfDoInclude` in grammar/rainerscript.c: GLOB_MARK and GLOB_NOMAGIC; no braces, no tilde.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::files::{Files, Kind};

/// What a pattern finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Paths in order; a pattern without a wildcard is itself, whether it is there or not.
    Paths(Vec<PathBuf>),
    /// No path: a wildcard that matches nothing is silent.
    Nothing,
}

/// Finds paths. `base` is what a relative pattern begins at.
#[must_use]
pub fn find(files: &Files<'_>, pattern: &[u8], base: &Path) -> Found {
    if !has_wildcard(pattern) {
        return Found::Paths(vec![base.join(OsStr::from_bytes(pattern))]);
    }
    let mut paths = vec![if pattern.starts_with(b"/") { PathBuf::from("/") } else { base.to_path_buf() }];
    let mut parts = pattern.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        paths = step(files, &paths, part, is_last);
    }
    // glob(3) sorts when it has marked directories with a slash: `d.txt` comes before `d/`.
    paths.sort_by_cached_key(|path| {
        let mut key = path.as_os_str().as_bytes().to_vec();
        if files.kind(path) == Kind::Directory {
            key.push(b'/');
        }
        key
    });
    if paths.is_empty() { Found::Nothing } else { Found::Paths(paths) }
}

fn step(files: &Files<'_>, directories: &[PathBuf], part: &[u8], is_last: bool) -> Vec<PathBuf> {
    let mut next = Vec::new();
    for directory in directories {
        if !has_wildcard(part) {
            let path = directory.join(OsStr::from_bytes(part));
            if files.kind(&path) != Kind::Missing {
                next.push(path);
            }
            continue;
        }
        for name in files.list(directory) {
            let path = directory.join(&name);
            if matches(part, name.as_bytes()) && (is_last || files.kind(&path) == Kind::Directory) {
                next.push(path);
            }
        }
    }
    next
}

/// Whether a pattern has a character that stands for others.
#[must_use]
pub fn has_wildcard(pattern: &[u8]) -> bool {
    pattern.iter().any(|byte| b"*?[".contains(byte))
}

/// fnmatch(3) with FNM_PERIOD for one name.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    // The last `*` and where it was tried: going back there alone keeps this from growing with the power of stars.
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, from));
            at += 1;
            continue;
        }
        match one(&pattern[at..], name[from]) {
            Some(length) => {
                at += length;
                from += 1;
            }
            None => match star {
                Some((star_at, tried)) => {
                    star = Some((star_at, tried + 1));
                    (at, from) = (star_at + 1, tried + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// How much of the pattern stands for this byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [b'[', ..] => bracket(pattern, byte),
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}

fn bracket(pattern: &[u8], byte: u8) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let mut at = 1 + usize::from(negated);
    let (start, mut is_in) = (at, false);
    loop {
        match *pattern.get(at..)? {
            // Without its end, `[` stands for itself.
            [] => return (byte == b'[').then_some(1),
            [b']', ..] if at > start => return (is_in != negated).then_some(at + 1),
            [low, b'-', high, ..] if high != b']' => {
                is_in |= (low..=high).contains(&byte);
                at += 3;
            }
            [literal, ..] => {
                is_in |= literal == byte;
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_the_shell_has_them() {
        for (pattern, name, is_match) in [
            ("*.conf", "50-default.conf", true),
            ("*.conf", ".hidden.conf", false),
            ("*.conf", "50-default.conf~", false),
            ("*", "z.rpmsave", true),
            ("[0-9]?-*", "10-a", true),
            ("[!0-9]*", "10-a", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("rsyslog.d*", "rsyslog.d.bak", true),
            ("\\*", "*", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), is_match, "{pattern} {name}");
        }
    }

    #[test]
    fn paths_come_in_byte_order_and_a_plain_path_is_itself() {
        let path = |path: &str| PathBuf::from(path);
        let files = Files::default()
            .with(Path::new("/etc/r.d/9-b.conf"), Some(Vec::new()))
            .with(Path::new("/etc/r.d/10-a.conf"), Some(Vec::new()))
            .with(Path::new("/etc/r.d/x"), Some(Vec::new()));
        let found = find(&files, b"/etc/r.d/*.conf", Path::new("/"));
        assert_eq!(found, Found::Paths(vec![path("/etc/r.d/10-a.conf"), path("/etc/r.d/9-b.conf")]));
        assert_eq!(find(&files, b"/etc/*/x", Path::new("/")), Found::Paths(vec![path("/etc/r.d/x")]));
        assert_eq!(find(&files, b"/nowhere", Path::new("/")), Found::Paths(vec![path("/nowhere")]));
        assert_eq!(find(&files, b"/nowhere*", Path::new("/")), Found::Nothing);
    }
}
