//! `Keyword`, the first word of a line: which directives there are, and in which type of file each is known.
//!
//! Source: what snmpd itself lists (`snmpd -Dread_config_usage -H` of 5.9.3), and read_config.c for the includes.

/// The first word of a line, as the daemon knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `[TYPE]` alone: what follows in this file is read as in a file of that type.
    Section,
    /// `[TYPE]` of a type that does not exist, or without its bracket: nothing changes.
    BadSection,
    /// `include`: ignored, with a warning.
    Include,
    /// `includeDir DIR`
    IncludeDir,
    /// `includeFile FILE`
    IncludeFile,
    /// `includeSearch NAME`
    IncludeSearch,
    /// `rocommunity`, `rwcommunity` and their forms for IPv6.
    Community,
    /// `authcommunity TYPES COMMUNITY …`
    AuthCommunity,
    /// `com2sec`
    Com2Sec,
    /// `com2sec6`
    Com2Sec6,
    /// `com2secunix`
    Com2SecUnix,
    /// `group`
    Group,
    /// `access`
    Access,
    /// `setaccess`
    SetAccess,
    /// `view`
    View,
    /// `authaccess`
    AuthAccess,
    /// `rouser`, `rwuser`, `authuser`, `authgroup`
    User,
    /// `vacmView`, `vacmGroup`, `vacmAccess`, `vacmAuthAccess`: what the daemon itself writes into its persistent file.
    SavedVacm,
    /// `createUser`
    CreateUser,
    /// `usmUser`
    UsmUser,
    /// `userSetAuthPass` and its kin: keys of users.
    UserSet,
    /// `agentaddress`
    AgentAddress,
    /// `defDomain`, `defTarget`, `defaultPort`: where the daemon listens that has no `agentaddress`.
    ListenDefault,
    /// `trapsink`, `trap2sink`, `informsink`
    TrapSink,
    /// `trapsess`
    TrapSession,
    /// `trapcommunity`
    TrapCommunity,
    /// `proxy`
    Proxy,
    /// `targetParams`, `targetAddr`, `snmpNotifyTable` and other tables of notifications.
    Notification,
    /// `master`
    Master,
    /// `agentXSocket`, `agentXPerms`
    AgentX,
    /// `smuxpeer`, `smuxsocket`
    Smux,
    /// `extend`, `exec`, `sh`, `pass`, `perl`, `dlmod` and their kin: the daemon starts a program.
    Program,
    /// `iquerySecName`, `agentSecName`: the user in whose name the daemon asks itself.
    InternalUser,
    /// `disableSNMPv1`
    DisableV1,
    /// `disableSNMPv2c`
    DisableV2c,
    /// `disableSNMPv3`
    DisableV3,
    /// `defCommunity`, `defAuthPassphrase` and their kin: secrets of the tools.
    DefaultSecret,
    /// `persistentDir`
    PersistentDir,
    /// `mibs`
    Mibs,
    /// `maxGetbulkRepeats`, `maxGetbulkResponses`
    GetbulkLimit,
    /// `authtrapenable`
    AuthTrapEnable,
    /// Known, and nothing to do with access.
    Plain,
    /// No directive: the daemon logs the line and does nothing.
    Unknown,
}

/// The type of file that a line is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// `snmpd.conf`: the daemon's own.
    Daemon,
    /// `snmp.conf`: the library's.
    Library,
    /// `agentx.conf`
    AgentX,
}

impl FileType {
    /// All, in the order in which snmpd reads them.
    pub const ALL: [Self; 3] = [Self::Daemon, Self::Library, Self::AgentX];

    /// The word in brackets, and the name of its files; the daemon's own is `snmpd` unless `-n` says otherwise.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Daemon => "snmpd",
            Self::Library => "snmp",
            Self::AgentX => "agentx",
        }
    }
}

