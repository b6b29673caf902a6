//! Which files are read, in which order, and what a missing one does.

use super::{ALL, FROM_13, Row, UNTIL_12};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (ALL, "limits.conf is read before limits.d", "== limits.d/a.conf\n* soft nproc 2\n== limits.conf\n* soft nproc 1", "thekiwi", "nproc 2 kept"),
    (ALL, "limits.d is read in byte order", "== limits.conf\n== limits.d/a.conf\n* soft nproc 5\n* soft core 5\n* soft cpu 5\n* soft locks 5\n== limits.d/_.conf\n* soft nproc 4\n* soft core 4\n* soft cpu 4\n* soft rss 4\n== limits.d/B.conf\n* soft nproc 3\n* soft core 3\n* soft rss 3\n* soft stack 3\n== limits.d/20-a.conf\n* soft nproc 2\n* soft stack 2\n* soft data 2\n== limits.d/100-a.conf\n* soft data 1\n* soft msgqueue 1", "thekiwi", "nproc 5 kept; rss 4096 kept; stack 3072 kept; data 2048 kept; msgqueue 1 kept"),
    (ALL, "only *.conf is read, and no dotfile", "== limits.conf\n== limits.d/.a.conf\n* soft nproc 1\n== limits.d/b.CONF\n* soft nproc 2\n== limits.d/c.conf.bak\n* soft nproc 3\n== limits.d/d.conf~\n* soft nproc 4\n== limits.d/conf\n* soft nproc 5", "thekiwi", "nproc kept kept"),
    (ALL, "a later file overrides a line of the same class", "== limits.conf\n* soft nproc 4096\n== limits.d/90-nproc.conf\n* soft nproc 1024", "thekiwi", "nproc 1024 kept"),
    (ALL, "a later file does not override a user's line", "== limits.conf\nthekiwi soft nproc 4096\n== limits.d/90-nproc.conf\n* soft nproc 1024", "thekiwi", "nproc 4096 kept"),
    (ALL, "a later file does not override a group's line", "== limits.conf\n@kiwis soft nproc 4096\n== limits.d/90-nproc.conf\n* soft nproc 1024", "thekiwi", "nproc 4096 kept"),
    (ALL, "a missing limits.d is nothing", "== limits.conf\n* soft nproc 1", "thekiwi", "nproc 1 kept; quiet"),
    (UNTIL_12, "a missing limits.conf refuses the session", "== empty", "thekiwi", "rc 3; log 4 cannot read settings from /etc/security/limits.conf"),
    (FROM_13, "a missing limits.conf is nothing", "== limits.d/a.conf\n* soft nproc 1", "thekiwi", "rc 0; nproc 1 kept; quiet"),
    (UNTIL_12, "a dangling link in limits.d refuses the session", "== limits.conf\n* soft nproc 1\n== limits.d/x.conf (dangling)", "thekiwi", "rc 3"),
    (FROM_13, "a dangling link in limits.d is nothing", "== limits.conf\n* soft nproc 1\n== limits.d/x.conf (dangling)", "thekiwi", "rc 0; nproc 1 kept"),
    (ALL, "an unreadable file refuses the session", "== limits.conf\n* soft nproc 1\n== limits.d/x.conf (unreadable)", "thekiwi", "rc 3; log 4 cannot read settings from; log 3 error parsing the configuration file"),
    (ALL, "a directory called x.conf is nothing", "== limits.conf\n* soft nproc 1\n== limits.d/x.conf (directory)\n== limits.d/y.conf\n* soft core 1", "thekiwi", "rc 0; nproc 1 kept; core 1024 kept"),
    (ALL, "conf= names the only file that is read", "== argument conf=/etc/security/own\n== limits.conf\n* soft nproc 1\n* soft core 1\n== own\n* soft nproc 2\n== limits.d/a.conf\n* soft nproc 3", "thekiwi", "nproc 2 kept; core kept kept"),
    (ALL, "a missing file that conf= names refuses the session", "== argument conf=/etc/security/own\n== limits.conf", "thekiwi", "rc 3"),
];
