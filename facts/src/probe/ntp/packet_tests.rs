use super::*;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn the_requests_are_those_that_real_daemons_answered() {
    assert_eq!(private(Private::Monlist), hex("17 00 03 2a 00 00 00 00"));
    assert_eq!(private(Private::MonlistOld), hex("17 00 03 14 00 00 00 00"));
    assert_eq!(private(Private::Reslist), hex("17 00 03 10 00 00 00 00"));
    assert_eq!(private(Private::Sysinfo), hex("17 00 03 04 00 00 00 00"));
    let readvar = |version| control(Control::Readvar, version, 1, b"");
    assert_eq!(readvar(Version::Two), hex("16 02 00 01 00 00 00 00 00 00 00 00"));
    assert_eq!(readvar(Version::Four), hex("26 02 00 01 00 00 00 00 00 00 00 00"));
    let nonce = control(Control::Nonce, Version::Two, 0x0203, b"");
    assert_eq!(nonce, hex("16 0c 02 03 00 00 00 00 00 00 00 00"));
    assert_eq!(read_mru(Version::Four, 3, b"ab")[0], 0x26);
    let mru = read_mru(Version::Two, 3, b"0123456789abcdef01234567");
    assert_eq!(mru.len(), 52);
    assert_eq!(mru[..12], hex("16 0a 00 03 00 00 00 00 00 00 00 28")[..]);
    assert_eq!(&mru[12..], b"nonce=0123456789abcdef01234567, frags=32");
    let time = time(0x0102_0304_0506_0708);
    assert_eq!((time.len(), time[0]), (48, 0x23));
    assert_eq!(time[40..], hex("01 02 03 04 05 06 07 08")[..]);
    let tracking = tracking(0x0a0b_0c0d);
    assert_eq!(tracking.len(), 104);
    assert_eq!(tracking[..12], hex("06 01 00 00 00 21 00 00 0a 0b 0c 0d")[..]);
    assert!(tracking[12..].iter().all(|byte| *byte == 0));
}

#[test]
fn data_of_mode_6_is_padded_to_4_bytes_and_counted_without_the_padding() {
    assert_eq!(
        control(Control::ReadMru, Version::Two, 1, b"abcde")[8..],
        hex("0000 0005 6162636465 000000")[..]
    );
}

/// A list with one client, as ntpd 4.2.6p5 sent it: 8 bytes and an item of 72.
fn recorded_monlist() -> Vec<u8> {
    let mut packet = hex(
        "97 00 03 2a 00 01 00 48 00000004 00000004 00000000 00000001 0a090002 0a090001 00000001 8afd0304",
    );
    packet.resize(80, 0);
    packet
}

#[test]
fn the_recorded_monitor_list_is_read() {
    let reply = PrivateReply { request: 42, more: false, error: 0, items: 1 };
    assert_eq!(read(&recorded_monlist()), Some(Reply::Private(reply)));
    let mut more = recorded_monlist();
    more[0] = 0xd7;
    assert_eq!(read(&more), Some(Reply::Private(PrivateReply { more: true, ..reply })));
}

#[test]
fn error_4_is_no_data_and_its_items_are_none() {
    let reply = PrivateReply { request: 42, more: false, error: 4, items: 0 };
    assert_eq!(read(&hex("97 00 03 2a 40 00 00 00")), Some(Reply::Private(reply)));
    assert_eq!(read(&hex("97 00 03 2a 4f ff 00 00")), Some(Reply::Private(reply)));
}

#[test]
fn items_that_are_said_to_be_there_and_are_not_do_not_count() {
    let mut packet = recorded_monlist();
    packet[4..6].copy_from_slice(&[0x0f, 0xff]);
    assert!(matches!(read(&packet), Some(Reply::Private(PrivateReply { items: 1, .. }))));
    packet.truncate(79);
    assert!(matches!(read(&packet), Some(Reply::Private(PrivateReply { items: 0, .. }))));
    packet[6..8].copy_from_slice(&[0, 0]);
    assert!(matches!(read(&packet), Some(Reply::Private(PrivateReply { items: 0, .. }))));
}

