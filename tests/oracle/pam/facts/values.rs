//! What an item's value comes to, and how logins are counted.

use super::{ALL, FROM_12, FROM_13, ONLY_11, Row, UNTIL_12};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (ALL, "a number ends where its digits do", "thekiwi soft nproc 5k\nthekiwi soft locks 1,000\nthekiwi soft sigpending 1e3", "thekiwi", "nproc 5 kept; locks 1 kept; sigpending 1 kept"),
    (ALL, "a number is decimal, not hexadecimal or octal", "thekiwi soft nproc 0x10\nthekiwi soft locks 010", "thekiwi", "nproc 0 kept; locks 10 kept"),
    (ALL, "a negative number wraps", "thekiwi hard nproc -2", "thekiwi", "nproc kept 18446744073709551614"),
    (ALL, "a number too great is unlimited", "thekiwi hard nproc 99999999999999999999", "thekiwi", "nproc kept unlimited"),
    (ALL, "-1, a dash, unlimited and infinity are unlimited", "thekiwi hard nproc -1\nthekiwi hard core -\nthekiwi hard locks unlimited\nthekiwi hard stack infinity", "thekiwi", "nproc kept unlimited; core kept unlimited; locks kept unlimited; stack kept unlimited"),
    (ALL, "inf is a wrong value", "thekiwi hard nproc inf", "thekiwi", "nproc kept kept; log 7 wrong limit value 'inf'"),
    (ALL, "none is a wrong value", "thekiwi hard nproc none", "thekiwi", "nproc kept kept; log 7 wrong limit value 'none'"),
    (ALL, "sizes are in KiB", "* soft core 1\n* soft data 2\n* soft fsize 3\n* soft memlock 4\n* soft rss 5\n* soft stack 6\n* soft as 7", "thekiwi", "core 1024 kept; data 2048 kept; fsize 3072 kept; memlock 4096 kept; rss 5120 kept; stack 6144 kept; as 7168 kept"),
    (ALL, "a size from 2^64 - 1024 bytes on is unlimited", "* hard core 18014398509481983\n* hard data 18014398509481982", "thekiwi", "core kept unlimited; data kept 18446744073709549568"),
    (ALL, "cpu is in minutes", "* soft cpu 2", "thekiwi", "cpu 120 kept"),
    (ALL, "cpu 0 is 0 seconds", "* soft cpu 0", "thekiwi", "cpu 0 kept"),
    (ALL, "counts are as written", "* soft nofile 10\n* soft nproc 11\n* soft locks 12\n* soft sigpending 13\n* soft msgqueue 14\n* soft rtprio 15", "thekiwi", "nofile 10 kept; nproc 11 kept; locks 12 kept; sigpending 13 kept; msgqueue 14 kept; rtprio 15 kept"),
    (ALL, "rttime is not known before 1.7.1", "* soft rttime 15", "thekiwi", "rttime kept kept; log 7 unknown limit item 'rttime'"),
    (FROM_12, "unlimited nofile is the kernel's ceiling", "== nr_open 5000000\n== limits.conf\n* - nofile unlimited", "thekiwi", "nofile 5000000 5000000"),
    (ONLY_11, "unlimited nofile is refused by the kernel, which Debian lets pass", "* - nofile unlimited", "thekiwi", "untouched nofile; refused nofile unlimited unlimited; quiet"),
    (ALL, "nofile above the kernel's ceiling is refused, which Debian lets pass", "* - nofile 1048577", "thekiwi", "untouched nofile; refused nofile 1048577 1048577; rc 0"),
    (FROM_12, "a refused limit is logged for debugging since 1.5.2", "* - nofile 1048577", "thekiwi", "log 7 Could not set limit for 'nofile'"),
    (ALL, "nice is 20 less the number", "* - nice -5", "thekiwi", "nice 25 25"),
    (ALL, "nice -1 is a number", "* - nice -1", "thekiwi", "nice 21 21"),
    (ALL, "nice is held within -20..19", "* soft nice 100\n* hard nice -100", "thekiwi", "nice 1 40"),
    (ALL, "nice unlimited is a wrong value", "* - nice unlimited", "thekiwi", "nice kept kept; log 7 wrong limit value 'unlimited'"),
    (ALL, "priority -1 is a number", "* - priority -1", "thekiwi", "priority -1"),
    (ALL, "priority unlimited is a wrong value", "* - priority unlimited", "thekiwi", "priority kept; log 7 wrong limit value 'unlimited'"),
    (ALL, "priority needs a known type", "* both priority 5", "thekiwi", "priority kept; log 7 unknown limit type 'both'"),
    (ONLY_11, "nonewprivs is not known before 1.5.0", "* - nonewprivs 1", "thekiwi", "nonewprivs off; log 7 unknown limit item 'nonewprivs'"),
    (FROM_12, "nonewprivs 1 is on", "* - nonewprivs 1", "thekiwi", "nonewprivs on"),
    (FROM_12, "nonewprivs takes any word as its type", "* whatever nonewprivs 1", "thekiwi", "nonewprivs on"),
    (FROM_12, "a wrong nonewprivs turns an earlier one off", "* - nonewprivs 1\n* - nonewprivs yes", "thekiwi", "nonewprivs off; log 7 wrong limit value 'yes'"),
    (ALL, "chroot is lower-cased", "thekiwi - chroot /Srv/Jail", "thekiwi", "chroot /srv/jail"),
    (ALL, "chroot needs a known type", "thekiwi both chroot /srv/jail", "thekiwi", "log 7 unknown limit type 'both'"),
];

#[rustfmt::skip]
pub(super) const LOGINS: &[Row] = &[
    (UNTIL_12, "maxlogins of * counts this user's logins and this one", "== logged in thekiwi thekiwi alice root\n== limits.conf\n* - maxlogins 2", "thekiwi", "rc 6; log 5 Too many logins (max 2) for thekiwi"),
    (UNTIL_12, "maxlogins of * lets as many in as it says", "== logged in thekiwi thekiwi alice root\n== limits.conf\n* - maxlogins 3", "thekiwi", "rc 0"),
    (UNTIL_12, "maxlogins of @group counts this user's logins only", "== logged in thekiwi thekiwi alice root\n== limits.conf\n@second - maxlogins 3", "thekiwi", "rc 0"),
    (UNTIL_12, "maxlogins of %group counts all its members' logins", "== logged in thekiwi thekiwi alice root\n== limits.conf\n%second - maxlogins 3", "thekiwi", "rc 6"),
    (UNTIL_12, "maxlogins of % counts all logins", "== logged in thekiwi thekiwi alice root\n== limits.conf\n% - maxlogins 4", "thekiwi", "rc 6"),
    (ALL, "maxlogins 0 refuses always", "* - maxlogins 0", "thekiwi", "rc 6"),
    (ALL, "a negative maxlogins is no limit", "== logged in thekiwi\n== limits.conf\n* - maxlogins -1", "thekiwi", "rc 0"),
    (ALL, "maxlogins takes any word as its type", "* whatever maxlogins 0", "thekiwi", "rc 6"),
    (ALL, "the rlimits are set even when the login is refused", "* - maxlogins 0\n* soft nproc 77", "thekiwi", "rc 6; nproc 77 kept"),
    (ALL, "root is never refused", "root - maxlogins 0", "root", "rc 0"),
    (FROM_13, "maxlogins 1 is not enforced where logind counts", "== logged in thekiwi thekiwi\n== limits.conf\n* - maxlogins 1", "thekiwi", "rc 0; log 4 needs to be 2 or higher"),
];
