//! What is believed of ntp.conf and is not so, each asked of the real daemons: they, our evaluator and the table here
//! must agree on who may query. Everybody is also asked the time, which all of them get.
//!
//! What holds for NTPsec and for ntp.org's ntpd alike is asked of both.

mod bytes;
mod classic;
mod entries;
mod files;
mod lines;
mod listening;
mod monitor;
mod sources;
mod unrestrict;

use standfast_providers::ntp::semantics::{Answers, Port};

use super::case::Case;
use super::ntpd::{Make, Ntpd, Outcome};
use super::strangers::{Asker, askers};

/// The askers by the names that the tables use: two from far away, two from networks that have lines of their own.
const NAMED: [(&str, &str); 4] =
    [("far4", "198.51.100.7"), ("far6", "2001:db8:7::7"), ("near4", "10.9.8.7"), ("near6", "fd09::8:7")];

/// What is built into NTPsec is closed; this opens it, so that a line that is lost leaves the door open. ntp.org's ntpd
/// is open, and drops the line.
const OPENED: &str = "unrestrict default noquery limited\n";
/// This closes both.
const CLOSED: &str = "restrict default noquery\n";

const EVERYBODY: &str = "far4 far6 near4 near6";
const NOBODY: &str = "";

/// A private machine for the tables of one test.
struct Table {
    ntpd: Ntpd,
    askers: Vec<Asker>,
}

/// Has these facts of NTPsec and of ntp.org's ntpd.
fn both(test: &str, facts: impl Fn(&Table)) {
    for make in Make::BOTH {
        facts(&Table::of(make, test));
    }
}

impl Table {
    /// Facts of NTPsec.
    fn new(test: &str) -> Self {
        Self::of(Make::Ntpsec, test)
    }

    fn of(make: Make, test: &str) -> Self {
        let askers = askers(&NAMED.map(|(_, address)| address));
        Self { ntpd: Ntpd::new(make, test, &askers), askers }
    }

    fn is_ntpsec(&self) -> bool {
        self.ntpd.make == Make::Ntpsec
    }

    /// Those who may query are named in `open`; `:123` or `:other` behind a name means that port alone.
    fn holds(&self, case: &Case, open: &str) {
        let real = self.answers(case);
        let named: Vec<bool> = self.askers.iter().map(|asker| is_named(asker, open)).collect();
        let queried: Vec<bool> = real.iter().map(|answers| answers.mode6).collect();
        assert_eq!(queried, named, "the real daemon's answers, and who is named: {open:?}\n{case:?}");
        assert!(real.iter().all(|answers| answers.time && !answers.mode7), "{real:?}\n{case:?}");
    }

    /// Each line of the text is a configuration of its own after `before`.
    fn each(&self, before: &str, lines: &[&str], open: &str) {
        for line in lines {
            self.holds(&Case::new(format!("{before}{line}\n")), open);
        }
    }

    /// The daemon ends at its start, and ours says so.
    fn ends(&self, case: &Case) {
        assert_eq!(self.ntpd.real(case), Outcome::Ended, "the real daemon:\n{case:?}");
        assert_eq!(self.ntpd.ours(case), Outcome::Ended, "our evaluator:\n{case:?}");
    }

    /// What the real one answers, which ours must say too.
    fn answers(&self, case: &Case) -> Vec<Answers> {
        let real = self.ntpd.real(case);
        assert_eq!(self.ntpd.ours(case), real, "our evaluator, and the real daemon:\n{case:?}");
        match real {
            Outcome::Answers(answers) => answers,
            Outcome::Ended => panic!("the daemon has ended:\n{case:?}"),
        }
    }
}

fn is_named(asker: &Asker, open: &str) -> bool {
    let address = asker.address.to_string();
    let (name, _) = NAMED.into_iter().find(|(_, named)| **named == address).unwrap();
    open.split_whitespace().any(|word| match word.split_once(':') {
        None => word == name,
        Some((word, port)) => word == name && (port == "123") == (asker.port == Port::Ntp),
    })
}
