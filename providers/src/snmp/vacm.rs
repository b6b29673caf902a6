//! The lines of groups, rights and views: `group`, `access`, `setaccess`, `authaccess`, `view`, `rouser` and their kin.

use super::communities::{
    Easy, LONGEST_EASY_COMMUNITY, LONGEST_LINE, READ, Reach, Views, WRITE, view_number,
};
use super::load::{Defect, Loader};
use super::oid::{Names, Oid, OidDefect};
use super::tables::{AccessRow, ContextMatch, GroupRow, LONGEST_NAME, Level, Model, ViewRow, ViewType};
use super::words::{Pieces, Words};

/// What separates the pieces of lines that know no quotes.
const BLANKS: &[u8] = b" \t\n";

/// The longest name of a view that a row keeps, in bytes; a view of that name cannot be.
const LONGEST_VIEW: usize = LONGEST_NAME + 1;

/// The longest mask of a view, in bytes.
const LONGEST_MASK: usize = 34;

/// The fields with which `access` and `setaccess` begin.
struct Common {
    group: Vec<u8>,
    context: Vec<u8>,
    model: Model,
    level: Level,
    context_match: ContextMatch,
}

impl Loader<'_> {
    /// `group GROUP MODEL NAME`
    pub(super) fn read_group(&mut self, parameter: &[u8]) {
        let mut words = Words::new(parameter);
        let [group, model, security_name] = std::array::from_fn(|_| words.next(LONGEST_NAME));
        for (word, what) in [(&group, "group"), (&model, "model"), (&security_name, "name")] {
            if word.is_empty() {
                return self.wrong(Defect::Missing(what));
            }
        }
        let Some(model) = self.model(&model) else { return };
        if model == Model::Any {
            self.wrong(Defect::AnyModel);
        }
        let row = GroupRow { line: self.line(), model, group };
        self.tables.add_group(security_name, row);
    }

    /// A model; the words of the library are known in small letters only.
    fn model(&mut self, word: &[u8]) -> Option<Model> {
        let model = match word.to_ascii_lowercase().as_slice() {
            b"v1" => Model::V1,
            b"v2c" => Model::V2c,
            b"any" => Model::Any,
            _ => match word {
                b"usm" => Model::Usm,
                b"tsm" => Model::Tsm,
                _ => {
                    self.wrong(Defect::Model);
                    return None;
                }
            },
        };
        Some(model)
    }

    fn piece<'p>(&mut self, pieces: &mut Pieces<'p>, what: &'static str) -> Option<&'p [u8]> {
        let piece = pieces.next(BLANKS);
        if piece.is_none() {
            self.wrong(Defect::Missing(what));
        }
        piece
    }

    fn level(&mut self, word: &[u8]) -> Option<Level> {
        let level = Level::parse(word);
        if level.is_none() {
            self.wrong(Defect::Level);
        }
        level
    }

    fn common(&mut self, pieces: &mut Pieces<'_>) -> Option<Common> {
        let group = self.piece(pieces, "group")?.to_vec();
        let context = self.piece(pieces, "context")?;
        let context = if matches!(context, b"\"\"" | b"''") { Vec::new() } else { context.to_vec() };
        let model = self.piece(pieces, "model")?;
        let level = self.piece(pieces, "level")?;
        let prefix = self.piece(pieces, "prefix")?;
        let model = self.model(model)?;
        let level = self.level(level)?;
        let context_match = match prefix {
            b"exact" => ContextMatch::Exact,
            b"prefix" => ContextMatch::Prefix,
            b"0" => {
                self.wrong(Defect::PrefixZero);
                ContextMatch::Exact
            }
            _ => {
                self.wrong(Defect::Prefix);
                return None;
            }
        };
        Some(Common { group, context, model, level, context_match })
    }

    /// `access GROUP CONTEXT MODEL LEVEL PREFIX READ WRITE NOTIFY`
    pub(super) fn read_access(&mut self, parameter: &[u8]) {
        let mut pieces = Pieces::new(parameter);
        let Some(common) = self.common(&mut pieces) else { return };
        let mut views = [b"".as_slice(); 3];
        for (view, what) in views.iter_mut().zip(["readview", "writeview", "notifyview"]) {
            let Some(piece) = self.piece(&mut pieces, what) else { return };
            *view = piece;
        }
        if views.iter().any(|view| view.len() > LONGEST_VIEW) {
            return self.wrong(Defect::TooLong("view"));
        }
        let [read, write, _] = views.map(<[u8]>::to_vec);
        if let Some(row) = self.new_access(&common) {
            self.tables.add_access(common.group, AccessRow { read, write, ..row });
        }
    }

    /// A row without views, unless a name is too long for it.
    fn new_access(&mut self, common: &Common) -> Option<AccessRow> {
        if common.group.len() > LONGEST_NAME || common.context.len() > LONGEST_NAME {
            self.wrong(Defect::TooLong("group or context"));
            return None;
        }
        Some(AccessRow {
            line: self.line(),
            changed_by: Vec::new(),
            context: common.context.clone(),
            context_match: common.context_match,
            model: common.model,
            level: common.level,
            read: Vec::new(),
            write: Vec::new(),
        })
    }

    /// `setaccess GROUP CONTEXT MODEL LEVEL PREFIX TYPE VIEW`
    pub(super) fn read_set_access(&mut self, parameter: &[u8]) {
        let mut pieces = Pieces::new(parameter);
        let Some(common) = self.common(&mut pieces) else { return };
        let Some(view_type) = self.piece(&mut pieces, "type") else { return };
        let Some(view) = self.piece(&mut pieces, "view") else { return };
        if view.len() > LONGEST_VIEW {
            return self.wrong(Defect::TooLong("view"));
        }
        let Some(number) = view_number(view_type) else { return self.wrong(Defect::ViewName) };
        self.set_access(&common, 1 << number, view);
    }

    /// Sets views of the row that matches best, or of a new one. The row may be one for other requests too.
    fn set_access(&mut self, common: &Common, views: Views, view: &[u8]) {
        let line = self.line();
        let found = self.tables.access_mut(&common.group, &common.context, common.model, common.level);
        if let Some(row) = found {
            row.context_match = common.context_match;
            row.changed_by.push(line);
            set_views(row, views, view);
        } else if let Some(mut row) = self.new_access(common) {
            set_views(&mut row, views, view);
            self.tables.add_access(common.group.clone(), row);
        }
    }

    /// `authaccess TYPES [-s MODEL] GROUP VIEW [LEVEL [CONTEXT]]`, of which the option stands behind the group.
    pub(super) fn read_auth_access(&mut self, parameter: &[u8]) {
        let Some((views, rest)) = self.auth_types(parameter) else { return };
        let mut pieces = Pieces::new(rest);
        let Some(group) = self.piece(&mut pieces, "group") else { return };
        let Some(mut view) = self.piece(&mut pieces, "view") else { return };
        let mut model = Model::Any;
        if view.eq_ignore_ascii_case(b"-s") {
            let Some(word) = self.piece(&mut pieces, "model") else { return };
            let Some(named) = self.model(word) else { return };
            model = named;
            let Some(behind) = self.piece(&mut pieces, "view") else { return };
            view = behind;
        }
        if view.len() > LONGEST_VIEW {
            return self.wrong(Defect::TooLong("view"));
        }
        let level = match pieces.next(BLANKS) {
            Some(word) => self.level(word),
            None if matches!(model, Model::V1 | Model::V2c) => Some(Level::NoAuth),
            None => Some(Level::Auth),
        };
        let Some(level) = level else { return };
        let mut context = pieces.next(BLANKS).unwrap_or_default().to_vec();
        let is_prefix = context.pop_if(|last| *last == b'*').is_some();
        let context_match = if is_prefix { ContextMatch::Prefix } else { ContextMatch::Exact };
        let common = Common { group: group.to_vec(), context, model, level, context_match };
        self.set_access(&common, views, view);
    }

    /// `view NAME included|excluded SUBTREE [MASK]`; what stands behind is the mask, also a comment.
    pub(super) fn read_view(&mut self, parameter: &[u8]) {
        let mut pieces = Pieces::new(parameter);
        let Some(name) = self.piece(&mut pieces, "name") else { return };
        let Some(view_type) = self.piece(&mut pieces, "type") else { return };
        let Some(subtree) = self.piece(&mut pieces, "subtree") else { return };
        let view_type = match view_type {
            b"included" => ViewType::Included,
            b"excluded" => ViewType::Excluded,
            _ => return self.wrong(Defect::ViewType),
        };
        let subtree = subtree.strip_suffix(b".").unwrap_or(subtree);
        self.met_names |= Oid::may_be_named(subtree);
        let subtree = match Oid::parse(subtree, self.names()) {
            Ok(oid) => Some(oid),
            Err(defect) => {
                self.wrong(Defect::Oid(defect));
                if defect == OidDefect::Malformed {
                    return;
                }
                None
            }
        };
        let mask = pieces.rest().map_or(Some(Vec::new()), mask);
        let Some(mask) = mask else { return self.wrong(Defect::Mask) };
        if name.len() > LONGEST_NAME {
            return self.wrong(Defect::TooLong("view"));
        }
        let line = Some(self.line());
        self.tables.add_view(name.to_vec(), ViewRow { line, view_type, subtree, mask });
    }

    /// `rouser`, `rwuser`, `authuser`, `authgroup`
    pub(super) fn read_user(&mut self, name: &[u8], parameter: &[u8]) {
        // The daemon asks for `authgroup` in small letters, and takes anything else for a user.
        let is_group = name == b"authgroup";
        let (views, parameter) = match name.to_ascii_lowercase().as_slice() {
            b"rouser" => (READ, parameter),
            b"rwuser" => (READ | WRITE, parameter),
            _ => match self.auth_types(parameter) {
                Some(read) => read,
                None => return,
            },
        };
        let Some((option, mut words)) = self.option(parameter, b"-s") else { return };
        let model = option.unwrap_or_else(|| b"usm".to_vec());
        let user = words.next(LONGEST_EASY_COMMUNITY);
        let level = if words.has_more() { words.next(LONGEST_LINE) } else { b"auth".to_vec() };
        let Some(easy) = self.easy(model, user, level, words) else { return };
        self.easy += 1;
        let group = if is_group { easy.name.clone() } else { self.group_of_user(&easy) };
        let view = format!("viewUSM{}", self.easy);
        let level = easy.second.clone();
        self.easy_access(&group, &easy, &level, views, &view);
    }

    /// Puts a user into a group of its own.
    fn group_of_user(&mut self, easy: &Easy) -> Vec<u8> {
        let cut = &easy.name[..easy.name.len().min(28)];
        let plain = |byte: &u8| if byte.is_ascii_alphanumeric() { *byte } else { b'_' };
        let group: Vec<u8> = b"grp".iter().chain(cut).map(plain).collect();
        let line = [&group, &b" "[..], &easy.model, b" \"", &easy.name, b"\""].concat();
        self.read_group(&line);
        group
    }

    /// What an easy line lets see, written out as the daemon does it.
    pub(super) fn easy_access(
        &mut self,
        group: &[u8],
        easy: &Easy,
        level: &[u8],
        views: Views,
        own_view: &str,
    ) {
        let view = match &easy.reach {
            Reach::All => b"_all_".to_vec(),
            Reach::View(name) => name.clone(),
            Reach::Subtree(oid) => {
                let mut line = [own_view.as_bytes(), b" included ", oid].concat();
                line.truncate(LONGEST_LINE);
                self.read_view(&line);
                own_view.as_bytes().to_vec()
            }
        };
        let context: &[u8] = if easy.context.is_empty() { b"\"\"" } else { &easy.context };
        let prefix: &[u8] = if easy.exact { b"exact" } else { b"prefix" };
        let begin = [group, context, &easy.model, level, prefix].join(&b' ');
        if views == READ || views == READ | WRITE {
            let write: &[u8] = if views & WRITE == 0 { b"none" } else { &view };
            let mut line = [&begin, view.as_slice(), write, write].join(&b' ');
            line.truncate(LONGEST_LINE);
            return self.read_access(&line);
        }
        for number in (0..6).filter(|number| views & (1 << number) != 0) {
            let names: [&[u8]; 6] = [b"read", b"write", b"notify", b"log", b"execute", b"net"];
            let mut line = [&begin, names[number], &view].join(&b' ');
            line.truncate(LONGEST_LINE);
            self.read_set_access(&line);
        }
    }
}

