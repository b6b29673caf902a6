use super::*;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// What net-snmp 5.9.3 answers under `rocommunity public`: (version, a reply to request 0x01020304).
fn response(version: u8, status: u8, value: &str) -> Vec<u8> {
    let binding = [hex("06082b06010201010100"), hex(value)].concat();
    let bindings = wrap(SEQUENCE, &[&wrap(SEQUENCE, &[&binding])]);
    let pdu = [&hex("020401020304")[..], &[2, 1, status], &hex("020101"), &bindings].concat();
    wrap(SEQUENCE, &[&[2, 1, version], b"\x04\x06public", &wrap(RESPONSE, &[&pdu])])
}

fn sight_of(datagram: &[u8]) -> Option<Sight> {
    match read(datagram)? {
        Reply::Community { community: b"public", id: 0x0102_0304, sight, .. } => Some(sight),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_get_is_the_40_bytes_that_were_recorded() {
    let recorded = "30 26 02 01 00 04 06 70 75 62 6c 69 63 a0 19 02 01 01 02 01 00 02 01 00 \
                    30 0e 30 0c 06 08 2b 06 01 02 01 01 01 00 05 00";
    assert_eq!(get(Version::V1, b"public", 1), hex(recorded));
    assert_eq!(get(Version::V2c, b"public", 1), hex(&recorded.replacen("02 01 00", "02 01 01", 1)));
    assert_eq!(get(Version::V2c, b"public", 0x1234_5678).len(), 43);
}

#[test]
fn a_getbulk_has_no_non_repeaters_and_2250_repetitions() {
    let bytes = get_bulk(b"public", 1, Walk::Mib2);
    assert_eq!(
        bytes,
        hex("3024 020101 04067075626c6963 a517 020101 020100 020208ca 300b 3009 06052b06010201 0500")
    );
    assert_eq!(get_bulk(b"public", 1, Walk::InstalledName).len(), 43);
}

#[test]
fn a_discovery_with_numbers_of_one_byte_is_60_bytes_long_less_two_for_its_larger_message_size() {
    let bytes = discovery(0x1020_3040);
    assert_eq!(
        bytes,
        hex(
            "303e 020103 3011 020410203040 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 \
             3014 0400 0400 a00e 020410203040 020100 020100 3000"
        )
    );
}

#[test]
fn a_community_of_255_bytes_of_any_kind_stays_as_it_is() {
    let community: Vec<u8> = (0..=254).collect();
    let bytes = get(Version::V2c, &community, 1);
    let mut message = Reader::new(&bytes).inner(SEQUENCE).unwrap();
    assert_eq!(message.integer(), Some(1));
    assert_eq!(message.element(OCTETS), Some(&community[..]));
}

#[test]
fn a_value_is_seen_and_an_exception_or_nosuchname_is_a_view_that_hides() {
    assert_eq!(sight_of(&response(1, 0, "04054c696e7578")), Some(Sight::Seen));
    assert_eq!(sight_of(&response(1, 0, "8000")), Some(Sight::Hidden));
    assert_eq!(sight_of(&response(1, 0, "8100")), Some(Sight::Hidden));
    assert_eq!(sight_of(&response(1, 0, "8200")), Some(Sight::Hidden));
    assert_eq!(sight_of(&response(0, 2, "0500")), Some(Sight::Hidden));
    assert_eq!(sight_of(&response(1, 2, "0500")), Some(Sight::Error(2)));
    assert_eq!(sight_of(&response(1, 16, "0500")), Some(Sight::Error(16)));
}

#[test]
fn lengths_in_the_long_form_are_read() {
    let short = response(1, 0, "04054c696e7578");
    let body = short[2..].to_vec();
    let long = [&[0x30, 0x84, 0, 0, 0, body.len() as u8][..], &body].concat();
    assert_eq!(read(&long), read(&short));
    let text = wrap(OCTETS, &[&vec![b'x'; 60_000]]);
    let big = wrap(SEQUENCE, &[&wrap(SEQUENCE, &[&hex("06082b06010201010100"), &text])]);
    let pdu = wrap(RESPONSE, &[&number(7), &number(0), &number(0), &big]);
    let message = wrap(SEQUENCE, &[&number(1), b"\x04\x06public", &pdu]);
    assert!(matches!(read(&message), Some(Reply::Community { id: 7, sight: Sight::Seen, .. })));
}

#[test]
fn the_report_of_net_snmp_to_a_discovery_is_read() {
    // Recorded of net-snmp 5.9.3, 115 bytes, its engine ID changed.
    let recorded = "3071 020103 3011 020410203040 020300ffe3 040100 020103 0421 301f 0411 8000000000000000000000000000000000 \
                    020101 0201 05 0400 0400 0400 3036 0411 8000000000000000000000000000000000 0400 \
                    a81f 020410203040 020100 020100 3011 300f 060a 2b060106030f01010400 4101 01";
    assert_eq!(read(&hex(recorded)), Some(Reply::Agent { id: 0x1020_3040 }));
}

#[test]
fn what_is_no_answer_is_none() {
    let good = response(1, 0, "04054c696e7578");
    for end in 0..good.len() {
        assert_eq!(read(&good[..end]), None, "cut after {end}");
    }
    // Our own request, as an echo service would send it back.
    assert_eq!(read(&get(Version::V2c, b"public", 1)), None);
    assert_eq!(read(&discovery(1)), None);
    assert_eq!(read(&wrap(SEQUENCE, &[&number(2), &good])), None);
    assert_eq!(read(b""), None);
    let garbage_behind = [&good[..], b"\xff\xff\xff"].concat();
    assert_eq!(read(&garbage_behind), read(&good));
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn an_answer_with_any_few_bytes_changed_is_an_answer_or_none(
        version in 0u8..4,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = response(version, 0, "04054c696e7578");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }
}
