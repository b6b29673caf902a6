//! What is not documented is not finished.

use crate::said::standfast;

/// The page of a kind: that of the family that its name begins with.
fn page(kind: &str) -> String {
    let family = kind.split('_').next().unwrap();
    let path = format!("{}/docs/{family}.md", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_reference_names_every_kind_attribute_and_default() {
    let output = standfast(&["schema"]).output().unwrap();
    let kinds: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for kind in kinds.as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        let page = page(name);
        let heading = format!("\n## `{name}`");
        let (_, rest) = page.split_once(&heading).unwrap_or_else(|| panic!("{name} has no section"));
        let reference = rest.split("\n## `").next().unwrap();
        for attribute in kind["attributes"].as_array().unwrap() {
            let name = attribute["name"].as_str().unwrap();
            let row = reference.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("{name} is not in the reference"));
            if let Some(default) = attribute["default"].as_str() {
                assert!(row.contains(&format!("`{default}`")), "{name}: {default} is not in {row}");
            }
            for word in attribute["value"]["of"].as_array().into_iter().flatten() {
                let word = word.as_str().unwrap();
                assert!(reference.contains(&format!("`{word}`")), "{name}: {word} is not in the reference");
            }
        }
    }
}

#[test]
fn the_reference_names_every_finding() {
    let reference = include_str!("../../docs/limits.md");
    let source = include_str!("../../providers/src/limits/findings.rs");
    let codes = ["bare-number", "unknown-user", "unknown-group", "no-ranges", "bad-range", "empty-range"]
        .into_iter()
        .chain(["invalid-line", "unknown-type", "unknown-item", "bad-value", "percent-without-maxlogins"])
        .chain(["misread-value", "above-nr-open", "byte-order-mark", "missing-file", "dangling-link"])
        .chain(["not-looked-up", "not-loaded"]);
    for code in codes {
        assert!(source.contains(&format!("\"{code}\"")), "{code} is no finding any more");
        assert!(reference.contains(&format!("`{code}`")), "{code} is not in the reference");
    }
}

#[test]
fn the_page_of_the_probe_names_every_word_that_it_says_and_the_bounds_that_it_keeps() {
    let page = include_str!("../../docs/probe.md");
    let sources = [
        include_str!("../../facts/src/probe/mod.rs"),
        include_str!("../../facts/src/probe/measure.rs"),
        include_str!("../../facts/src/probe/ntp/mod.rs"),
        include_str!("../../facts/src/probe/snmp/mod.rs"),
    ];
    // The words are what the functions `word` give: `Self::Closed => "closed",`.
    let arms = sources.iter().flat_map(|source| source.lines()).filter_map(|line| line.split_once("=> \""));
    let words: Vec<&str> = arms.filter_map(|(_, rest)| rest.strip_suffix("\",")).collect();
    assert!(words.len() > 30, "{words:?}");
    for word in words {
        assert!(page.contains(&format!("`{word}`")), "{word} is not on the page");
    }
    for field in ["open", "took_ms", "vantage", "source", "control", "presence", "error", "monlist_clients"]
        .into_iter()
        .chain(["version", "command_port", "communities", "requests", "request_bytes", "reply_bytes"])
        .chain(["reply_packets", "factor", "wire_factor", "end"])
    {
        assert!(page.contains(&format!("`{field}`")), "{field} is not on the page");
    }
    for bound in ["512 packets", "1 MiB", "three times", "10 ms", "20 ms", "64 addresses"] {
        assert!(page.contains(bound), "{bound} is not on the page");
    }
}

