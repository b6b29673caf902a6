//! Text that Foreman stores whole and that is the same from run to run: no control characters, no lengths that are cut
//! elsewhere, no process numbers and no temporary names.

/// What stands where something was cut; it says no length, so that a text which grows behind it stays the same.
pub const CUT: &str = "…";

/// The words before a number that is another one after each start, or for each process.
const BEFORE_A_PROCESS: [&str; 3] = ["process ", "PID ", "/proc/"];

/// How the temporary files of the writer begin and end, `providers/src/commit/temp.rs`.
const TEMPORARY: (&str, &str) = (".standfast-", ".tmp");

/// One line of at most `most` bytes, without what differs from run to run.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    cut(&stable(&spaced.filter(|c| is_kept(*c)).collect::<String>()), most)
}

/// A diff of at most `most` bytes: line ends and tabs stay, and it is cut behind a whole line.
#[must_use]
pub fn diff(text: &str, most: usize) -> String {
    let kept: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || is_kept(*c)).collect();
    let kept = stable(&kept);
    if kept.len() <= most {
        return kept;
    }
    let room = floor(&kept, most.saturating_sub(CUT.len() + 1));
    let end = kept.get(..room).and_then(|start| start.rfind('\n')).map_or(0, |at| at + 1);
    format!("{}{CUT}\n", kept.get(..end).unwrap_or_default())
}

/// The name of a host as Foreman keeps it: in lower case; nothing where it could be no name of a host.
#[must_use]
pub fn host(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches('.').to_lowercase();
    let is_of = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    ((1..=255).contains(&name.len()) && name.chars().all(is_of)).then_some(name)
}

/// At most `most` bytes of it, by whole characters, with the mark where something went.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = floor(text, most.saturating_sub(CUT.len()));
    format!("{}{CUT}", text.get(..room).unwrap_or_default())
}

/// The last boundary of a character at or before a place.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Whether Foreman's database and pages take it: no control character, and none that turns the direction of a line.
fn is_kept(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        && !matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
}

/// The text with an `N` for each process number and temporary name: Foreman keeps each text that it has not seen for
/// good, and a report that differs is sent.
fn stable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, before)) = next_of(rest) {
        let (start, behind) = rest.split_at(at + before.len());
        out.push_str(start);
        rest = behind;
        let digits = behind.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        let number = behind.len() - digits.len();
        let is_one = match before {
            _ if number == 0 => false,
            before if before == TEMPORARY.0 => digits.starts_with(TEMPORARY.1),
            _ => behind.get(..number).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())),
        };
        if is_one {
            out.push('N');
            rest = digits;
        }
    }
    out.push_str(rest);
    out
}

/// Where the next word is behind which such a number may stand.
fn next_of(text: &str) -> Option<(usize, &'static str)> {
    let words = BEFORE_A_PROCESS.into_iter().chain([TEMPORARY.0]);
    words.filter_map(|word| text.find(word).map(|at| (at, word))).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_white_space_is_one_line() {
        assert_eq!(line("a\0b\u{1b}[2Jc\td\ne\u{202e}f\u{9b}g\u{7f}\u{fffe}", 100), "ab[2Jc d efg");
        assert_eq!(diff("-a\0\tb\r\n+c\u{feff}\n", 100), "-a\tb\n+c\n");
    }

    #[test]
    fn a_text_is_cut_by_whole_characters_and_says_so() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abc…");
        // ä is two bytes: the cut would be in the middle of the second.
        assert_eq!(line("äääää", 6), "ä…");
        for most in 3..40 {
            let cut = line(&"aä€𝄞".repeat(10), most);
            assert!(cut.len() <= most && cut.ends_with(CUT), "{most}: {cut}");
        }
    }

    #[test]
    fn a_diff_is_cut_behind_a_whole_line() {
        assert_eq!(diff("--- a\n+++ b\n-line\n+line\n", 20), "--- a\n+++ b\n…\n");
        assert_eq!(diff("--- a\n+++ b\n", 12), "--- a\n+++ b\n");
        assert_eq!(diff(&"x".repeat(100), 20), "…\n");
    }

    #[test]
    fn process_numbers_and_temporary_names_do_not_make_a_new_text() {
        for (text, is) in [
            ("process 12 with older files", "process N with older files"),
            ("since process 4711 of ntpd was started", "since process N of ntpd was started"),
            ("snmpd (PID 7) was", "snmpd (PID N) was"),
            ("/proc/123/cmdline", "/proc/N/cmdline"),
            ("cannot create /etc/.standfast-00ff12aa.tmp: full", "cannot create /etc/.standfast-N.tmp: full"),
            // What only looks so is somebody's text.
            ("process limits of 1013", "process limits of 1013"),
            ("process 12ab", "process 12ab"),
            ("/proc/sys/kernel", "/proc/sys/kernel"),
            ("/etc/.standfast-00ff.conf", "/etc/.standfast-00ff.conf"),
            ("nproc 4096", "nproc 4096"),
        ] {
            assert_eq!(line(text, 200), is);
        }
    }

    #[test]
    fn the_name_of_a_host_is_in_lower_case_or_none() {
        assert_eq!(host(" Web17.Example.COM.\n").as_deref(), Some("web17.example.com"));
        for name in ["", ".", "not a host", "a/b", "né", &"a".repeat(256)] {
            assert_eq!(host(name), None, "{name}");
        }
    }
}
