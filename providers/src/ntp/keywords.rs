//! The words that ntpd knows: which begin a line, and whether the next is read as text whatever it is.
//!
//! Source: the keyword tables of 4.2.6p5, 4.2.8 and NTPsec 1.2.2, and the lists of options of 4.2.8p12 to p15.

use super::version::{Family, Rules};
use Era::{Both, Both22, Both427, Both428, Classic, Ntpsec, Since12, Since16, Since427, Since428, Until427};
use Follow::{Text, Texts, Word};
use Role::{Part, Start};

/// Which releases know a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    /// All.
    Both,
    /// The reference implementation since 4.2.7, and NTPsec.
    Both427,
    /// The reference implementation since 4.2.7p22, and NTPsec; before, it is the name of a host.
    Both22,
    /// The reference implementation's later 4.2.8, and NTPsec.
    Both428,
    /// The reference implementation.
    Classic,
    /// The reference implementation up to 4.2.6.
    Until427,
    /// The reference implementation since 4.2.7.
    Since427,
    /// The reference implementation's later 4.2.8.
    Since428,
    /// The reference implementation since 4.2.8p12.
    Since12,
    /// The reference implementation behind 4.2.8p15, which does not have it.
    Since16,
    /// NTPsec.
    Ntpsec,
}

/// How what follows a word is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// As it looks: a word, a number or text.
    Word,
    /// The next as text.
    Text,
    /// All up to the end of the line as text.
    Texts,
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It begins a line.
    Start,
    /// It is part of one.
    Part,
}

/// A word that the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keyword {
    pub(super) word: &'static str,
    pub(super) follow: Follow,
    pub(super) role: Role,
}

/// The word as this release knows it; case counts.
pub(super) fn keyword(text: &[u8], rules: &Rules) -> Option<Keyword> {
    let index = WORDS.binary_search_by(|(word, ..)| word.as_bytes().cmp(text)).ok()?;
    let (word, era, follow, role) = WORDS[index];
    let since = |numbers| rules.is_classic_since(numbers);
    let is_ntpsec = rules.family == Family::Ntpsec;
    let is_known = match era {
        Both => true,
        Both427 => is_ntpsec || since([4, 2, 7, 0]),
        Both22 => is_ntpsec || since([4, 2, 7, 22]),
        Both428 => is_ntpsec || since([4, 2, 8, 1]),
        Classic => !is_ntpsec,
        Until427 => !is_ntpsec && !since([4, 2, 7, 0]),
        Since427 => since([4, 2, 7, 0]),
        Since428 => since([4, 2, 8, 1]),
        Since12 => since([4, 2, 8, 12]),
        Since16 => since([4, 2, 8, 16]),
        Ntpsec => is_ntpsec,
    };
    is_known.then_some(Keyword { word, follow, role })
}

