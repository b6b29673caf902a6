//! Which lines an ntpd reads, and in which order: each case was tried with ntpd 4.2.4p8, 4.2.6p5, 4.2.8p6 or NTPsec.

use std::path::{Path, PathBuf};

use super::super::files::{Base, ProblemKind};
use super::super::ntpd_files::read;
use super::super::semantics::{Configuration, Port, verdict};
use super::super::source::Source;
use super::super::version::Rules;
use super::tree::Tree;
use super::{hand, new, ntpsec, old};

const OPEN: &str = "unrestrict default noquery\n";
const CLOSE: &str = "restrict default noquery\nrestrict -6 default noquery\n";

/// Whether the internet may query, and what is wrong with the includes, with /etc/ntp.conf as the main file.
fn asked_at(rules: Rules, files: &[(&str, &str)], cwd: &str) -> (bool, Vec<ProblemKind>) {
    let tree = Tree::of(files);
    let base = Base { cwd: PathBuf::from(cwd), ..Base::default() };
    let closure = read(&Source::new(&tree.root()), Path::new("/etc/ntp.conf"), &base, &rules).unwrap();
    let configuration = Configuration::of(rules, closure.entries());
    let answers = verdict(&configuration, "192.0.2.1".parse().unwrap(), Port::Other).answers;
    (answers.is_query(), closure.problems.iter().map(|problem| problem.kind).collect())
}

fn asked(rules: Rules, files: &[(&str, &str)]) -> (bool, Vec<ProblemKind>) {
    asked_at(rules, files, "/")
}

#[test]
fn a_missing_main_file_leaves_the_reference_implementation_open_and_ntpsec_closed() {
    assert_eq!(asked(old(), &[]), (true, vec![]));
    assert_eq!(asked(ntpsec(), &[]), (false, vec![]));
}

#[test]
fn an_included_file_starts_from_the_working_directory_of_the_daemon() {
    let files = [("/etc/ntp.conf", "includefile more\n"), ("/var/more", CLOSE)];
    for rules in [hand(), old(), new()] {
        assert_eq!(asked_at(rules, &files, "/var"), (false, vec![]), "{rules}");
        assert_eq!(asked_at(rules, &files, "/"), (true, vec![ProblemKind::Missing]), "{rules}");
    }
}

#[test]
fn in_ntpsec_an_included_file_starts_from_the_directory_of_the_file_that_includes() {
    let files = [("/etc/ntp.conf", "includefile d/i\n"), ("/etc/d/i", "includefile j\n"), ("/etc/d/j", OPEN)];
    assert_eq!(asked_at(ntpsec(), &files, "/var"), (true, vec![]));
}

#[test]
fn includes_are_followed_five_deep_and_no_deeper() {
    let nested = |depth: usize, last: &str| {
        let mut files = vec![("/etc/ntp.conf".to_owned(), "includefile /etc/1\n".to_owned())];
        files.extend((1..depth).map(|n| (format!("/etc/{n}"), format!("includefile /etc/{}\n", n + 1))));
        files.push((format!("/etc/{depth}"), last.to_owned()));
        files
    };
    let ask = |rules, files: Vec<(String, String)>| {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        asked(rules, &files)
    };
    for rules in [hand(), old(), new()] {
        assert_eq!(ask(rules, nested(5, CLOSE)), (false, vec![]), "{rules}");
        assert_eq!(ask(rules, nested(6, CLOSE)), (true, vec![ProblemKind::TooDeep]), "{rules}");
    }
    assert_eq!(ask(ntpsec(), nested(5, OPEN)), (true, vec![]));
    assert_eq!(ask(ntpsec(), nested(6, OPEN)), (false, vec![ProblemKind::TooDeep]));
}

#[test]
fn a_file_that_includes_itself_is_read_until_it_is_too_deep() {
    let text = format!("includefile /etc/ntp.conf\n{CLOSE}");
    assert_eq!(asked(old(), &[("/etc/ntp.conf", &text)]), (false, vec![ProblemKind::TooDeep]));
}

#[test]
fn a_directory_is_silently_read_as_nothing_by_the_reference_implementation() {
    let files = [("/etc/ntp.conf", "includefile /etc/d\n"), ("/etc/d/a.conf", CLOSE)];
    assert_eq!(asked(old(), &files), (true, vec![ProblemKind::Directory]));
}

#[test]
fn ntpsec_reads_the_conf_files_of_a_directory_and_no_others() {
    let main = ("/etc/ntp.conf", "includefile d\n");
    assert_eq!(asked(ntpsec(), &[main, ("/etc/d/a.conf", OPEN)]), (true, vec![]));
    assert_eq!(asked(ntpsec(), &[main, ("/etc/d/a.conf.bak", OPEN)]), (false, vec![ProblemKind::Missing]));
    assert_eq!(asked(ntpsec(), &[main, ("/etc/d/.a.conf", OPEN)]), (true, vec![]));
}

#[test]
fn ntp_d_is_beside_the_main_file_and_read_after_it() {
    let files = [("/etc/ntp.conf", CLOSE), ("/etc/ntp.d/a.conf", OPEN)];
    assert_eq!(asked(ntpsec(), &files), (true, vec![]));
    assert_eq!(asked(ntpsec(), &[("/etc/ntp.d/a.conf", OPEN)]), (true, vec![]));
    assert_eq!(
        asked(ntpsec(), &[("/etc/ntp.conf", ""), ("/etc/ntpsec/ntp.d/a.conf", OPEN)]),
        (false, vec![])
    );
    assert_eq!(
        asked(new(), &[("/etc/ntp.conf", CLOSE), ("/etc/ntp.d/a.conf", "restrict 192.0.2.1\n")]),
        (false, vec![])
    );
}