#[test]
fn the_readvar_answer_of_ntpsec_is_read() {
    let text = b"leap=3, stratum=16, version=\"ntpd ntpsec-1.2.2\", a=\"1,2\"";
    let packet = [&hex("d6 82 00 01 c0 16 00 00 00 00 00")[..], &[text.len() as u8], text].concat();
    let Some(Reply::Control(reply)) = read(&packet) else { panic!("no answer") };
    assert_eq!((reply.operation, reply.sequence, reply.more, reply.error, reply.offset), (2, 1, false, 0, 0));
    assert_eq!(variable(reply.data, b"version"), Some(&b"ntpd ntpsec-1.2.2"[..]));
    assert_eq!(variable(reply.data, b"a"), Some(&b"1,2"[..]));
    assert_eq!(variable(reply.data, b"leap"), Some(&b"3"[..]));
    assert_eq!(variable(reply.data, b"2\""), None);
    assert_eq!(read(&packet[..packet.len() - 1]), None, "less data than it says");
}

#[test]
fn an_error_of_mode_6_has_its_number_in_the_high_byte_of_the_status() {
    let packet = hex("d6 cc 00 02 03 00 00 00 00 00 00 00");
    let Some(Reply::Control(reply)) = read(&packet) else { panic!("no answer") };
    assert_eq!((reply.operation, reply.error), (12, 3));
}

#[test]
fn a_nonce_that_could_smuggle_something_into_the_request_is_none() {
    assert_eq!(nonce(b"nonce=0123456789abcdef01234567\r\n"), Some(&b"0123456789abcdef01234567"[..]));
    assert_eq!(nonce(b"x=1, nonce=ab"), Some(&b"ab"[..]));
    assert_eq!(nonce(b"nonce=\"a b\""), None);
    assert_eq!(nonce(b"nonce="), None);
    assert_eq!(nonce(b"nonce"), None);
    assert_eq!(nonce(&[b"nonce=", &[b'a'; 65][..]].concat()), None);
}

#[test]
fn the_answer_of_a_time_server_is_known_by_its_origin() {
    let mut packet = vec![0; 48];
    packet[0] = 0xe4;
    packet[24..32].copy_from_slice(&7u64.to_be_bytes());
    assert_eq!(read(&packet), Some(Reply::Time { origin: 7 }));
    assert_eq!(read(&packet[..47]), None);
    assert_eq!(read(&time(7)), None, "an echo is no answer");
}

#[test]
fn the_tracking_answer_of_chrony_is_known_by_its_sequence() {
    // The first 28 bytes of what chrony 4.3 sent, with sequence 7.
    let mut packet = hex("06 02 00 00 0021 0005 0000 0000 0000 0000 00000007 00000000 00000000");
    assert!(is_tracking(&packet, 7));
    assert!(!is_tracking(&packet, 8));
    assert!(!is_tracking(&packet[..27], 7));
    packet[1] = 1;
    assert!(!is_tracking(&packet, 7), "an echo is no answer");
}

#[test]
fn an_echo_of_our_own_requests_is_no_answer() {
    let asked = [control(Control::Readvar, Version::Four, 1, b""), read_mru(Version::Two, 1, b"a")];
    for echo in asked.into_iter().chain([private(Private::Monlist), tracking(1)]) {
        assert_eq!(read(&echo), None, "{echo:x?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (read(&bytes), is_tracking(&bytes, 0), variable(&bytes, b"a"), nonce(&bytes));
    }

    #[test]
    fn no_more_items_are_counted_than_there_is_room_for(
        head in proptest::array::uniform8(any::<u8>()),
        length in 0usize..600,
    ) {
        let packet = [&head[..], &vec![1; length]].concat();
        if let Some(Reply::Private(reply)) = read(&packet) {
            prop_assert!(usize::from(reply.items) <= length);
        }
    }
}
