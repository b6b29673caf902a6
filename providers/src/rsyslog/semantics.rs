//! Which messages come to which action: through filters, stops and calls, in the order of execution.
//!
//! Source: `scriptExec`, `execCall` in runtime/ruleset.c. A `stop` in a called ruleset ends the caller too, unless the
//! called one has a queue of its own.

use super::action::ActionId;
use super::build::Builder;
use super::eval::{Known, Truth, truth};
use super::expr::Expr;
use super::pmask::Pmask;
use super::tree::{Ruleset, Span, Statement, StatementKind};

/// Where messages come from: a ruleset and which of them.
pub type Start = (usize, Pmask);

/// What comes to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The ruleset that it stands in.
    pub ruleset: usize,
    /// What comes to it for sure.
    pub sure: Pmask,
    /// What can come to it: the rest is up to the message.
    pub may: Pmask,
    /// The innermost filter around it, an index into [`Flow::filters`].
    pub filter: Option<usize>,
    /// How many of the ruleset's [`Flow::stops`] come before it.
    pub stops: usize,
}

/// A filter around statements.
#[derive(Clone, Copy, Debug)]
pub struct FilterFrame {
    /// Where it stands.
    pub span: Span,
    /// What it answers.
    pub truth: Truth,
    /// Whether the statements are for those whom it does not let through.
    pub is_else: bool,
    /// The filter around it.
    pub outer: Option<usize>,
}

/// A statement that takes messages out.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Where it stands: the `stop`, or the `call` of a ruleset with one.
    pub span: Span,
    /// What it takes for sure.
    pub sure: Pmask,
    /// What it can take.
    pub may: Pmask,
}

/// What enters a ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What enters for sure.
    pub sure: Pmask,
    /// What can enter.
    pub may: Pmask,
}

impl Entry {
    const NOTHING: Self = Self { sure: Pmask::NONE, may: Pmask::NONE };
}

/// What comes where.
#[derive(Clone, Debug)]
pub struct Flow {
    /// By action; `None` for one that stands in no ruleset, because its rule is broken.
    pub hits: Vec<Option<Hit>>,
    /// By ruleset.
    pub entries: Vec<Entry>,
    /// By ruleset, in the order of execution.
    pub stops: Vec<Vec<Stop>>,
    /// All filters that are around actions.
    pub filters: Vec<FilterFrame>,
    /// Calls that lead back to where they come from.
    pub recursive_calls: Vec<Span>,
}

/// What passes a ruleset, of what enters it.
#[derive(Clone, Copy)]
struct Transfer {
    sure: Pmask,
    may: Pmask,
}

/// The messages at one point of a ruleset.
#[derive(Clone, Copy)]
struct State {
    /// Those that can be here.
    may: Pmask,
    /// Those that were sure to come to the block around this point.
    entered: Pmask,
    /// Those of whatever came to the block that are sure to be still here.
    left: Pmask,
}

impl State {
    fn sure(self) -> Pmask {
        self.entered & self.left
    }
}

/// How deep calls are followed; rsyslogd itself ends at the end of its stack.
const DEEPEST_CALL: usize = 100;

struct Walk<'c> {
    built: &'c Builder,
    known: &'c Known,
    transfers: Vec<Option<Transfer>>,
    pending: Vec<bool>,
    recursive: Vec<Span>,
}

impl Flow {
    /// Follows messages from where they start.
    #[must_use]
    pub fn of(built: &Builder, starts: &[Start], known: &Known) -> Self {
        let count = built.rulesets.len();
        let mut walk = Walk {
            built,
            known,
            transfers: vec![None; count],
            pending: vec![false; count],
            recursive: Vec::new(),
        };
        let mut flow = Self {
            hits: vec![None; built.actions.len()],
            entries: vec![Entry::NOTHING; count],
            stops: vec![Vec::new(); count],
            filters: Vec::new(),
            recursive_calls: Vec::new(),
        };
        for (ruleset, mask) in starts {
            if let Some(entry) = flow.entries.get_mut(*ruleset) {
                entry.sure |= *mask;
                entry.may |= *mask;
            }
        }
        // Callers come before those whom they call, so that all that enters is known.
        for index in callers_first(built) {
            let entry = flow.entries[index];
            let state = State { may: entry.may, entered: entry.sure, left: Pmask::ALL };
            let statements: &[Statement] = &built.rulesets[index].statements;
            walk.block(
                statements,
                state,
                &mut Some(Record { flow: &mut flow, ruleset: index, filter: None }),
                0,
            );
        }
        flow.recursive_calls = walk.recursive;
        flow.recursive_calls.sort_unstable();
        flow.recursive_calls.dedup();
        flow
    }

