//! What a version of rsyslogd makes of the same text.
//!
//! Source: grammar/lexer.l and grammar/rainerscript.c by tag; runtime/conf.c and runtime/rule.c of v5.8.10 for what
//! came before. The rest of the language of 3 to 5 is read as its successors read it.

use super::version::Version;

/// How a version reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Comments and empty lines go before lines are joined: a `\` at the end of one joins nothing, and one between
    /// two that are joined does not part them. 3 to 5.
    pub comments_first: bool,
    /// `!program` and `+host` are filters of all rules behind them: before 7.1.1.
    pub blocks: bool,
    /// `include()`, `config.enabled` and texts in backticks: since 8.33.
    pub includes: bool,
    /// `endswith`: since 8.2508.
    pub ends_with: bool,
}

impl Dialect {
    /// The newest one, for a version that is not known.
    pub const NEWEST: Self = Self { comments_first: false, blocks: false, includes: true, ends_with: true };

    /// The dialect of a version.
    #[must_use]
    pub fn of(version: Version) -> Self {
        let since = |major, minor, patch| version >= Version { major, minor, patch };
        Self {
            comments_first: !since(6, 0, 0),
            blocks: !since(7, 1, 1),
            includes: since(8, 33, 0),
            ends_with: since(8, 2508, 0),
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::NEWEST
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rsyslog::action::Sink;
    use crate::rsyslog::config::Config;
    use crate::rsyslog::eval::Known;
    use crate::rsyslog::fault::FaultKind;
    use crate::rsyslog::files::Files;
    use crate::rsyslog::version::Version;

    const MAIN: &str = "/etc/rsyslog.conf";

    fn config(version: &str, text: &str) -> Config {
        let main = Path::new(MAIN);
        let files = Files::default().with(main, Some(text.as_bytes().to_vec()));
        let drop_in = Some(b"*.* @dropin\n".to_vec());
        let files = files.with(Path::new("/etc/rsyslog.d/a.conf"), drop_in);
        Config::read(files.read_by(Version::parse(version)), main)
    }

    fn too_new(config: &Config) -> Vec<&'static str> {
        let kinds = config.faults.iter().map(|fault| &fault.kind);
        kinds.filter_map(|kind| if let FaultKind::TooNew(what) = kind { Some(*what) } else { None }).collect()
    }

    /// The lines of all forwards, with what comes to them for sure and what can come to them.
    fn comes(config: &Config) -> Vec<(u32, String, String)> {
        let flow = config.local_flow(&Known::default());
        let forwards = config.forwards(&flow);
        forwards
            .iter()
            .map(|forward| (forward.span.line, forward.reach.sure.to_string(), forward.reach.may.to_string()))
            .collect()
    }

    #[test]
    fn include_and_enabled_are_known_since_8_33() {
        let text = "include(file=\"/etc/rsyslog.d/*.conf\")\n";
        assert_eq!(config("8.33.0", text).files.len(), 2);
        let old = config("8.24.0-57.el7_9.3", text);
        assert_eq!((old.files.len(), too_new(&old)), (1, vec!["`include(…)`"]));
        // What is left of it are names of users and of a file.
        assert!(old.actions().iter().any(|action| matches!(action.sink, Sink::Users)));

        let text = "action(type=\"omfwd\" target=\"h\" config.enabled=\"off\")\n";
        assert_eq!(comes(&config("8.2302.0", text))[0].2, "*.none");
        let old = config("8.24.0", text);
        assert_eq!(too_new(&old), ["`config.enabled`"]);
        assert_eq!(comes(&old)[0].1, "*.*");
    }

    #[test]
    fn backticks_are_known_since_8_33_and_endswith_since_8_2508() {
        let text = "action(type=\"omfwd\" target=`echo h`)\n";
        assert_eq!(comes(&config("8.2302.0", text)).len(), 1);
        assert!(too_new(&config("8.24.0", text)).contains(&"a text in backticks"));

        let text = "if $programname endswith 'x' then @h\n*.* @behind\n";
        let new = config("8.2508.0", text);
        assert!(new.is_complete);
        assert_eq!(comes(&new).len(), 2);
        let old = config("8.2302.0", text);
        assert_eq!(too_new(&old), ["`endswith`"]);
        assert_eq!((old.is_complete, comes(&old)), (false, vec![]));
    }

    #[test]
    fn blocks_of_programs_and_hosts_end_with_7_1_1() {
        let text =
            "*.* @all\n!cron\n*.* @cron\n+web\n*.* @both\n!*\n*.* @web\n+*\n*.* @end\n!-cron\n*.* @not\n";
        let is_block = |fault: &FaultKind| matches!(fault, FaultKind::BsdBlock);
        let new = config("8.2302.0", text);
        assert_eq!(new.faults.iter().filter(|fault| is_block(&fault.kind)).count(), 5);
        assert!(comes(&new).iter().all(|(_, sure, _)| sure == "*.*"), "{:?}", comes(&new));

        let old = config("5.8.10", text);
        assert!(old.faults.is_empty(), "{:?}", old.faults);
        let sure: Vec<_> =
            comes(&old).into_iter().map(|(line, sure, may)| (line, sure == "*.*", may)).collect();
        let all = "*.*".to_owned();
        let expected = [1, 3, 5, 7, 9, 11].map(|line| (line, matches!(line, 1 | 9), all.clone()));
        assert_eq!(sure, expected);
        let known = Known([("programname".to_owned(), b"cron".to_vec())].into());
        let flow = old.local_flow(&known);
        let cron: Vec<_> =
            old.forwards(&flow).iter().map(|forward| forward.reach.sure.to_string() == "*.*").collect();
        assert_eq!(cron, [true, true, false, false, true, false]);
    }

    #[test]
    fn comments_join_nothing_before_6() {
        let text = "# old \\\n*.* @h\nmail.* \\\n\n# between\n   @mail\n";
        let old = config("5.8.10", text);
        assert!(old.faults.is_empty(), "{:?}", old.faults);
        assert_eq!(comes(&old).iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [2, 6]);
        let new = config("8.2302.0", text);
        assert!(new.faults.iter().any(|fault| fault.kind == FaultKind::SwallowedLine));
    }
}