/// In byte order.
#[rustfmt::skip]
static WORDS: &[(&str, Era, Follow, Role)] = &[
    ("-4", Both, Word, Part),
    ("-6", Both, Word, Part),
    ("...", Both, Word, Part),
    ("abbrev", Since427, Text, Part),
    ("aead", Ntpsec, Text, Part),
    ("age", Both, Word, Part),
    ("all", Both, Word, Part),
    ("allan", Both, Word, Part),
    ("allpeers", Both427, Word, Part),
    ("auth", Both, Word, Part),
    ("autokey", Classic, Word, Part),
    ("automax", Classic, Word, Start),
    ("average", Both, Word, Part),
    ("basedate", Since12, Word, Start),
    ("baud", Ntpsec, Word, Part),
    ("bclient", Classic, Word, Part),
    ("bcpollbstep", Since12, Word, Part),
    ("beacon", Classic, Word, Part),
    ("beep_delay", Classic, Word, Part),
    ("bias", Ntpsec, Word, Part),
    ("broadcast", Classic, Text, Start),
    ("broadcastclient", Classic, Word, Start),
    ("broadcastdelay", Classic, Word, Start),
    ("burst", Both, Word, Part),
    ("ca", Ntpsec, Word, Part),
    ("calibrate", Both, Word, Part),
    ("calldelay", Until427, Word, Start),
    ("ceiling", Both, Word, Part),
    ("cert", Ntpsec, Word, Part),
    ("checkhash", Since12, Word, Part),
    ("clock", Ntpsec, Text, Part),
    ("clockstats", Both, Word, Part),
    ("cohort", Classic, Word, Part),
    ("controlkey", Both, Word, Start),
    ("cookie", Ntpsec, Word, Part),
    ("crypto", Classic, Word, Start),
    ("cryptostats", Classic, Word, Part),
    ("ctl", Both427, Word, Part),
    ("day", Both, Word, Part),
    ("default", Both, Word, Part),
    ("delrestrict", Since16, Word, Start),
    ("device", Since12, Text, Start),
    ("digest", Classic, Text, Part),
    ("disable", Both, Word, Start),
    ("discard", Classic, Word, Start),
    ("dispersion", Both, Word, Part),
    ("driftfile", Both, Text, Start),
    ("drop", Both, Word, Part),
    ("dscp", Both428, Word, Start),
    ("duration", Classic, Word, Part),
    ("enable", Both, Word, Start),
    ("end", Both, Word, Start),
    ("epeer", Since12, Word, Part),
    ("extra", Ntpsec, Word, Start),
    ("file", Both, Text, Part),
    ("filegen", Both, Word, Start),
    ("filenum", Both427, Word, Part),
    ("flag1", Both, Word, Part),
    ("flag2", Both, Word, Part),
    ("flag3", Both, Word, Part),
    ("flag4", Both, Word, Part),
    ("flake", Both, Word, Part),
    ("floor", Both, Word, Part),
    ("freq", Both, Word, Part),
    ("freq_offset", Classic, Word, Part),
    ("fudge", Both, Text, Start),
    ("fuzz", Since12, Word, Part),
    ("holdover", Ntpsec, Word, Part),
    ("host", Classic, Text, Part),
    ("huffpuff", Both, Word, Part),
    ("iburst", Both, Word, Part),
    ("ident", Classic, Text, Start),
    ("ignore", Both, Word, Part),
    ("ignorehash", Since12, Word, Part),
    ("incalloc", Both427, Word, Part),
    ("includefile", Both, Text, Start),
    ("incmem", Both427, Word, Part),
    ("initalloc", Both427, Word, Part),
    ("initmem", Both427, Word, Part),
    ("interface", Both, Word, Start),
    ("io", Both427, Word, Part),
    ("ippeerlimit", Since12, Word, Part),
    ("ipv4", Both, Word, Part),
    ("ipv6", Both, Word, Part),
    ("jitter", Classic, Word, Part),
    ("kernel", Both, Word, Part),
    ("key", Both, Word, Part),
    ("keys", Both, Text, Start),
    ("keysdir", Classic, Text, Start),
    ("kod", Both, Word, Part),
    ("leapfile", Both, Text, Start),
    ("leapsmearinterval", Both428, Word, Start),
    ("limit", Ntpsec, Word, Start),
    ("limited", Both, Word, Part),
    ("link", Both, Word, Part),
    ("listen", Both, Word, Part),
    ("logconfig", Both, Texts, Start),
    ("logfile", Both, Text, Start),
    ("loopstats", Both, Word, Part),
    ("lowpriotrap", Classic, Word, Part),
    ("manycastclient", Classic, Text, Start),
    ("manycastserver", Classic, Texts, Start),
    ("mask", Both, Word, Part),
    ("maxage", Both427, Word, Part),
    ("maxclock", Both, Word, Part),
    ("maxdepth", Both427, Word, Part),
    ("maxdisp", Ntpsec, Word, Part),
    ("maxdist", Both, Word, Part),
    ("maxmem", Both427, Word, Part),
    ("maxpoll", Both, Word, Part),
    ("maxtls", Ntpsec, Word, Part),
    ("mdnstries", Both428, Word, Start),
    ("mem", Both427, Word, Part),
    ("memlock", Both427, Word, Part),
    ("minage", Ntpsec, Word, Part),
    ("minclock", Both, Word, Part),
    ("mindepth", Both427, Word, Part),
    ("mindist", Both, Word, Part),
    ("minimum", Classic, Word, Part),
    ("minjitter", Since12, Word, Part),
    ("minpoll", Both, Word, Part),
    ("minsane", Both, Word, Part),
    ("mintls", Ntpsec, Word, Part),
    ("mode", Both, Word, Part),
    ("mode7", Since427, Word, Part),
    ("monitor", Both, Word, Part),
    ("month", Both, Word, Part),
    ("mru", Both427, Word, Start),
    ("mssntp", Both, Word, Part),
    ("multicastclient", Classic, Texts, Start),
    ("nic", Both, Word, Start),
    ("noepeer", Since12, Word, Part),
    ("nolink", Both, Word, Part),
    ("nomodify", Both, Word, Part),
    ("nomrulist", Both427, Word, Part),
    ("none", Both, Word, Part),
    ("nonvolatile", Both427, Word, Start),
    ("nopeer", Both, Word, Part),
    ("noquery", Both, Word, Part),
    ("noselect", Both, Word, Part),
    ("noserve", Both, Word, Part),
    ("notrap", Both, Word, Part),
    ("notrust", Both, Word, Part),
    ("noval", Ntpsec, Word, Part),
    ("ntp", Both, Word, Part),
    ("ntpport", Both, Word, Part),
    ("ntpsigndsocket", Both, Text, Start),
    ("nts", Ntpsec, Word, Start),
    ("ntskelog", Ntpsec, Word, Part),
    ("ntskestats", Ntpsec, Word, Part),
    ("ntsstats", Ntpsec, Word, Part),
    ("orphan", Both, Word, Part),
    ("orphanwait", Both427, Word, Part),
    ("panic", Both, Word, Part),
    ("path", Ntpsec, Text, Part),
    ("peer", Both, Text, Start),
    ("peer_clear_digest_early", Since12, Word, Part),
    ("peerstats", Both, Word, Part),
    ("phone", Both, Texts, Start),
    ("pid", Both, Word, Part),
    ("pidfile", Both, Text, Start),
    ("pollskewlist", Since12, Word, Start),
    ("pool", Both, Text, Start),
    ("port", Both, Word, Part),
    ("ppspath", Ntpsec, Text, Part),
    ("preempt", Classic, Word, Part),
    ("prefer", Both, Word, Part),
    ("proc_delay", Classic, Word, Part),
    ("prop_delay", Classic, Word, Part),
    ("protostats", Both, Word, Part),
    ("pw", Classic, Text, Part),
    ("qos", Until427, Word, Start),
    ("randfile", Classic, Text, Part),
    ("rawstats", Both, Word, Part),
    ("refclock", Ntpsec, Text, Start),
    ("refid", Both, Text, Part),
    ("requestkey", Both, Word, Start),
    ("reset", Both427, Word, Start),
    ("restrict", Both, Word, Start),
    ("revoke", Classic, Word, Start),
    ("rlimit", Both427, Word, Start),
    ("saveconfigdir", Both, Text, Start),
    ("server", Both, Text, Start),
    ("server_offset", Classic, Word, Part),
    ("serverresponse", Since12, Word, Part),
    ("setvar", Both, Text, Start),
    ("sign", Until427, Text, Part),
    ("simulate", Classic, Word, Start),
    ("simulation_duration", Classic, Word, Part),
    ("source", Both22, Word, Part),
    ("stacksize", Both427, Word, Part),
    ("statistics", Both, Word, Start),
    ("stats", Both, Word, Part),
    ("statsdir", Both, Text, Start),
    ("step", Both, Word, Part),
    ("stepback", Both428, Word, Part),
    ("stepfwd", Both428, Word, Part),
    ("stepout", Both, Word, Part),
    ("stratum", Both, Word, Part),
    ("subtype", Ntpsec, Word, Part),
    ("sys", Both427, Word, Part),
    ("sysstats", Both, Word, Part),
    ("tick", Both, Word, Start),
    ("time1", Both, Word, Part),
    ("time2", Both, Word, Part),
    ("timer", Both427, Word, Part),
    ("timingstats", Classic, Word, Part),
    ("tinker", Both, Word, Start),
    ("tlscipherserverpreference", Ntpsec, Word, Part),
    ("tlsciphersuites", Ntpsec, Text, Part),
    ("tlsecdhcurves", Ntpsec, Text, Part),
    ("tos", Both, Word, Start),
    ("trap", Classic, Text, Start),
    ("true", Both, Word, Part),
    ("trustedkey", Both, Word, Start),
    ("ttl", Classic, Word, Start),
    ("type", Both, Word, Part),
    ("unconfig", Both, Text, Start),
    ("unit", Ntpsec, Word, Part),
    ("unpeer", Both, Text, Start),
    ("unpeer_crypto_early", Since428, Word, Part),
    ("unpeer_crypto_nak_early", Since428, Word, Part),
    ("unpeer_digest_early", Since428, Word, Part),
    ("unrestrict", Ntpsec, Word, Start),
    ("usestats", Ntpsec, Word, Part),
    ("version", Both, Word, Part),
    ("wander", Classic, Word, Part),
    ("week", Both, Word, Part),
    ("wildcard", Both, Word, Part),
    ("xleave", Classic, Word, Part),
    ("xmtnonce", Since12, Word, Part),
    ("year", Both, Word, Part),
];

