//! What Debian does otherwise than upstream: root, the limits that a session starts from, and what
//! the kernel refuses.

use super::{ALL, FROM_13, Row, UNTIL_12};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (ALL, "* is not for root", "* - nproc 1", "root", "nproc kept kept"),
    (ALL, "* is not for another account with uid 0", "* - nproc 1", "toor", "nproc kept kept"),
    (ALL, "@name is not for root", "@root - nproc 1\n@staff - nproc 1", "root", "nproc kept kept"),
    (ALL, "% is not for root", "% - maxlogins 0", "root", "rc 0"),
    (ALL, "root's own name is", "root - nproc 1", "root", "nproc 1 1"),
    (ALL, "root's name is not for another account with uid 0", "root - nproc 1", "toor", "nproc kept kept"),
    (ALL, ":0 is for root", ":0 - nproc 1", "root", "nproc 1 1"),
    (ALL, "0: is for root", "0: - nproc 1", "root", "nproc 1 1"),
    (ALL, "0:65535 is for root", "0:65535 - nproc 1", "root", "nproc 1 1"),
    (ALL, "a uid range is for another account with uid 0", ":0 - nproc 1", "toor", "nproc 1 1"),
    (ALL, "@:0 is taken for root's uid", "@:0 - nproc 1", "root", "nproc 1 1"),
    (ALL, "@0:0 is taken for root's uid", "@0:0 - nproc 1", "root", "nproc 1 1"),
    (ALL, "@0:1000 is taken for root's uid", "@0:1000 - nproc 1", "root", "nproc 1 1"),
    (ALL, "%:0 is taken for root's uid, and then holds rlimits", "%:0 - nproc 1", "root", "nproc 1 1"),
    (ALL, "what is taken for root's uid is a user's line", "@:0 - nproc 1\nroot - nproc 2\n@0:0 - nproc 3", "root", "nproc 3 3"),
    (ALL, "@:N is not for root, though root is in that group", "@:500 - nproc 1", "root", "nproc kept kept"),
    (ALL, "a no-limit line for root's group is for root", "root - nproc 1\n@root -", "root", "nothing set; rc 0"),
    (UNTIL_12, "a session starts from PID 1's limits", "thekiwi soft nproc 1", "thekiwi", "core 555004 666004; rttime 555015 666015; nproc 1 666006"),
    (UNTIL_12, "a session's soft limit for open files starts at 1024 at most", "", "thekiwi", "nofile 1024 666007"),
    (UNTIL_12, "without /proc/1/limits a session starts from compiled-in limits", "== no pid 1\n== limits.conf", "thekiwi", "log 4 using PAM defaults; core 0 unlimited; stack 8388608 unlimited; nofile 1024 1024"),
    (FROM_13, "a session starts from the caller's limits", "thekiwi soft nproc 1", "thekiwi", "core 777004 888004; nofile 777007 888007; nproc 1 888006"),
    (FROM_13, "the argument set_all brings back the start from PID 1's limits", "== argument set_all\n== limits.conf\nthekiwi soft nproc 1", "thekiwi", "core 555004 666004; nofile 1024 666007; nproc 1 666006"),
    (FROM_13, "without a line nothing is set", "", "thekiwi", "nothing set; rc 0; quiet"),
    (ALL, "a hard limit that may not be raised leaves both halves as they were, and the session goes on", "== no capability\n== limits.conf\n* - nproc 999999", "thekiwi", "rc 0; untouched nproc; refused nproc 999999 999999"),
    (ALL, "what may not be raised may be lowered", "== no capability\n== limits.conf\n* - nproc 5", "thekiwi", "rc 0; nproc 5 5"),
    (ALL, "an unknown user refuses the session", "== argument debug\n== limits.conf\n* - nproc 1", "nobody-here", "rc 10; nothing set; log 4 open_session username 'nobody-here' does not exist"),
];
