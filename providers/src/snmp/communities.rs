//! The lines that let communities in: `com2sec` and its forms, and the easy ones that the daemon turns into it.
//!
//! An easy line is written out as a `com2sec` line and read again, as the daemon does it: what a quote or a backslash
//! comes to, and what a blank in a source does, follows from that and is nowhere said.

use super::load::{Defect, Loader};
use super::source::{Source, read_v4, read_v6};
use super::tables::{Com2Sec, GroupRow, LONGEST_NAME, Model, Transport};
use super::words::Words;
use super::{source::Sense, words};

/// The longest community that any line keeps, in bytes, and longer than what a request can carry.
const LONGEST_COMMUNITY: usize = 256;

/// What an easy line keeps of a community: its buffer less the NUL.
pub const LONGEST_EASY_COMMUNITY: usize = 255;

/// The longest path of a socket, with its NUL.
const LONGEST_SOCKET: usize = 108;

/// What the daemon's buffer for a whole line, a source, a view or a context holds less the NUL.
pub(super) const LONGEST_LINE: usize = 2559;

/// What an easy line says, by the first of its two readings.
pub(super) struct Easy {
    /// The word behind `-v` or `-s`, as `access` takes it.
    pub(super) model: Vec<u8>,
    /// The community, the user or the group.
    pub(super) name: Vec<u8>,
    /// The source, or the level of a user.
    pub(super) second: Vec<u8>,
    /// What may be seen.
    pub(super) reach: Reach,
    /// The context, and whether it is meant as a whole.
    pub(super) context: Vec<u8>,
    pub(super) exact: bool,
}

/// What an easy line lets see.
pub(super) enum Reach {
    /// All.
    All,
    /// A view by its name.
    View(Vec<u8>),
    /// A part of the tree.
    Subtree(Vec<u8>),
}

/// Which lists a community is put into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    V4,
    V6,
    All,
}

/// What may be done with what is seen, a bit each, by the numbers of the daemon.
pub(super) type Views = u8;
pub(super) const READ: Views = 1;
pub(super) const WRITE: Views = 2;
const NAMES: [&[u8]; 6] = [b"read", b"write", b"notify", b"log", b"execute", b"net"];

/// The number of a type of view by its word; case matters.
pub(super) fn view_number(word: &[u8]) -> Option<usize> {
    NAMES.iter().position(|name| *name == word)
}

