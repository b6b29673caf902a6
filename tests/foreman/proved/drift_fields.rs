//! The bounds of a drift report, field by field: what is just inside is taken, what is just outside is named.

use serde_json::{Value, json};

use super::drift_report;
use crate::standin::drift_schema::check;
use crate::standin::time::Instant;

/// Checks a whole report in which the value at this pointer is replaced.
fn with(pointer: &str, value: Value) -> Result<(), String> {
    let mut report = drift_report("web17.example.com", 0)["drift_report"].clone();
    *report.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    check(&report, Instant::now()).map(drop).map_err(|refused| refused.field)
}

/// Asserts that this value is taken.
fn taken(pointer: &str, value: Value) {
    assert_eq!(with(pointer, value.clone()), Ok(()), "{pointer} = {value}");
}

/// Asserts that this value is refused, by the name of its field.
fn refused(pointer: &str, value: Value) {
    let mut field = String::new();
    for step in pointer.split('/').skip(1) {
        match step.parse::<usize>() {
            Ok(index) => field.push_str(&format!("[{index}]")),
            Err(_) if field.is_empty() => field.push_str(step),
            Err(_) => field.push_str(&format!(".{step}")),
        }
    }
    assert_eq!(with(pointer, value.clone()), Err(field), "{pointer} = {value}");
}

/// Texts with the least and the most characters, and whether they may have lines.
const TEXTS: [(&str, usize, usize, bool); 10] = [
    ("/version", 1, 32, false),
    ("/findings/1/resource", 1, 255, false),
    ("/findings/1/message", 0, 1024, false),
    ("/findings/1/diff", 0, 8192, true),
    ("/findings/1/changes/0/property", 1, 64, false),
    ("/findings/1/changes/0/is", 0, 1024, false),
    ("/findings/1/changes/0/should", 0, 1024, false),
    ("/findings/1/evidence/0/file", 1, 1024, false),
    ("/findings/1/evidence/0/text", 0, 1024, false),
    ("/findings/1/evidence/0/effect", 0, 255, false),
];

#[test]
fn texts_have_their_bounds_in_characters() {
    for (pointer, least, most, _) in TEXTS {
        taken(pointer, json!("é".repeat(least)));
        taken(pointer, json!("é".repeat(most)));
        refused(pointer, json!("é".repeat(most + 1)));
        if least > 0 {
            refused(pointer, json!(""));
        }
        refused(pointer, json!(7));
        refused(pointer, json!(["x"]));
    }
}

#[test]
fn no_text_has_control_characters_but_a_diff_its_lines() {
    for (pointer, _, _, lines) in TEXTS {
        for control in ["\0", "\u{7}", "\u{1b}[0m", "\r", "\u{85}", "\u{7f}"] {
            refused(pointer, json!(format!("a{control}b")));
        }
        for control in ["\n", "\t"] {
            let text = json!(format!("a{control}b"));
            if lines { taken(pointer, text) } else { refused(pointer, text) }
        }
    }
}

#[test]
fn only_what_is_and_the_number_of_a_line_may_be_null() {
    taken("/findings/1/changes/0/is", Value::Null);
    taken("/findings/1/evidence/0/line", Value::Null);
    for (pointer, ..) in TEXTS.iter().filter(|(pointer, ..)| !pointer.ends_with("/is")) {
        refused(pointer, Value::Null);
    }
    for pointer in
        ["/schema", "/host", "/reported_at", "/mode", "/policy", "/checked", "/findings", "/omitted"]
    {
        refused(pointer, Value::Null);
    }
}

#[test]
fn every_field_has_to_be_there_and_others_do_not_matter() {
    let whole = drift_report("web17.example.com", 0)["drift_report"].clone();
    let fields = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (holder, at) in [
        ("", ""),
        ("/findings/1", "findings[1]."),
        ("/findings/1/changes/0", "findings[1].changes[0]."),
        ("/findings/1/evidence/0", "findings[1].evidence[0]."),
    ] {
        for field in fields(whole.pointer(holder).unwrap()) {
            let mut report = whole.clone();
            report.pointer_mut(holder).unwrap().as_object_mut().unwrap().remove(&field);
            let refused = check(&report, Instant::now()).expect_err(&field);
            assert_eq!(refused.field, format!("{at}{field}"));
        }
        let mut report = whole.clone();
        report.pointer_mut(holder).unwrap()["of_a_newer_client"] = json!({ "a": 1 });
        assert!(check(&report, Instant::now()).is_ok());
    }
}

