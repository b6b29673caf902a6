//! What is known of pam_limits, as rows that the real modules must confirm.

mod domains;
mod files;
mod lexis;
mod precedence;
mod root;
mod scenario;
mod values;

use super::client::{Oracle, Release};

/// One fact.
struct Fact {
    /// The releases that it holds for.
    on: &'static [Release],
    /// The fact as a sentence.
    says: &'static str,
    /// limits.conf, or directives and files (see [`scenario::case`]).
    given: &'static str,
    /// Who opens a session.
    user: &'static str,
    /// What must come of it (see [`scenario::contradiction`]).
    then: &'static str,
}

/// The columns of a table: on, says, given, user, then.
type Row = (&'static [Release], &'static str, &'static str, &'static str, &'static str);

const ALL: &[Release] = &[Release::Debian11, Release::Debian12, Release::Debian13];
const ONLY_11: &[Release] = &[Release::Debian11];
const UNTIL_12: &[Release] = &[Release::Debian11, Release::Debian12];
const FROM_12: &[Release] = &[Release::Debian12, Release::Debian13];
const FROM_13: &[Release] = &[Release::Debian13];

fn facts() -> impl Iterator<Item = Fact> {
    [domains::ROWS, lexis::ROWS, values::ROWS, values::LOGINS, precedence::ROWS, files::ROWS, root::ROWS]
        .into_iter()
        .flatten()
        .map(|&(on, says, given, user, then)| Fact { on, says, given, user, then })
}

#[test]
fn the_harness_answers_as_the_field_guide_says() {
    let mut contradictions = Vec::new();
    for release in Release::all() {
        let mut oracle = Oracle::start(release);
        for fact in facts().filter(|fact| fact.on.contains(&release)) {
            let case = scenario::case(&fact);
            let answer = oracle.ask(&case);
            if let Some(why) = scenario::contradiction(release, &fact, &case, &answer) {
                contradictions.push(format!("{release:?}: {}\n{why}\n{case:?}{answer:?}\n", fact.says));
            }
        }
    }
    assert!(contradictions.is_empty(), "{} facts fail:\n{}", contradictions.len(), contradictions.join("\n"));
}
