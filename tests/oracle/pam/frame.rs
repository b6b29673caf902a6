//! A case in the form that the harness reads (harness/fixture.c).

use super::case::{Case, Content, Privilege};

/// The case's length in four bytes, then its fields: a tag, a length, the bytes and a NUL.
pub(crate) fn frame(case: &Case) -> Vec<u8> {
    let mut frame = Frame(vec![0; 4]);
    frame.add(b'u', &case.user);
    frame.add(b'c', if case.privilege == Privilege::Full { "1" } else { "0" });
    frame.add_accounts(case);
    case.arguments.iter().for_each(|argument| frame.add(b'a', argument));
    for (index, limit) in case.start.iter().enumerate() {
        frame.add(b'l', format!("{index}:{}:{}", limit.soft, limit.hard));
    }
    frame.add_files(case);
    let length = u32::try_from(frame.0.len() - 4).unwrap();
    frame.0[..4].copy_from_slice(&length.to_le_bytes());
    frame.0
}

struct Frame(Vec<u8>);

impl Frame {
    fn add(&mut self, tag: u8, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        self.0.push(tag);
        self.0.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        self.0.extend(value);
        self.0.push(0);
    }

    fn add_accounts(&mut self, case: &Case) {
        for user in &case.users {
            self.add(b'p', format!("{}:{}:{}", user.uid, user.gid, user.name));
        }
        for group in &case.groups {
            self.add(b'g', format!("{}:{}", group.gid, group.name));
            group.members.iter().for_each(|member| self.add(b'm', member));
        }
        case.logins.iter().for_each(|login| self.add(b'w', login));
    }

    fn add_files(&mut self, case: &Case) {
        for (path, text) in [("/proc/1/limits", &case.pid1), ("/proc/sys/fs/nr_open", &case.nr_open)] {
            if let Some(text) = text {
                self.add(b'f', path);
                self.add(b'd', text);
            }
        }
        for file in &case.files {
            self.add(b'f', &file.path);
            match &file.content {
                Content::Bytes(bytes) => self.add(b'd', bytes),
                Content::Fails(errno) => self.add(b'e', errno.to_string()),
                // EISDIR: the harness opens a real directory instead.
                Content::Directory => self.add(b'e', "21"),
            }
        }
    }
}