/// A directive's word in lower case, what it is, and in which types of file it is known.
type Known = (&'static str, Keyword, KnownIn);

/// In which types of file a word is known; no list, for each in the table would be a pointer that the loader has to set.
#[derive(Clone, Copy)]
enum KnownIn {
    Daemon,
    Library,
    DaemonAndAgentX,
    DaemonAndLibrary,
}

const D: KnownIn = KnownIn::Daemon;
const L: KnownIn = KnownIn::Library;
const DA: KnownIn = KnownIn::DaemonAndAgentX;
const DL: KnownIn = KnownIn::DaemonAndLibrary;

impl KnownIn {
    fn types(self) -> &'static [FileType] {
        match self {
            Self::Daemon => &[FileType::Daemon],
            Self::Library => &[FileType::Library],
            Self::DaemonAndAgentX => &[FileType::Daemon, FileType::AgentX],
            Self::DaemonAndLibrary => &[FileType::Daemon, FileType::Library],
        }
    }
}

/// In byte order, for the search.
const KNOWN: &[Known] = &[
    ("16bitids", Keyword::Plain, L),
    ("_mteenottable", Keyword::Plain, D),
    ("_mteesettable", Keyword::Plain, D),
    ("_mteetable", Keyword::Plain, D),
    ("_mteotable", Keyword::Plain, D),
    ("_mtetbltable", Keyword::Plain, D),
    ("_mtetdtable", Keyword::Plain, D),
    ("_mtetextable", Keyword::Plain, D),
    ("_mtettable", Keyword::Plain, D),
    ("_mtetthtable", Keyword::Plain, D),
    ("_schedtable", Keyword::Plain, D),
    ("access", Keyword::Access, D),
    ("add_row", Keyword::Plain, D),
    ("agentaddress", Keyword::AgentAddress, D),
    ("agentgroup", Keyword::Plain, D),
    ("agentsecname", Keyword::InternalUser, D),
    ("agentuser", Keyword::Plain, D),
    ("agentxperms", Keyword::AgentX, DA),
    ("agentxretries", Keyword::Plain, DA),
    ("agentxsocket", Keyword::AgentX, DA),
    ("agentxtimeout", Keyword::Plain, DA),
    ("alias", Keyword::Plain, L),
    ("at", Keyword::Plain, D),
    ("authaccess", Keyword::AuthAccess, D),
    ("authcommunity", Keyword::AuthCommunity, D),
    ("authgroup", Keyword::User, D),
    ("authtrapenable", Keyword::AuthTrapEnable, D),
    ("authuser", Keyword::User, D),
    ("avgbulkvarbindsize", Keyword::Plain, D),
    ("certsecname", Keyword::Plain, D),
    ("clientaddr", Keyword::Plain, L),
    ("clientaddrusesport", Keyword::Plain, L),
    ("clientcert", Keyword::Plain, L),
    ("clientrecvbuf", Keyword::Plain, L),
    ("clientsendbuf", Keyword::Plain, L),
    ("com2sec", Keyword::Com2Sec, D),
    ("com2sec6", Keyword::Com2Sec6, D),
    ("com2secunix", Keyword::Com2SecUnix, D),
    ("commenttoeol", Keyword::Plain, L),
    ("count_kthreads", Keyword::Plain, D),
    ("createuser", Keyword::CreateUser, D),
    ("cron", Keyword::Plain, D),
    ("debugloglevel", Keyword::Plain, L),
    ("debugtokens", Keyword::Plain, L),
    ("defaultmonitors", Keyword::Plain, D),
    ("defaultport", Keyword::ListenDefault, L),
    ("defauthlocalizedkey", Keyword::DefaultSecret, L),
    ("defauthmasterkey", Keyword::DefaultSecret, L),
    ("defauthpassphrase", Keyword::DefaultSecret, L),
    ("defauthtype", Keyword::Plain, L),
    ("defcommunity", Keyword::DefaultSecret, L),
    ("defcontext", Keyword::Plain, L),
    ("defdomain", Keyword::ListenDefault, DL),
    ("defpassphrase", Keyword::DefaultSecret, L),
    ("defprivlocalizedkey", Keyword::DefaultSecret, L),
    ("defprivmasterkey", Keyword::DefaultSecret, L),
    ("defprivpassphrase", Keyword::DefaultSecret, L),
    ("defprivtype", Keyword::Plain, L),
    ("defsecuritylevel", Keyword::Plain, L),
    ("defsecuritymodel", Keyword::Plain, L),
    ("defsecurityname", Keyword::Plain, L),
    ("deftarget", Keyword::ListenDefault, DL),
    ("defversion", Keyword::Plain, L),
    ("disableperl", Keyword::Plain, D),
    ("disablesnmpv1", Keyword::DisableV1, L),
    ("disablesnmpv2c", Keyword::DisableV2c, L),
    ("disablesnmpv3", Keyword::DisableV3, L),
    ("disk", Keyword::Plain, D),
    ("diskio", Keyword::Plain, D),
    ("diskio_exclude_fd", Keyword::Plain, D),
    ("diskio_exclude_loop", Keyword::Plain, D),
    ("diskio_exclude_ram", Keyword::Plain, D),
    ("dlmod", Keyword::Program, D),
    ("dodebugging", Keyword::Plain, L),
    ("donotretainnotificationlogs", Keyword::Plain, D),
    ("dontbreakdownoids", Keyword::Plain, L),
    ("dontloadhostconfig", Keyword::Plain, L),
    ("dontlogtcpwrappersconnects", Keyword::Plain, D),
    ("dontprintunits", Keyword::Plain, L),
    ("dontretainlogs", Keyword::Plain, D),
    ("dumppacket", Keyword::Plain, L),
    ("engineboots", Keyword::Plain, D),
    ("engineid", Keyword::Plain, D),
    ("engineidnic", Keyword::Plain, D),
    ("engineidtype", Keyword::Plain, D),
    ("enum", Keyword::Plain, D),
    ("escapequotes", Keyword::Plain, L),
    ("exactengineid", Keyword::Plain, D),
    ("exec", Keyword::Program, D),
    ("exec2", Keyword::Program, D),
    ("execfix", Keyword::Program, D),
    ("execfix2", Keyword::Program, D),
    ("extend", Keyword::Program, D),
    ("extend-sh", Keyword::Program, D),
    ("extendedindex", Keyword::Plain, L),
    ("extendfix", Keyword::Program, D),
    ("extrax509subdir", Keyword::Plain, L),
    ("file", Keyword::Plain, D),
    ("group", Keyword::Group, D),
    ("hexoutputlength", Keyword::Plain, L),
    ("ifmib_max_num_ifaces", Keyword::Plain, D),
    ("ifxtable", Keyword::Plain, D),
    ("ignoredisk", Keyword::Plain, D),
    ("include_ifmib_iface_prefix", Keyword::Plain, D),
    ("includealldisks", Keyword::Plain, D),
    ("informsink", Keyword::TrapSink, D),
    ("injecthandler", Keyword::Plain, D),
    ("interface", Keyword::Plain, D),
    ("interface_fadeout", Keyword::Plain, D),
    ("interface_replace_old", Keyword::Plain, D),
    ("iqueryseclevel", Keyword::Plain, D),
    ("iquerysecname", Keyword::InternalUser, D),
    ("iqueryversion", Keyword::Plain, D),
    ("leave_pidfile", Keyword::Plain, D),
    ("linkupdownnotifications", Keyword::Plain, D),
    ("load", Keyword::Plain, D),
    ("localcert", Keyword::Plain, L),
    ("logmatch", Keyword::Plain, D),
    ("logoption", Keyword::Plain, L),
    ("logtimestamp", Keyword::Plain, L),
    ("master", Keyword::Master, D),
    ("maxgetbulkrepeats", Keyword::GetbulkLimit, D),
    ("maxgetbulkresponses", Keyword::GetbulkLimit, D),
    ("miballowunderline", Keyword::Plain, L),
    ("mibdirs", Keyword::Plain, L),
    ("mibfile", Keyword::Plain, L),
    ("mibreplacewithlatest", Keyword::Plain, L),
    ("mibs", Keyword::Mibs, L),
    ("mibwarninglevel", Keyword::Plain, L),
    ("monitor", Keyword::Plain, D),
    ("mteobjectstable", Keyword::Plain, D),
    ("mtetriggertable", Keyword::Plain, D),
    ("nocontextengineiddiscovery", Keyword::Plain, L),
    ("nodisplayhint", Keyword::Plain, L),
    ("nopersistentload", Keyword::Plain, L),
    ("nopersistentsave", Keyword::Plain, L),
    ("norangecheck", Keyword::Plain, L),
    ("notificationevent", Keyword::Plain, D),
    ("notificationfilter", Keyword::Notification, D),
    ("notokenwarnings", Keyword::Plain, L),
    ("numerictimeticks", Keyword::Plain, L),
    ("oidoutputformat", Keyword::Plain, L),
    ("oldengineid", Keyword::Plain, D),
    ("outputprecision", Keyword::Plain, L),
    ("override", Keyword::Plain, D),
    ("pass", Keyword::Program, D),
    ("pass_persist", Keyword::Program, D),
    ("pauthtrapenable", Keyword::Plain, D),
    ("pdustatsmax", Keyword::Plain, D),
    ("pdustatsthreshold", Keyword::Plain, D),
    ("peercert", Keyword::Plain, L),
    ("perl", Keyword::Program, D),
    ("perlinitfile", Keyword::Program, D),
    ("persistentdir", Keyword::PersistentDir, L),
    ("pload", Keyword::Plain, D),
    ("printhextext", Keyword::Plain, L),
    ("printnumericenums", Keyword::Plain, L),
    ("printnumericoids", Keyword::Plain, L),
    ("printvalueonly", Keyword::Plain, L),
    ("proc", Keyword::Plain, D),
    ("procfix", Keyword::Program, D),
    ("proxy", Keyword::Proxy, D),
    ("psyscontact", Keyword::Plain, D),
    ("psyslocation", Keyword::Plain, D),
    ("psysname", Keyword::Plain, D),
    ("quickprinting", Keyword::Plain, L),
    ("quit", Keyword::Plain, D),
    ("realstorageunits", Keyword::Plain, D),
    ("repeat", Keyword::Plain, D),
    ("retries", Keyword::Plain, L),
    ("reverseencodeber", Keyword::Plain, L),
    ("rocommunity", Keyword::Community, D),
    ("rocommunity6", Keyword::Community, D),
    ("rouser", Keyword::User, D),
    ("rwcommunity", Keyword::Community, D),
    ("rwcommunity6", Keyword::Community, D),
    ("rwuser", Keyword::User, D),
    ("sendmail_config", Keyword::Plain, D),
    ("sendmail_index", Keyword::Plain, D),
    ("sendmail_queue", Keyword::Plain, D),
    ("sendmail_queue_t", Keyword::Plain, D),
    ("sendmail_stats", Keyword::Plain, D),
    ("sendmail_stats_t", Keyword::Plain, D),
    ("sendmessagemaxsize", Keyword::Plain, L),
    ("servercert", Keyword::Plain, L),
    ("serverrecvbuf", Keyword::Plain, L),
    ("serversendbuf", Keyword::Plain, L),
    ("setaccess", Keyword::SetAccess, D),
    ("setevent", Keyword::Plain, D),
    ("setserialno", Keyword::Plain, D),
    ("sh", Keyword::Program, D),
    ("sh2", Keyword::Program, D),
    ("showmiberrors", Keyword::Plain, L),
    ("skipnfsinhostresources", Keyword::Plain, D),
    ("smuxpeer", Keyword::Smux, D),
    ("smuxsocket", Keyword::Smux, D),
    ("snmpnotifyfilterprofiletable", Keyword::Notification, D),
    ("snmpnotifyfiltertable", Keyword::Notification, D),
    ("snmpnotifytable", Keyword::Notification, D),
    ("snmptlstmaddr", Keyword::Plain, D),
    ("snmptlstmparams", Keyword::Plain, D),
    ("sourcefilteraddress", Keyword::Plain, D),
    ("sourcefiltertype", Keyword::Plain, D),
    ("storageusenfs", Keyword::Plain, D),
    ("strictcommentterm", Keyword::Plain, L),
    ("strictdisman", Keyword::Plain, D),
    ("suffixprinting", Keyword::Plain, L),
    ("swap", Keyword::Plain, D),
    ("syscontact", Keyword::Plain, D),
    ("sysdescr", Keyword::Plain, D),
    ("syslocation", Keyword::Plain, D),
    ("sysname", Keyword::Plain, D),
    ("sysobjectid", Keyword::Plain, D),
    ("sysservices", Keyword::Plain, D),
    ("table", Keyword::Plain, D),
    ("targetaddr", Keyword::Notification, D),
    ("targetparams", Keyword::Notification, D),
    ("tempfilepattern", Keyword::Plain, L),
    ("timeout", Keyword::Plain, L),
    ("tlsalgorithms", Keyword::Plain, L),
    ("trap2sink", Keyword::TrapSink, D),
    ("trapcommunity", Keyword::TrapCommunity, D),
    ("trapsess", Keyword::TrapSession, D),
    ("trapsink", Keyword::TrapSink, D),
    ("trustcert", Keyword::Plain, L),
    ("tsmusetransportprefix", Keyword::Plain, L),
    ("usersetauthkey", Keyword::UserSet, D),
    ("usersetauthlocalkey", Keyword::UserSet, D),
    ("usersetauthpass", Keyword::UserSet, D),
    ("usersetprivkey", Keyword::UserSet, D),
    ("usersetprivlocalkey", Keyword::UserSet, D),
    ("usersetprivpass", Keyword::UserSet, D),
    ("usmuser", Keyword::UsmUser, D),
    ("v1trapaddress", Keyword::Plain, D),
    ("vacmaccess", Keyword::SavedVacm, D),
    ("vacmauthaccess", Keyword::SavedVacm, D),
    ("vacmgroup", Keyword::SavedVacm, D),
    ("vacmview", Keyword::SavedVacm, D),
    ("view", Keyword::View, D),
    ("x509crlfile", Keyword::Plain, L),
];

