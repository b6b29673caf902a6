//! A case in the form that the harness reads (harness/fixture.c).

use super::case::{Case, Content, Privilege};

/// The case's length in four bytes, then its fields: a tag, a length, the bytes and a NUL.
pub(crate) fn frame(case: &Case) -> Vec<u8> {
    let mut body = vec![0; 4];
    let mut add = |tag: u8, value: &[u8]| {
        body.push(tag);
        body.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        body.extend(value);
        body.push(0);
    };
    add(b'u', case.user.as_bytes());
    add(
        b'c',
        if case.privilege == Privilege::Full {
            b"1"
        } else {
            b"0"
        },
    );
    for user in &case.users {
        add(
            b'p',
            format!("{}:{}:{}", user.uid, user.gid, user.name).as_bytes(),
        );
    }
    for group in &case.groups {
        add(b'g', format!("{}:{}", group.gid, group.name).as_bytes());
        group
            .members
            .iter()
            .for_each(|member| add(b'm', member.as_bytes()));
    }
    case.arguments
        .iter()
        .for_each(|argument| add(b'a', argument.as_bytes()));
    case.logins
        .iter()
        .for_each(|login| add(b'w', login.as_bytes()));
    for (index, limit) in case.start.iter().enumerate() {
        add(
            b'l',
            format!("{index}:{}:{}", limit.soft, limit.hard).as_bytes(),
        );
    }
    for (path, text) in [
        ("/proc/1/limits", &case.pid1),
        ("/proc/sys/fs/nr_open", &case.nr_open),
    ] {
        if let Some(text) = text {
            add(b'f', path.as_bytes());
            add(b'd', text);
        }
    }
    for file in &case.files {
        add(b'f', file.path.as_bytes());
        match &file.content {
            Content::Bytes(bytes) => add(b'd', bytes),
            Content::Fails(errno) => add(b'e', errno.to_string().as_bytes()),
            Content::Directory => add(b'e', b"21"),
        }
    }
    let length = u32::try_from(body.len() - 4).unwrap();
    body[..4].copy_from_slice(&length.to_le_bytes());
    body
}