fn set_views(row: &mut AccessRow, views: Views, view: &[u8]) {
    if views & READ != 0 {
        row.read = view.to_vec();
    }
    if views & WRITE != 0 {
        row.write = view.to_vec();
    }
}

/// A mask: hexadecimal numbers, of each of which the last byte counts; `None` where one is none.
fn mask(text: &[u8]) -> Option<Vec<u8>> {
    let mut mask = Vec::new();
    let mut pieces = Pieces::new(text);
    while let Some(piece) = pieces.next(b" .:") {
        if mask.len() >= LONGEST_MASK {
            return None;
        }
        mask.push(scan_hex(piece)?);
    }
    Some(mask)
}

/// The last byte of the number at the beginning of a text, as `sscanf("%x")` reads it.
fn scan_hex(text: &[u8]) -> Option<u8> {
    let text = text.iter().position(|byte| !super::words::is_space(*byte)).map(|start| &text[start..])?;
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let digits = match text {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => rest,
        rest => rest,
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let last = digits.get(count.saturating_sub(2)..count).filter(|digits| !digits.is_empty())?;
    let number = u8::from_str_radix(std::str::from_utf8(last).ok()?, 16).ok()?;
    Some(if negative { number.wrapping_neg() } else { number })
}

/// What the daemon saves of rows that were made by SNMP itself.
impl Loader<'_> {
    /// `vacmView`, `vacmGroup`, `vacmAccess`, `vacmAuthAccess`
    pub(super) fn read_saved(&mut self, name: &[u8], parameter: &[u8]) {
        let mut words = Words::new(parameter);
        let mut number = |words: &mut Words<'_>| atoi(&words.next(LONGEST_LINE));
        let read = match name.to_ascii_lowercase().as_slice() {
            b"vacmview" => self.read_saved_view(&mut words, &mut number),
            b"vacmgroup" => self.read_saved_group(&mut words, &mut number),
            name => self.read_saved_access(&mut words, &mut number, name == b"vacmauthaccess"),
        };
        if read.is_none() {
            self.wrong(Defect::Missing("a field"));
        }
    }

    /// Status, storage, type, name, subtree, mask.
    fn read_saved_view(
        &mut self,
        words: &mut Words<'_>,
        number: &mut dyn FnMut(&mut Words<'_>) -> i64,
    ) -> Option<()> {
        let (_, _, view_type) = (number(words), number(words), number(words));
        let name = octets(&words.next(LONGEST_LINE))?;
        let subtree = Oid::parse(&words.next(LONGEST_LINE), Names::Roots).ok();
        let mask = octet_bytes(&words.next(LONGEST_LINE))?;
        let view_type = if view_type == 2 { ViewType::Excluded } else { ViewType::Included };
        let line = Some(self.line());
        self.tables.add_view(name, ViewRow { line, view_type, subtree: Some(subtree?), mask });
        Some(())
    }

    /// Status, storage, model, name, group.
    fn read_saved_group(
        &mut self,
        words: &mut Words<'_>,
        number: &mut dyn FnMut(&mut Words<'_>) -> i64,
    ) -> Option<()> {
        let (_, _, model) = (number(words), number(words), model_number(number(words))?);
        let security_name = octets(&words.next(LONGEST_LINE))?;
        let group = octets(&words.next(LONGEST_LINE))?;
        let row = GroupRow { line: self.line(), model, group };
        self.tables.add_group(security_name, row);
        Some(())
    }

    /// Status, storage, model, level, match, group, context, then the views, or a type and its view.
    fn read_saved_access(
        &mut self,
        words: &mut Words<'_>,
        number: &mut dyn FnMut(&mut Words<'_>) -> i64,
        is_auth: bool,
    ) -> Option<()> {
        let (_, _, model) = (number(words), number(words), model_number(number(words))?);
        let level = match number(words) {
            1 => Level::NoAuth,
            2 => Level::Auth,
            _ => Level::Priv,
        };
        let context_match = if number(words) == 2 { ContextMatch::Prefix } else { ContextMatch::Exact };
        let group = octets(&words.next(LONGEST_LINE))?;
        let context = octets(&words.next(LONGEST_LINE))?;
        let common = Common { group, context, model, level, context_match };
        if is_auth {
            let views = 1_u8.checked_shl(u32::try_from(number(words)).ok()?)?;
            let view = octets(&words.next(LONGEST_LINE))?;
            self.set_access(&common, views, &view);
            return Some(());
        }
        for views in [READ, WRITE] {
            let view = octets(&words.next(LONGEST_LINE))?;
            self.set_access(&common, views, &view);
        }
        Some(())
    }
}

fn atoi(text: &[u8]) -> i64 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: i64, digit| number.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
}

fn model_number(number: i64) -> Option<Model> {
    match number {
        0 => Some(Model::Any),
        1 => Some(Model::V1),
        2 => Some(Model::V2c),
        3 => Some(Model::Usm),
        4 => Some(Model::Tsm),
        _ => None,
    }
}

/// Bytes as the daemon saves them: as they are, or as `0x` and hexadecimal digits.
fn octet_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")) else {
        return Some(text.to_vec());
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Vec<u8> = digits.iter().map(digit).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A string as the daemon saves it, which ends at a NUL.
pub(super) fn octets(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = octet_bytes(text)?;
    if let Some(nul) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(nul);
    }
    Some(bytes)
}
