//! Networks as spans of addresses: which of them decide for an address that is outside.
//!
//! Spans of networks lie within each other or apart, so the innermost that is open is the one that decides. One sweep
//! over all of them costs no more than sorting them.

use std::cmp::Reverse;

use super::address::{AddressFamily, Network, loopback};

/// The addresses of a network, from the first to the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: u128,
    pub(super) last: u128,
    /// Of spans of the same addresses the deeper is the inner one.
    pub(super) depth: u8,
    /// What decides here; `None` for addresses that are not outside.
    pub(super) owner: Option<usize>,
}

impl Span {
    pub(super) fn of(network: &Network, owner: usize) -> Self {
        Self { first: network.first(), last: network.last(), depth: 0, owner: Some(owner) }
    }
}

/// Whose addresses are not outside: loopback, multicast, and networks that are permitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside<'a> {
    pub(super) family: AddressFamily,
    pub(super) allowed: &'a [Network],
}

impl Inside<'_> {
    fn spans(&self) -> impl Iterator<Item = Span> {
        let family = self.family;
        let always = [loopback(family), multicast(family)];
        let allowed = self.allowed.iter().copied().filter(move |network| network.family() == family);
        allowed.chain(always).map(|network| Span { owner: None, ..Span::of(&network, 0) })
    }
}

/// Where packets come from that no daemon answers.
fn multicast(family: AddressFamily) -> Network {
    match family {
        AddressFamily::V4 => Network::new(family, 0xe000_0000, 0xf000_0000),
        AddressFamily::V6 => Network::new(family, 0xff << 120, 0xff << 120),
    }
}

/// For each of so many owners the lowest outside address for which it decides, if there is one.
pub(super) fn free_addresses(
    spans: impl IntoIterator<Item = Span>,
    owners: usize,
    inside: &Inside<'_>,
) -> Vec<Option<u128>> {
    let mut spans: Vec<Span> = spans.into_iter().chain(inside.spans()).collect();
    spans.sort_by_key(|span| (span.first, Reverse(span.last), span.owner.is_some(), span.depth));
    let mut sweep = Sweep { open: Vec::new(), inside: 0, next: Some(0), free: vec![None; owners] };
    for span in &spans {
        sweep.enter(*span);
    }
    while let Some(top) = sweep.open.pop() {
        sweep.leave(top);
    }
    sweep.free
}

struct Sweep {
    /// The spans around the next address, the innermost last.
    open: Vec<Span>,
    /// How many of them are of addresses that are not outside.
    inside: usize,
    /// The lowest address that is not dealt with yet; `None` behind the last one there is.
    next: Option<u128>,
    free: Vec<Option<u128>>,
}

impl Sweep {
    fn enter(&mut self, span: Span) {
        while let Some(top) = self.open.pop_if(|top| top.last < span.first) {
            self.leave(top);
        }
        if self.next.is_some_and(|next| next < span.first)
            && let Some(top) = self.open.last()
        {
            self.give(*top);
        }
        self.next = self.next.map(|next| next.max(span.first));
        self.inside += usize::from(span.owner.is_none());
        self.open.push(span);
    }

    /// Deals with the rest of a span that is no longer open.
    fn leave(&mut self, top: Span) {
        if self.next.is_some_and(|next| next <= top.last) {
            self.give(top);
        }
        self.inside -= usize::from(top.owner.is_none());
        self.next = self.next.and_then(|next| Some(next.max(top.last.checked_add(1)?)));
    }

    fn give(&mut self, top: Span) {
        if let (Some(owner), 0) = (top.owner, self.inside) {
            self.free[owner] = self.free[owner].or(self.next);
        }
    }
}