#[test]
fn the_reference_of_ntp_names_every_finding_and_no_other() {
    let reference = include_str!("../../docs/ntp.md");
    let source = concat!(
        include_str!("../../providers/src/ntp/findings.rs"),
        include_str!("../../providers/src/ntp/dhcp.rs")
    );
    let (_, table) = reference.split_once("\n## Findings\n").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let codes: Vec<&str> =
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
    assert!(codes.len() >= 21, "{codes:?}");
    for code in &codes {
        assert!(source.contains(&format!("\"{code}\"")), "{code} is no finding any more");
    }
    // A code is the only text in quotes that is made of words with hyphens.
    let quoted = source.split('"').skip(1).step_by(2);
    let is_code = |text: &&str| {
        text.contains('-')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    for code in quoted.filter(is_code).filter(|code| !code.starts_with('-')) {
        assert!(codes.contains(&code), "{code} is not in the reference");
    }
}

#[test]
fn the_reference_of_rsyslog_names_every_finding_and_no_other() {
    let reference = include_str!("../../docs/rsyslog.md");
    let folder = format!("{}/providers/src/rsyslog", env!("CARGO_MANIFEST_DIR"));
    let mut source = std::fs::read_to_string(format!("{folder}/findings.rs")).unwrap();
    for file in ["files", "forwards", "lines", "queues", "tls", "whole"] {
        source.push_str(&std::fs::read_to_string(format!("{folder}/lints/{file}.rs")).unwrap());
    }
    let (_, table) = reference.split_once("\n## Findings\n").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let codes: Vec<&str> =
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
    assert!(codes.len() >= 55, "{codes:?}");
    for code in &codes {
        assert!(source.contains(&format!("\"{code}\"")), "{code} is no finding any more");
    }
    let quoted = source.split('"').skip(1).step_by(2);
    let is_code = |text: &&str| {
        text.contains('-')
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    for code in quoted.filter(is_code) {
        assert!(codes.contains(&code), "{code} is not in the reference");
    }
}

#[test]
fn the_page_of_serve_names_every_ask_and_every_field() {
    let page = include_str!("../../docs/serve.md");
    let asks = include_str!("../../src/serve/ask.rs");
    for ask in ["hello", "declare", "observe", "apply", "list", "end"] {
        assert!(asks.contains(&format!("\"{ask}\" =>")), "{ask} is no ask any more");
        assert!(page.contains(&format!("\n| `{ask}` |")), "{ask} is not on the page");
    }
    // Fields are lines of structs: `    title: String,`, `    pub(super) title: String,`.
    let answers = include_str!("../../src/serve/answer.rs");
    let fields = asks.lines().chain(answers.lines()).filter_map(|line| {
        let (name, rest) = line.trim_start().split_once(": ")?;
        let name = name.rsplit(' ').next()?;
        // Fields of errors are deeper.
        let is_field = line.starts_with("    ")
            && !line.contains("&'static")
            && rest.ends_with(',')
            && !rest.contains(['(', '{', '"']);
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_field && is_name).then_some(if name == "kind" { "type" } else { name })
    });
    let fields: std::collections::BTreeSet<_> = fields.collect();
    assert!(fields.len() >= 22, "{fields:?}");
    for field in fields {
        assert!(page.contains(&format!("`{field}`")), "{field} is not on the page");
    }
}

/// The code of a finding in a line of a source: the first text of a tuple.
fn code(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once('"')?;
    let (code, after) = rest.split_once('"')?;
    let is_first = before.trim_start().is_empty() || before.ends_with('(');
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (is_first && after.starts_with(',') && is_code).then_some(code)
}

#[test]
fn the_page_of_snmp_names_every_finding_and_every_part_of_the_fact() {
    let page = include_str!("../../docs/snmp.md");
    let sources = [
        include_str!("../../providers/src/snmp/findings.rs"),
        include_str!("../../providers/src/snmp/findings_lines.rs"),
        include_str!("../../providers/src/snmp/findings_users.rs"),
    ];
    let codes: std::collections::BTreeSet<&str> =
        sources.iter().flat_map(|source| source.lines()).filter_map(code).collect();
    // Those of the kinds, which say them by what a resource wants.
    let codes: std::collections::BTreeSet<&str> =
        codes.into_iter().chain(["weak-community", "write-community", "any-source", "file-mode"]).collect();
    assert!(codes.len() > 35, "{codes:?}");
    for code in codes {
        assert!(page.contains(&format!("`{code}`")), "{code} is not on the page");
    }
    let fact = standfast(&["facts"]).output().unwrap();
    let fact: serde_json::Value = serde_json::from_slice(&fact.stdout).unwrap();
    for part in fact["standfast"]["snmp"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{part}`")), "{part} is not on the page");
    }
}

/// The settings of reports: the first column of the contract's table, and the first literal of its last.
fn report_settings() -> Vec<(&'static str, Option<&'static str>)> {
    let contract = include_str!("../../foreman-plugin/PROTOCOL.md");
    let (_, table) = contract.split_once("## Settings of the client").unwrap();
    let mut settings = Vec::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        let names = cells[0].split(',').map(|name| name.trim().trim_matches('`'));
        let defaults = cells[cells.len() - 1].split('`').skip(1).step_by(2);
        let literal =
            |text: &&str| text.chars().next().is_some_and(|c| c.is_ascii_digit()) || *text == "false";
        let mut defaults = defaults.filter(literal);
        settings.extend(names.map(|name| (name, defaults.next())));
    }
    assert_eq!(settings.len(), 16, "{settings:?}");
    settings
}

#[test]
fn the_page_of_foreman_and_the_example_have_every_setting_with_its_default() {
    let page = include_str!("../../docs/foreman.md");
    let example = include_str!("../../docs/standfast.conf");
    let (_, example) = example.split_once("\n[report]\n").unwrap();
    for (name, default) in report_settings() {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not on the page"));
        let line = example.lines().find(|line| line.starts_with(&format!("#{name} =")));
        let line = line.unwrap_or_else(|| panic!("{name} is not in the example"));
        if let Some(default) = default {
            assert!(row.contains(&format!("`{default}`")), "{name}: {default} is not in {row}");
            assert_eq!(line, format!("#{name} = {default}"));
        } else {
            assert_eq!(line, format!("#{name} ="));
        }
    }
}

#[test]
fn the_page_of_foreman_names_every_flag_of_a_report() {
    let page = include_str!("../../docs/foreman.md");
    let help = String::from_utf8(standfast(&["report", "--help"]).output().unwrap().stdout).unwrap();
    // What is said of a flag stands further to the right, and may begin with the flag of another program.
    let flags: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("      --")).collect();
    assert!(flags.len() > 15, "{help}");
    // Those that are of each check are not of this page.
    let others = ["policy", "catalog", "root", "probe", "format", "color"];
    for flag in flags {
        let name = flag.split([' ', '=', '[']).next().unwrap();
        let is_told = page.contains(&format!("`--{name}`")) || page.contains(&format!("--{name} "));
        assert!(
            is_told || page.contains(&format!("--{name}`")) || others.contains(&name),
            "--{name} is not on the page"
        );
    }
}