#[test]
fn of_the_files_in_ntp_d_the_last_name_is_read_first() {
    let close_first = [("/etc/ntp.conf", ""), ("/etc/ntp.d/a.conf", OPEN), ("/etc/ntp.d/b.conf", CLOSE)];
    assert_eq!(asked(ntpsec(), &close_first), (true, vec![]));
    let open_first = [("/etc/ntp.conf", ""), ("/etc/ntp.d/a.conf", CLOSE), ("/etc/ntp.d/b.conf", OPEN)];
    assert_eq!(asked(ntpsec(), &open_first), (false, vec![]));
}

#[test]
fn the_files_of_ntp_d_are_all_open_at_once_so_that_the_first_of_many_can_include_none() {
    let files = |count: usize| {
        let mut files = vec![
            ("/etc/ntp.conf".to_owned(), String::new()),
            ("/etc/ntp.d/z.conf".to_owned(), "includefile ../x\n".to_owned()),
            ("/etc/x".to_owned(), OPEN.to_owned()),
        ];
        files.extend((1..count).map(|n| (format!("/etc/ntp.d/{n}.conf"), String::new())));
        files
    };
    for (count, is_read) in [(4, true), (5, false)] {
        let files = files(count);
        // An empty main file counts too.
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(asked(ntpsec(), &files).0, is_read, "{count}");
    }
}

#[test]
fn words_behind_an_included_file_lose_its_first_line() {
    let files = [("/etc/ntp.conf", "includefile /etc/i junk\n"), ("/etc/i", CLOSE)];
    assert_eq!(asked(old(), &files), (true, vec![ProblemKind::FirstLineLost]));
    assert_eq!(asked(hand(), &files), (false, vec![]));
    let files =
        [("/etc/ntp.conf", "includefile /etc/i junk\n"), ("/etc/i", "# c\nrestrict default noquery\n")];
    assert!(!asked(old(), &files).0);
}

#[test]
fn end_in_the_main_file_ends_it_and_not_ntp_d() {
    let files = [("/etc/ntp.conf", "end\nrestrict default\n"), ("/etc/ntp.d/a.conf", OPEN)];
    assert_eq!(asked(ntpsec(), &files), (true, vec![]));
    let files = [("/etc/ntp.d/z.conf", "end\n"), ("/etc/ntp.d/a.conf", OPEN), ("/etc/ntp.conf", "")];
    assert_eq!(asked(ntpsec(), &files), (false, vec![]));
    assert_eq!(asked(old(), &[("/etc/ntp.conf", "end\nrestrict default noquery\n")]), (true, vec![]));
}

#[test]
fn behind_a_nul_ntpsec_reads_on_only_after_ntp_d() {
    let main = ("/etc/ntp.conf", "\0\nunrestrict default noquery\n");
    assert_eq!(asked(ntpsec(), &[main]), (false, vec![]));
    assert_eq!(asked(ntpsec(), &[main, ("/etc/ntp.d/a.conf", "\n")]), (true, vec![]));
    assert_eq!(
        asked(
            old(),
            &[("/etc/ntp.conf", "includefile /etc/i\nrestrict default noquery\n"), ("/etc/i", "\0\n")]
        ),
        (true, vec![])
    );
}

#[test]
fn noquery_in_an_included_file_counts() {
    let files = [("/etc/ntp.conf", "includefile /etc/i\n"), ("/etc/i", CLOSE)];
    assert_eq!(asked(old(), &files), (false, vec![]));
}

#[test]
fn limited_in_an_included_file_turns_monitoring_on_again() {
    let tree = Tree::of(&[
        ("/etc/ntp.conf", "disable monitor\nincludefile /etc/i\n"),
        ("/etc/i", "restrict 10.0.0.1 limited\n"),
    ]);
    let closure =
        read(&Source::new(&tree.root()), Path::new("/etc/ntp.conf"), &Base::default(), &old()).unwrap();
    let configuration = Configuration::of(old(), closure.entries());
    let line = configuration.limited().unwrap().unwrap();
    assert_eq!(closure.place(line).to_string(), "/etc/i:1");
}

#[test]
fn a_daemon_below_another_root_directory_reads_its_files_there() {
    let tree = Tree::of(&[("/jail/etc/ntp.conf", "includefile /etc/i\n"), ("/jail/etc/i", CLOSE)]);
    let base = Base { cwd: PathBuf::from("/"), root: PathBuf::from("/jail") };
    let closure = read(&Source::new(&tree.root()), Path::new("/etc/ntp.conf"), &base, &old()).unwrap();
    assert_eq!(closure.main(), Path::new("/jail/etc/ntp.conf"));
    assert_eq!(closure.lines.len(), 3);
}

#[test]
fn files_that_include_each_other_without_end_are_an_error() {
    let text = "includefile /etc/ntp.conf\n".repeat(100);
    let tree = Tree::of(&[("/etc/ntp.conf", &text)]);
    let error =
        read(&Source::new(&tree.root()), Path::new("/etc/ntp.conf"), &Base::default(), &old()).unwrap_err();
    assert!(error.to_string().contains("/etc/ntp.conf: includes more than"), "{error}");
}
