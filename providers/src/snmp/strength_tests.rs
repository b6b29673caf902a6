//! Tests of what communities are refused, and why.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::{
    DEFAULT_COMMUNITIES, HostNames, LEAST_LENGTH, LOG2, Strength, WORDS, Weakness, bits_a_byte, is_word,
};

fn strength(least: usize) -> Strength {
    Strength::new(least, HostNames::from_names(["web01.prod.kiwi-farm.example"]))
}

fn weakness(community: &str) -> Option<Weakness> {
    strength(LEAST_LENGTH).weakness(community.as_bytes())
}

#[test]
fn the_bits_of_a_byte_are_those_of_the_mathematicians() {
    for (number, bits) in (0_u32..).zip(LOG2).skip(1) {
        assert!((bits - f64::from(number).log2()).abs() <= 4.0 * f64::EPSILON, "{number}");
    }
    assert_eq!((LOG2[2], LOG2[16], LOG2[64]), (1.0, 4.0, 6.0));
    // The largest alphabet that a text can have.
    assert_eq!(bits_a_byte("aA0! é".as_bytes()), LOG2[111]);
}

#[test]
fn the_word_list_is_sorted_lower_case_and_without_twins() {
    let words: Vec<_> = WORDS.lines().collect();
    assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "sorted in byte order, no twins");
    assert!(words.len() > 1000);
    for word in words {
        assert_eq!(word, word.to_ascii_lowercase());
        assert!(is_word(word.as_bytes()), "{word} is not found");
        assert_eq!(strength(16).longest_word(word.as_bytes()).unwrap_or(0) >= 4, word.len() >= 4, "{word}");
    }
}

#[test]
fn what_is_not_in_the_word_list_is_not_found() {
    for text in ["", "\n", "publi", "publicc", "public\nprivate", "zzzzzzz", "~", " "] {
        assert!(!is_word(text.as_bytes()), "{text}");
    }
}

#[test]
fn a_default_community_is_told_as_such_in_any_case() {
    for community in DEFAULT_COMMUNITIES {
        assert_eq!(weakness(community), Some(Weakness::Default));
        assert_eq!(weakness(&community.to_uppercase()), Some(Weakness::Default));
    }
}

#[test]
fn a_word_stays_a_word_with_digits_signs_and_an_at_number_around_it() {
    for community in [
        "zabbix",
        "Zabbix",
        "public@1",
        "private2024",
        "PUBLIC123",
        "nagios!",
        "_cacti_",
        "1public",
        "ILMI",
        "NoGaH$@!",
        "cable-docsis",
        "0",
        "1234",
        "changemero",
        "MyCommunity",
    ] {
        assert_eq!(weakness(community), Some(Weakness::Word), "{community}");
    }
}

#[test]
fn a_word_with_digits_for_letters_stays_a_word() {
    for community in ["publ1c", "pr1vat3", "P@ssw0rd", "adm1n", "z4bb1x", "c1sc0", "$ecret", "m0nit0r1ng99"] {
        assert_eq!(weakness(community), Some(Weakness::Word), "{community}");
    }
}

#[test]
fn a_name_of_the_host_or_its_domain_is_refused() {
    for community in ["web01.prod.kiwi-farm.example", "WEB01", "kiwi-farm", "kiwi", "farm2024", "kiwi-farm@7"]
    {
        assert_eq!(weakness(community), Some(Weakness::HostName), "{community}");
    }
}

#[test]
fn a_short_community_is_refused_however_random() {
    assert_eq!(weakness("hT7-kq9.Vx2_mB4"), Some(Weakness::Short { least: 16 }));
    assert_eq!(weakness("hT7-kq9.Vx2_mB4z"), None);
    assert_eq!(strength(12).weakness(b"hT7-kq9.Vx2_"), None);
    assert_eq!(strength(24).weakness(b"hT7-kq9.Vx2_mB4z"), Some(Weakness::Short { least: 24 }));
    assert_eq!(weakness(""), Some(Weakness::Empty));
}

#[test]
fn length_does_not_help_what_is_made_of_words_rows_and_repetitions() {
    for community in [
        "publicpublicpublicpublic",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababababab",
        "12345678901234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "web01-snmp-monitoring-public",
        "Cisco-Router-Password-Secret1",
        "correcthorsebatterystaple",
        "9472058316840275",
        "Kx9!Kx9!Kx9!Kx9!Kx9!Kx9!",
    ] {
        assert_eq!(weakness(community), Some(Weakness::Guessable { least: 64 }), "{community}");
    }
}

#[test]
fn no_reason_says_anything_of_the_community() {
    for weakness in [
        Weakness::Empty,
        Weakness::Default,
        Weakness::Word,
        Weakness::HostName,
        Weakness::Short { least: 16 },
        Weakness::Guessable { least: 64 },
    ] {
        let reason = weakness.to_string();
        assert!(reason.starts_with("it is") || reason.starts_with("what it is"), "{reason}");
        assert!(
            DEFAULT_COMMUNITIES.iter().all(|word| *word == "community" || !reason.contains(word)),
            "{reason}"
        );
    }
}

#[test]
fn the_names_of_the_host_come_from_hostname_and_resolv_conf() {
    let names = HostNames::from_files(
        "DB7.kiwi.example\n",
        "db7\n",
        "# search not.this\nnameserver 192.0.2.1\nsearch farm.example lab.test\n",
    );
    assert_eq!(
        names.0,
        ["db7", "db7.kiwi.example", "example", "farm", "farm.example", "kiwi", "lab", "lab.test", "test"]
    );
    assert!(HostNames::from_files("", "", "").0.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn twenty_random_letters_and_digits_are_strong_enough(community in "[A-Za-z0-9]{20}") {
        assert_eq!(weakness(&community), None);
    }

    #[test]
    fn any_bytes_are_judged(community in prop::collection::vec(any::<u8>(), 0..300), least in 0_usize..80) {
        let _ = strength(least).weakness(&community);
    }

    #[test]
    fn fewer_bytes_than_wanted_are_never_strong(community in prop::collection::vec(any::<u8>(), 0..16)) {
        assert!(strength(16).weakness(&community).is_some());
    }
}