#[test]
fn the_schema_is_1() {
    for value in [json!(0), json!(2), json!("1"), json!(1.5)] {
        refused("/schema", value);
    }
}

#[test]
fn a_host_is_a_certname_in_lower_case() {
    taken("/host", json!("a_b-c.7"));
    taken("/host", json!("x".repeat(255)));
    for value in
        [json!(""), json!("x".repeat(256)), json!("Web"), json!("web 1"), json!("wéb"), json!("web\n")]
    {
        refused("/host", value);
    }
}

#[test]
fn a_time_is_in_utc_to_the_microsecond_and_neither_far_ahead_nor_ancient() {
    let now = Instant::now();
    let day = 24 * 3_600;
    for seconds in [day - 60, -30 * day + 60] {
        taken("/reported_at", json!(now.plus(seconds).in_iso()));
    }
    for seconds in [day + 60, -30 * day - 60] {
        refused("/reported_at", json!(now.plus(seconds).in_iso()));
    }
    let now = now.in_iso();
    for bad in [
        now.replace('Z', ""),
        now.replace('Z', "+00:00"),
        now.replace('T', " "),
        format!("{}Z", &now[..19]),
        format!("{}Z", &now[..23]),
        "2026-02-30T10:00:00.000000Z".to_owned(),
        "now".to_owned(),
    ] {
        refused("/reported_at", json!(bad));
    }
}

#[test]
fn modes_policies_and_states_are_words_of_the_protocol() {
    for (pointer, words) in [
        ("/mode", &["check", "apply"][..]),
        ("/policy", &["file", "stdin", "snapshot", "catalog", "default"]),
        ("/findings/1/state", &["failed", "drifted", "corrected", "finding"]),
    ] {
        for word in words {
            taken(pointer, json!(word));
        }
        for bad in [json!("noop"), json!("Check"), json!(""), json!(1)] {
            refused(pointer, bad);
        }
    }
}

#[test]
fn counts_are_whole_numbers_that_add_up() {
    for name in ["/in_sync", "/drifted", "/corrected", "/failed", "/checked", "/omitted"] {
        for bad in [json!(-1), json!(1_000_001), json!("1"), json!(1.5), json!(true)] {
            refused(name, bad);
        }
    }
    taken("/omitted", json!(1_000_000));
    taken("/findings/1/evidence/0/line", json!(2_147_483_647));
    refused("/findings/1/evidence/0/line", json!(-1));
    assert_eq!(with("/drifted", json!(3)), Err("checked".to_owned()));
    refused("/checked", json!(30));
}

#[test]
fn lists_have_at_most_so_many_elements() {
    let whole = drift_report("web17.example.com", 0)["drift_report"].clone();
    for (pointer, most) in [("/findings", 50), ("/findings/1/changes", 20), ("/findings/1/evidence", 10)] {
        let element = whole.pointer(pointer).unwrap().as_array().unwrap().last().unwrap().clone();
        taken(pointer, json!(vec![element.clone(); most]));
        taken(pointer, json!([]));
        refused(pointer, json!(vec![element; most + 1]));
        refused(pointer, json!({}));
    }
}

#[test]
fn findings_come_in_the_order_failed_drifted_corrected_finding() {
    assert_eq!(with("/findings/0/state", json!("finding")), Err("findings[1].state".to_owned()));
}

#[test]
fn what_is_no_object_where_one_belongs_is_refused_by_its_first_field() {
    assert_eq!(with("/findings/1", json!("x")), Err("findings[1].resource".to_owned()));
    assert_eq!(with("/findings/1/changes/0", json!([])), Err("findings[1].changes[0].property".to_owned()));
}