#[cfg(test)]
mod tests {
    use super::{Role, WORDS, keyword};
    use crate::ntp::version::{Rules, Version};

    #[test]
    fn the_words_stand_in_byte_order_and_each_once() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0.as_bytes() < pair[1].0.as_bytes()));
    }

    #[test]
    fn a_word_is_known_to_the_releases_that_have_it() {
        let old = Rules::classic(Version([4, 2, 6, 5]));
        let new = Rules::classic(Version([4, 2, 8, 15]));
        let ntpsec = Rules::ntpsec(Version([1, 2, 2, 0]));
        let known = |word: &str| [&old, &new, &ntpsec].map(|rules| keyword(word.as_bytes(), rules).is_some());
        assert_eq!(known("restrict"), [true, true, true]);
        assert_eq!(known("unrestrict"), [false, false, true]);
        assert_eq!(known("mru"), [false, true, true]);
        assert_eq!(known("source"), [false, true, true]);
        assert_eq!(known("mode7"), [false, true, false]);
        assert_eq!(known("calldelay"), [true, false, false]);
        assert_eq!(known("ippeerlimit"), [false, true, false]);
        assert_eq!(known("RESTRICT"), [false, false, false]);
    }

    #[test]
    fn every_line_of_the_grammar_begins_with_a_word_that_may_begin_one() {
        for word in ["restrict", "disable", "interface", "nic", "includefile", "mru", "server", "tos", "end"]
        {
            let rules = Rules::classic(Version([4, 2, 8, 15]));
            assert_eq!(keyword(word.as_bytes(), &rules).unwrap().role, Role::Start, "{word}");
        }
    }
}
