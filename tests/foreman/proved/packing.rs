//! Six counters in one integer.

use serde_json::{Value, json};

use super::{CONFIG, report_with};
use crate::raw::Ask;
use crate::standin::Standin;
use crate::standin::packing::COUNTERS;
use crate::standin::settings::Settings;

/// What is stored of a status, and what the API tells of it.
fn stored(status: Value) -> (i64, Value) {
    let foreman = Standin::plain(Settings::default());
    let answer = Ask::post(CONFIG, &report_with("status", status)).admin().of(&foreman).is(201);
    let packed = foreman.store().reports[0].status.0;
    (packed, answer["status"].clone())
}

#[test]
fn each_counter_has_ten_bits_the_first_the_lowest() {
    let measured = [1, 1_024, 1_048_576, 1_073_741_824, 1_099_511_627_776, 1_125_899_906_842_624];
    for (counter, packed) in COUNTERS.iter().zip(measured) {
        assert_eq!(stored(json!({ *counter: 1 })).0, packed, "{counter}");
    }
}

#[test]
fn what_is_stored_is_read_back_counter_by_counter() {
    let status = json!({ "applied": 1, "restarted": 2, "failed": 3, "failed_restarts": 4, "skipped": 5, "pending": 6 });
    assert_eq!(stored(status.clone()).1, status);
}

#[test]
fn more_than_1023_is_1023_and_spills_into_no_other_counter() {
    let (_, told) = stored(json!({ "skipped": 1_024, "pending": 2_000, "failed": 1_023 }));
    let clamped = json!({ "applied": 0, "restarted": 0, "failed": 1_023, "failed_restarts": 0, "skipped": 1_023,
        "pending": 1_023 });
    assert_eq!(told, clamped);
}

#[test]
fn a_part_of_the_counters_texts_and_null_are_numbers_as_ruby_sees_them() {
    let (_, told) = stored(json!({ "applied": "7 of 9", "pending": null, "failed": "none", "skipped": 2.9 }));
    assert_eq!(
        (&told["applied"], &told["pending"], &told["failed"], &told["skipped"]),
        (&json!(7), &json!(0), &json!(0), &json!(2))
    );
    assert_eq!(stored(Value::Null).0, 0);
}

#[test]
fn a_count_below_zero_is_500() {
    let foreman = Standin::plain(Settings::default());
    let answer =
        Ask::post(CONFIG, &report_with("status", json!({ "pending": -1 }))).admin().of(&foreman).is(500);
    assert!(answer["error"]["message"].as_str().unwrap().contains("out of range"), "{answer}");
    assert!(foreman.store().reports.is_empty());
}