    /// What comes to an action; nothing where its rule is broken.
    #[must_use]
    pub fn hit(&self, action: ActionId) -> Option<Hit> {
        self.hits.get(action).copied().flatten()
    }

    /// The filters around an action, the innermost first.
    pub fn filters_of(&self, hit: Hit) -> impl Iterator<Item = &FilterFrame> {
        std::iter::successors(hit.filter.and_then(|index| self.filters.get(index)), |frame| {
            frame.outer.and_then(|index| self.filters.get(index))
        })
    }

    /// What was taken out before an action, in its own ruleset.
    #[must_use]
    pub fn stops_before(&self, hit: Hit) -> &[Stop] {
        self.stops.get(hit.ruleset).and_then(|stops| stops.get(..hit.stops)).unwrap_or_default()
    }
}

/// Where what is found is noted.
struct Record<'f> {
    flow: &'f mut Flow,
    ruleset: usize,
    filter: Option<usize>,
}

impl Walk<'_> {
    /// Follows messages through statements.
    fn block(
        &mut self,
        statements: &[Statement],
        mut state: State,
        record: &mut Option<Record<'_>>,
        depth: usize,
    ) -> State {
        for statement in statements {
            state = self.statement(statement, state, record, depth);
        }
        state
    }

    fn statement(
        &mut self,
        statement: &Statement,
        mut state: State,
        record: &mut Option<Record<'_>>,
        depth: usize,
    ) -> State {
        match &statement.kind {
            StatementKind::Nothing => {}
            StatementKind::Action(action) => {
                if let Some(record) = record {
                    record.hit(*action, state);
                }
            }
            StatementKind::Stop => {
                note_stop(record, statement.span, state.sure(), state.may);
                state.may = Pmask::NONE;
                state.left = Pmask::NONE;
            }
            StatementKind::Branch { filter, then, otherwise } => {
                let truth = truth(filter, self.known);
                state = self.branch(statement.span, truth, (then, otherwise), state, record, depth);
            }
            StatementKind::Call(name) => state = self.call(name, statement.span, state, record, depth),
            StatementKind::CallIndirect(Expr::Text(name)) => {
                state = self.call(name, statement.span, state, record, depth);
            }
            StatementKind::CallIndirect(_) => state = self.any_call(statement.span, state, record, depth),
            StatementKind::Foreach { body, .. } => {
                let inner = State { may: state.may, entered: Pmask::NONE, left: Pmask::ALL };
                let after = self.block(body, inner, record, depth);
                // Nothing at all may be in what is gone through.
                state.left &= after.left;
            }
        }
        state
    }

    fn branch(
        &mut self,
        span: Span,
        truth: Truth,
        (then, otherwise): (&[Statement], &[Statement]),
        state: State,
        record: &mut Option<Record<'_>>,
        depth: usize,
    ) -> State {
        let mut side = |statements: &[Statement], in_it: Pmask, not_in_it: Pmask, is_else: bool| {
            let inner =
                State { may: state.may.without(not_in_it), entered: state.sure() & in_it, left: Pmask::ALL };
            let outer = record.as_ref().and_then(|record| record.filter);
            if let Some(record) = record.as_mut().filter(|_| !statements.is_empty()) {
                record.filter = Some(record.flow.filters.len());
                record.flow.filters.push(FilterFrame { span, truth, is_else, outer });
            }
            let after = self.block(statements, inner, record, depth);
            if let Some(record) = record {
                record.filter = outer;
            }
            after
        };
        let then = side(then, truth.yes, truth.no, false);
        let otherwise = side(otherwise, truth.no, truth.yes, true);
        let left = (truth.yes & then.left)
            | (truth.no & otherwise.left)
            | (truth.open() & then.left & otherwise.left);
        State { may: then.may | otherwise.may, entered: state.entered, left: state.left & left }
    }

    fn call(
        &mut self,
        name: &[u8],
        span: Span,
        mut state: State,
        record: &mut Option<Record<'_>>,
        depth: usize,
    ) -> State {
        let Some(index) = self.built.ruleset_named(name) else { return state };
        if let Some(record) = record {
            record.enter(index, state);
        }
        if self.built.rulesets[index].queued {
            // A copy goes there.
            return state;
        }
        let transfer = self.transfer(index, span, depth + 1);
        if transfer.sure != Pmask::ALL {
            note_stop(record, span, state.sure().without(transfer.may), state.may.without(transfer.sure));
        }
        state.may &= transfer.may;
        state.left &= transfer.sure;
        state
    }

    /// A call of a ruleset that only the message names: any of them.
    fn any_call(
        &mut self,
        span: Span,
        mut state: State,
        record: &mut Option<Record<'_>>,
        depth: usize,
    ) -> State {
        let may_be = State { entered: Pmask::NONE, ..state };
        let mut left = Pmask::ALL;
        for index in 0..self.built.rulesets.len() {
            if let Some(record) = record {
                record.enter(index, may_be);
            }
            if !self.built.rulesets[index].queued {
                left &= self.transfer(index, span, depth + 1).sure;
            }
        }
        if left != Pmask::ALL {
            note_stop(record, span, Pmask::NONE, state.may.without(left));
        }
        state.left &= left;
        state
    }

    /// What passes a ruleset. One that calls itself passes what it may.
    fn transfer(&mut self, index: usize, span: Span, depth: usize) -> Transfer {
        if let Some(transfer) = self.transfers[index] {
            return transfer;
        }
        if self.pending[index] || depth > DEEPEST_CALL {
            self.recursive.push(span);
            return Transfer { sure: Pmask::NONE, may: Pmask::ALL };
        }
        self.pending[index] = true;
        let all = State { may: Pmask::ALL, entered: Pmask::ALL, left: Pmask::ALL };
        let ruleset: &Ruleset = &self.built.rulesets[index];
        let after = self.block(&ruleset.statements, all, &mut None, depth);
        self.pending[index] = false;
        let transfer = Transfer { sure: after.left, may: after.may };
        self.transfers[index] = Some(transfer);
        transfer
    }
}