impl Keyword {
    /// Whether lines of it hold communities, passphrases or keys of the daemon.
    #[must_use]
    pub fn holds_secrets(self) -> bool {
        matches!(
            self,
            Self::Community
                | Self::AuthCommunity
                | Self::Com2Sec
                | Self::Com2Sec6
                | Self::Com2SecUnix
                | Self::CreateUser
                | Self::UsmUser
                | Self::UserSet
                | Self::TrapSink
                | Self::TrapSession
                | Self::TrapCommunity
                | Self::Proxy
                | Self::Smux
        )
    }

    /// What a word is in a file that is read as this type; case does not matter.
    #[must_use]
    pub fn of(word: &[u8], file_type: FileType) -> Self {
        match known(word) {
            Some((_, keyword, known_in)) if known_in.types().contains(&file_type) => *keyword,
            _ => Self::Unknown,
        }
    }

    /// What a word is in some type of file, for whoever asks what could stand in a line.
    #[must_use]
    pub fn anywhere(word: &[u8]) -> Self {
        known(word).map_or(Self::Unknown, |(_, keyword, _)| *keyword)
    }

    /// All words that are known somewhere, in small letters, and what they are.
    pub(super) fn all() -> impl Iterator<Item = (&'static str, Self)> {
        KNOWN.iter().map(|(name, keyword, _)| (*name, *keyword))
    }