impl Loader<'_> {
    /// `rocommunity`, `rwcommunity`, `rocommunity6`, `rwcommunity6`
    pub(super) fn read_community(&mut self, name: &[u8], parameter: &[u8]) {
        let name = name.to_ascii_lowercase();
        let views = if name.starts_with(b"rw") { READ | WRITE } else { READ };
        let lists = if name.ends_with(b"6") { Lists::V6 } else { Lists::V4 };
        self.easy_community(parameter, views, lists);
    }

    /// `authcommunity TYPES COMMUNITY …`
    pub(super) fn read_auth_community(&mut self, parameter: &[u8]) {
        if let Some((views, rest)) = self.auth_types(parameter) {
            self.easy_community(rest, views, Lists::All);
        }
    }

    /// The types of view that a line begins with, and what follows.
    pub(super) fn auth_types<'p>(&mut self, parameter: &'p [u8]) -> Option<(Views, &'p [u8])> {
        let types = words::word(parameter, LONGEST_LINE);
        let Some(rest) = types.rest else {
            self.wrong(Defect::Missing("what the types are for"));
            return None;
        };
        let mut views = 0;
        for word in
            types.value.split(|byte| matches!(byte, b',' | b'|' | b':')).filter(|word| !word.is_empty())
        {
            match view_number(word) {
                Some(number) => views |= 1 << number,
                None => self.wrong(Defect::ViewName),
            }
        }
        Some((views, rest))
    }

    fn easy_community(&mut self, parameter: &[u8], views: Views, lists: Lists) {
        let Some((option, mut words)) = self.option(parameter, b"-v") else { return };
        let (model, community) = match option {
            Some(model) => (model, words.next(LONGEST_EASY_COMMUNITY + 1)),
            None => (b"any".to_vec(), words.next(LONGEST_EASY_COMMUNITY + 1)),
        };
        let mut community = community;
        if community.len() > LONGEST_EASY_COMMUNITY {
            community.truncate(LONGEST_EASY_COMMUNITY);
            self.wrong(Defect::Cut("community"));
        }
        let (model, versions) = versions(model);
        let second = if words.has_more() { words.next(LONGEST_LINE) } else { b"default".to_vec() };
        let Some(easy) = self.easy(model, community, second, words) else { return };
        self.easy += 1;
        let security_name = format!("comm{}", self.easy).into_bytes();
        let group = [b"grp", security_name.as_slice()].concat();
        let mut line = Vec::new();
        if !easy.context.is_empty() {
            line.extend([b"-Cn ", easy.context.as_slice(), b" "].concat());
        }
        line.extend([&security_name, &b" "[..], &easy.second, b" '", &easy.name, b"'"].concat());
        line.truncate(LONGEST_LINE);
        if lists != Lists::V6 {
            self.read_com2sec(&line);
        }
        if lists == Lists::All {
            self.read_com2sec_unix(&line);
        }
        if lists != Lists::V4 {
            self.read_com2sec6(&line);
        }
        for model in versions {
            let row = GroupRow { line: self.line(), model: *model, group: group.clone() };
            self.tables.add_group(security_name.clone(), row);
        }
        let view = format!("viewComm{}", self.easy);
        self.easy_access(&group, &easy, b"noauth", views, &view);
    }

    /// The word behind an option at the beginning, where it stands there, and the words behind it.
    pub(super) fn option<'p>(
        &mut self,
        parameter: &'p [u8],
        option: &[u8],
    ) -> Option<(Option<Vec<u8>>, Words<'p>)> {
        let mut words = Words::new(parameter);
        let mut ahead = words;
        if ahead.next(LONGEST_EASY_COMMUNITY) != option {
            return Some((None, words));
        }
        let value = ahead.next(LONGEST_LINE);
        if !ahead.has_more() {
            self.wrong(Defect::Missing("what the option is for"));
            return None;
        }
        words.go_on_at(ahead.rest());
        Some((Some(value), words))
    }

    /// What stands behind the source or the level.
    pub(super) fn easy(
        &mut self,
        model: Vec<u8>,
        name: Vec<u8>,
        second: Vec<u8>,
        mut words: Words<'_>,
    ) -> Option<Easy> {
        let reach = match words.rest() {
            None => Reach::All,
            // The daemon wants a blank behind it, and no other white space.
            Some(rest) if rest.starts_with(b"-V ") => {
                words.go_on_at(words::skip_space(&rest[2..]));
                if !words.has_more() {
                    self.wrong(Defect::Missing("the view"));
                    return None;
                }
                Reach::View(words.next(LONGEST_LINE))
            }
            Some(_) => Reach::Subtree(words.next(LONGEST_LINE)),
        };
        let (mut context, mut exact) = (Vec::new(), false);
        if words.has_more() {
            context = words.next(LONGEST_LINE);
            exact = context.pop_if(|last| *last == b'*').is_none();
        }
        Some(Easy { model, name, second, reach, context, exact })
    }

    /// `com2sec [-Cn CONTEXT] NAME SOURCE COMMUNITY`, for IPv4.
    pub(super) fn read_com2sec(&mut self, parameter: &[u8]) {
        let Some(entry) = self.com2sec(parameter, LONGEST_NAME + 1, LONGEST_COMMUNITY + 1, 270) else {
            return;
        };
        let read = read_v4(&entry.source, self.negation(), self.hosts).map_err(Defect::Source);
        if entry.is_too_long(LONGEST_NAME, LONGEST_COMMUNITY) {
            return self.wrong(Defect::TooLong("a word"));
        }
        if let Some((sense, source)) = self.noted(read) {
            self.add(Transport::Ipv4, entry, sense, source);
        }
    }

    /// `com2sec6`, for IPv6.
    pub(super) fn read_com2sec6(&mut self, parameter: &[u8]) {
        let Some(entry) = self.com2sec(parameter, LONGEST_NAME + 1, LONGEST_COMMUNITY + 1, 300) else {
            return;
        };
        if entry.is_too_long(LONGEST_NAME, LONGEST_COMMUNITY) {
            return self.wrong(Defect::TooLong("a word"));
        }
        let read = read_v6(&entry.source, self.negation(), self.hosts).map_err(Defect::Source);
        let Some((sense, sources)) = self.noted(read) else { return };
        for source in sources {
            self.add(Transport::Ipv6, entry.clone(), sense, source);
        }
    }

    /// `com2secunix [-Cn CONTEXT] NAME SOCKET COMMUNITY`
    pub(super) fn read_com2sec_unix(&mut self, parameter: &[u8]) {
        let Some(entry) = self.com2sec(parameter, LONGEST_NAME + 2, LONGEST_COMMUNITY, LONGEST_SOCKET) else {
            return;
        };
        if entry.is_too_long(LONGEST_NAME + 1, LONGEST_COMMUNITY - 2) || entry.source.len() >= LONGEST_SOCKET
        {
            return self.wrong(Defect::TooLong("a word"));
        }
        let path = (entry.source != b"default").then(|| entry.source.clone());
        self.add(Transport::Unix, entry, Sense::Opens, Source::Socket(path));
    }

    /// The words of a com2sec line, each as long as its buffer.
    fn com2sec(
        &mut self,
        parameter: &[u8],
        name: usize,
        community: usize,
        source: usize,
    ) -> Option<Words2Sec> {
        let mut words = Words::new(parameter);
        let mut security_name = words.next(name);
        let mut context = Vec::new();
        if security_name == b"-Cn" {
            for what in [&mut context, &mut security_name] {
                if !words.has_more() {
                    self.wrong(Defect::Missing("what -Cn is for"));
                    return None;
                }
                *what = words.next(name);
            }
        }
        let source = (words.has_more(), words.next(source));
        let community = (words.has_more(), words.next(community));
        let defect = match (&security_name, &source, &community) {
            (name, ..) if name.is_empty() => Defect::Empty("name"),
            (_, (false, _), _) => Defect::Missing("source"),
            (_, (_, source), _) if source.is_empty() => Defect::Empty("source"),
            (.., (false, _)) => Defect::Missing("community"),
            (.., (_, community)) if community.is_empty() => Defect::Empty("community"),
            (.., (_, community)) if community == b"COMMUNITY" => Defect::Example,
            _ => return Some(Words2Sec { security_name, context, source: source.1, community: community.1 }),
        };
        self.wrong(defect);
        None
    }

    fn add(&mut self, transport: Transport, words: Words2Sec, sense: Sense, source: Source) {
        let Words2Sec { security_name, context, community, .. } = words;
        let entry = Com2Sec { line: self.line(), community, security_name, context, sense, source };
        self.tables.add_com2sec(transport, entry);
    }
}

/// The words of a com2sec line.
#[derive(Clone)]
struct Words2Sec {
    security_name: Vec<u8>,
    context: Vec<u8>,
    source: Vec<u8>,
    community: Vec<u8>,
}

impl Words2Sec {
    fn is_too_long(&self, name: usize, community: usize) -> bool {
        self.security_name.len() > name || self.context.len() > name || self.community.len() > community
    }
}

/// The word behind `-v` as `access` takes it, and the models for which the user is put into a group.
fn versions(model: Vec<u8>) -> (Vec<u8>, &'static [Model]) {
    match model.to_ascii_lowercase().as_slice() {
        b"1" => (b"v1".to_vec(), &[Model::V1]),
        b"v1" => (model, &[Model::V1]),
        b"2c" => (b"v2c".to_vec(), &[Model::V2c]),
        b"v2c" => (model, &[Model::V2c]),
        _ => (model, &[Model::V1, Model::V2c]),
    }
}