fn note_stop(record: &mut Option<Record<'_>>, span: Span, sure: Pmask, may: Pmask) {
    if let Some(record) = record
        && !may.is_empty()
    {
        record.flow.stops[record.ruleset].push(Stop { span, sure, may });
    }
}

impl Record<'_> {
    fn hit(&mut self, action: ActionId, state: State) {
        let stops = self.flow.stops[self.ruleset].len();
        if let Some(place) = self.flow.hits.get_mut(action) {
            *place = Some(Hit {
                ruleset: self.ruleset,
                sure: state.sure(),
                may: state.may,
                filter: self.filter,
                stops,
            });
        }
    }

    fn enter(&mut self, ruleset: usize, state: State) {
        let entry = &mut self.flow.entries[ruleset];
        entry.sure |= state.sure();
        entry.may |= state.may;
    }
}

/// All rulesets, each behind those that call it; of those that call each other, in any order.
fn callers_first(built: &Builder) -> Vec<usize> {
    let calls: Vec<Vec<usize>> =
        built.rulesets.iter().map(|ruleset| calls(built, &ruleset.statements)).collect();
    let mut done = vec![false; calls.len()];
    let mut order = Vec::with_capacity(calls.len());
    for start in 0..calls.len() {
        // Depth first without recursion: a ruleset is put down when all that it calls are.
        let mut stack = vec![(start, 0)];
        while let Some((ruleset, next)) = stack.pop() {
            if next == 0 && std::mem::replace(&mut done[ruleset], true) {
                continue;
            }
            match calls[ruleset].get(next) {
                Some(called) => {
                    stack.push((ruleset, next + 1));
                    if !done[*called] {
                        stack.push((*called, 0));
                    }
                }
                None => order.push(ruleset),
            }
        }
    }
    order.reverse();
    order
}

/// The rulesets that statements call.
fn calls(built: &Builder, statements: &[Statement]) -> Vec<usize> {
    let mut found = Vec::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Call(name) | StatementKind::CallIndirect(Expr::Text(name)) => {
                found.extend(built.ruleset_named(name));
            }
            StatementKind::CallIndirect(_) => found.extend(0..built.rulesets.len()),
            StatementKind::Branch { then, otherwise, .. } => {
                found.extend(calls(built, then));
                found.extend(calls(built, otherwise));
            }
            StatementKind::Foreach { body, .. } => found.extend(calls(built, body)),
            StatementKind::Action(_) | StatementKind::Stop | StatementKind::Nothing => {}
        }
    }
    found
}