    /// The types of file in which a word is known.
    #[must_use]
    pub fn types(word: &[u8]) -> &'static [FileType] {
        known(word).map_or(&[], |(_, _, known_in)| known_in.types())
    }
}

fn known(word: &[u8]) -> Option<&'static Known> {
    let lower = word.to_ascii_lowercase();
    let at = KNOWN.binary_search_by(|(name, ..)| name.as_bytes().cmp(&lower)).ok()?;
    KNOWN.get(at)
}

#[cfg(test)]
mod tests {
    use super::{FileType, KNOWN, Keyword};

    #[test]
    fn words_stand_in_the_order_that_the_search_needs() {
        assert!(KNOWN.is_sorted_by(|one, other| one.0.as_bytes() < other.0.as_bytes()));
    }

    #[test]
    fn a_word_is_known_in_its_own_type_of_file_and_in_no_other() {
        assert_eq!(Keyword::of(b"ROCommunity", FileType::Daemon), Keyword::Community);
        assert_eq!(Keyword::of(b"rocommunity", FileType::Library), Keyword::Unknown);
        assert_eq!(Keyword::of(b"disableSNMPv1", FileType::Daemon), Keyword::Unknown);
        assert_eq!(Keyword::of(b"disableSNMPv1", FileType::Library), Keyword::DisableV1);
    }
}
