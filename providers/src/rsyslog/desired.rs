//! The kind `rsyslog_forward`: messages of this host that should be at another one, whatever happens.

use super::values::{
    Condition, Count, FilePath, Host, Name, Peers, Port, Rate, Retries, Selector, Servers, Size, Template,
};
use crate::schema::SchemaError;
use crate::{kind, words};

words! {
    /// Whether a resource should exist.
    pub enum Ensure {
        /// It should.
        Present = "present",
        /// It should not.
        Absent = "absent",
    }
}

words! {
    /// How messages travel.
    pub enum Transport {
        /// Nobody hears of a loss.
        Udp = "udp",
        /// What a receiver had accepted and not written is lost with it.
        Tcp = "tcp",
        /// Each message is acknowledged.
        Relp = "relp",
    }
}

words! {
    /// A switch.
    pub enum Switch {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
}

words! {
    /// The library that encrypts TCP.
    pub enum TlsDriver {
        /// GnuTLS; package rsyslog-gnutls.
        Gtls = "gtls",
        /// OpenSSL; package rsyslog-openssl, since 8.36.
        Ossl = "ossl",
    }
}

words! {
    /// How the server is known.
    pub enum AuthMode {
        /// Its certificate is of the authority and bears one of the names.
        Name = "name",
        /// Its certificate is of the authority.
        CertValid = "certvalid",
        /// It is anyone.
        Anon = "anon",
    }
}

words! {
    /// Where messages wait while the server is away.
    pub enum QueueIn {
        /// In memory, and from the twentieth on the disk.
        Disk = "disk",
        /// On the disk, always.
        AlwaysDisk = "always_disk",
        /// In memory only.
        Memory = "memory",
    }
}

words! {
    /// The language of what is written.
    pub enum Format {
        /// By the version that is installed.
        Auto = "auto",
        /// `action(…)`
        RainerScript = "rainerscript",
        /// `$Action…` and `@@host`
        Legacy = "legacy",
    }
}

words! {
    /// Yes or no.
    pub enum Flag {
        /// Yes.
        True = "true",
        /// No.
        False = "false",
    }
}

kind! {
    /// Messages of this host that rsyslogd should forward to another one, so that none is lost while that one, the
    /// network or this host is down.
    ///
    /// In sync means forwarded: over all files that rsyslogd reads, in both of its languages, the messages come to an
    /// action that sends them so, and the process that runs has read these files. What keeps them from it is drift,
    /// and the answer names file and line.
    pub struct RsyslogForward named "rsyslog_forward" titled "NAME" {
        /// A name for it: of its file, its action and its queue's files.
        Namevar name: Name,
        /// Whether messages should be forwarded. `absent` removes what standfast wrote under this name.
        Property ensure: Ensure = "present",
        /// The host that gets them, by name or address.
        Property target: Option<Host>,
        /// Its port. Left out: 514, with `tls` 6514, with `relp` 20514, for which there is no standard.
        Property port: Option<Port>,
        /// `relp` acknowledges each message and loses none; it is to be preferred where the server has imrelp. `tcp`
        /// loses what a server had accepted and not written when it hangs or dies. `udp` loses without a word.
        Property protocol: Transport = "tcp",
        /// Whether messages are encrypted. `on` needs `ca_file`, unless `auth_mode` is `anon`.
        Property tls: Switch = "off",
        /// The library that encrypts TCP: `gtls` unless it is given. `ossl` loses the first batch after each
        /// reconnection. RELP has its own.
        Parameter tls_driver: Option<TlsDriver>,
        /// The certificate of the authority that the server's is checked against.
        Property ca_file: Option<FilePath>,
        /// The certificate of this host, where the server asks for one; needs `key_file`.
        Property cert_file: Option<FilePath>,
        /// The key of `cert_file`.
        Property key_file: Option<FilePath>,
        /// How the server is known: `name` by one of `permitted_peers`, `certvalid` as anyone with a certificate of
        /// the authority, `anon` not at all.
        Property auth_mode: AuthMode = "name",
        /// The names that the server's certificate may bear. Left out: that of the host.
        Property permitted_peers: Option<Peers>,
        /// Which messages, as a selector. Left out: `*.*`, all of them.
        Property selector: Option<Selector>,
        /// Which messages, as a RainerScript condition, in the place of `selector`.
        Property filter: Option<Condition>,
        /// How they are formatted. The default keeps year, zone and fractions of a second, and whole tags.
        Property template: Template = "RSYSLOG_ForwardFormat",
        /// Where they wait while the server is away: `disk` in memory and from the twentieth on the disk,
        /// `always_disk` on the disk before they are sent, `memory` in memory only.
        Property queue: QueueIn = "disk",
        /// How many wait in memory.
        Property queue_size: Count = "10000",
        /// How much of the disk they take at most. When it is used up, messages are dropped.
        Property queue_max_disk: Size = "1g",
        /// The directory of the queue's files. Left out: rsyslogd's working directory, else `/var/spool/rsyslog` or
        /// `/var/lib/rsyslog`, whichever is there.
        Parameter spool_dir: Option<FilePath>,
        /// How often a message is tried again. Only `endless` loses none.
        Property retry: Retries = "endless",
        /// How many messages are sent in how many seconds, as `1000/10`; rsyslogd drops the rest, and no queue keeps it.
        /// `none` drops none.
        Property rate_limit: Rate = "none",
        /// The servers that get the messages while `target` is away, in order, as `host` or `host:port`.
        Property failover: Option<Servers>,
        /// The language of what is written: `auto` chooses `rainerscript` from rsyslog 7.4 on, else `legacy`.
        Parameter format: Format = "auto",
        /// Whether messages must be in a file of this host, too: a facility without any is drift.
        Parameter keep_local: Flag = "true",
        /// The file that gets it. Left out: `00-standfast-NAME.conf` in the directory that rsyslog.conf includes, or
        /// rsyslog.conf itself where it includes none.
        Parameter target_file: Option<FilePath>,
        /// Whether forwards that no resource declares are drift, and removed.
        Parameter purge: Flag = "false",
    }
}

impl RsyslogForward {
    /// The port of the target.
    #[must_use]
    pub fn port(&self) -> Port {
        self.port.unwrap_or(match (self.protocol, self.tls) {
            (Transport::Relp, _) => Port(20514),
            (_, Switch::On) => Port(6514),
            (_, Switch::Off) => Port(514),
        })
    }

    /// All servers in order: the target and those of `failover`, each with its port.
    #[must_use]
    pub fn servers(&self) -> Vec<(&Host, Port)> {
        let first = self.target.iter().map(|host| (host, self.port()));
        let others = self.failover.iter().flat_map(|servers| &servers.0);
        first.chain(others.map(|(host, port)| (host, port.unwrap_or_else(|| self.port())))).collect()
    }

    /// The names that a server's certificate may bear.
    #[must_use]
    pub fn peers(&self, server: &Host) -> Vec<String> {
        match &self.permitted_peers {
            Some(peers) => peers.0.clone(),
            None => vec![server.0.clone()],
        }
    }

    /// The selector, where there is no filter.
    #[must_use]
    pub fn selector(&self) -> Selector {
        self.selector.clone().unwrap_or_else(|| Selector("*.*".into()))
    }

    /// Checks the values against each other.
    ///
    /// # Errors
    /// [`SchemaError::Together`] says what does not go together, what it would do, and what works.
    pub fn check(&self) -> Result<(), SchemaError> {
        if self.ensure == Ensure::Absent {
            return Ok(());
        }
        let checks = [
            self.check_target(),
            self.check_tls(),
            self.check_messages(),
            self.check_queue(),
            self.check_rate_limit(),
        ];
        match checks.into_iter().flatten().next() {
            Some(words) => Err(SchemaError::Together(words)),
            None => Ok(()),
        }
    }

    fn check_target(&self) -> Option<String> {
        if self.target.is_none() {
            return Some("`target` is missing: rsyslogd would start, and crash at the first message".into());
        }
        if self.failover.is_some() {
            if self.protocol == Transport::Udp {
                return Some(
                    "`failover` with `protocol` udp would never happen: UDP does not notice that a server is away; \
                     take tcp or relp"
                        .into(),
                );
            }
            if self.format == Format::Legacy {
                return Some(
                    "`failover` cannot be had with `format` legacy: its queue would stand before the first server \
                     alone, which then never counts as away; take rainerscript"
                        .into(),
                );
            }
            let servers = self.servers();
            let twice = servers.iter().enumerate().find(|(at, server)| servers[..*at].contains(server));
            if let Some((_, (host, port))) = twice {
                return Some(format!("{host}:{port} is named twice in `target` and `failover`"));
            }
        }
        None
    }

    fn check_tls(&self) -> Option<String> {
        let given = [
            ("ca_file", self.ca_file.is_some()),
            ("cert_file", self.cert_file.is_some()),
            ("key_file", self.key_file.is_some()),
            ("permitted_peers", self.permitted_peers.is_some()),
            ("tls_driver", self.tls_driver.is_some()),
        ];
        if self.tls == Switch::Off {
            let (name, _) = given.into_iter().find(|(_, is_given)| *is_given)?;
            return Some(format!(
                "`{name}` is given and `tls` is off: everything would be sent in plain text; write `tls = on`, or leave \
                 `{name}` out"
            ));
        }
        if self.protocol == Transport::Udp {
            return Some(
                "`tls` on with `protocol` udp: rsyslogd does not encrypt UDP; take tcp or relp".into(),
            );
        }
        if self.protocol == Transport::Relp && self.tls_driver.is_some() {
            return Some("`tls_driver` with `protocol` relp: RELP has its own TLS; leave it out".into());
        }
        if self.protocol == Transport::Relp && self.format == Format::Legacy {
            return Some(
                "`tls` with `protocol` relp cannot be said in `format` legacy; take rainerscript".into(),
            );
        }
        if self.ca_file.is_none() && self.auth_mode != AuthMode::Anon {
            return Some(
                "`tls` on needs `ca_file`, without which no server is trusted and nothing would be sent; `auth_mode` \
                 anon would send to anyone"
                    .into(),
            );
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return Some("`cert_file` and `key_file` go together: one is of no use without the other".into());
        }
        self.check_peers()
    }

    fn check_peers(&self) -> Option<String> {
        match (self.auth_mode, &self.permitted_peers) {
            (AuthMode::Anon, Some(_)) => {
                Some("`permitted_peers` with `auth_mode` anon: nobody is asked for a name; take name".into())
            }
            (AuthMode::CertValid, Some(_)) => {
                Some("`permitted_peers` with `auth_mode` certvalid: any name is taken; take name".into())
            }
            (AuthMode::Name, Some(peers)) if peers.0.is_empty() => Some(
                "`permitted_peers` is empty: no server has the name of nobody, and nothing would be sent"
                    .into(),
            ),
            (AuthMode::Name, None) => {
                let number = self.servers().into_iter().find(|(host, _)| host.address().is_some());
                number.map(|(host, _)| {
                    format!(
                        "{host} is an address, and certificates name hosts: `permitted_peers` must say which name its \
                         certificate bears"
                    )
                })
            }
            _ => None,
        }
    }

    fn check_messages(&self) -> Option<String> {
        match (&self.selector, &self.filter) {
            (Some(_), Some(_)) => {
                Some("`selector` and `filter` are both given; one says which messages".into())
            }
            (_, Some(_)) if self.format == Format::Legacy => {
                Some("`filter` is RainerScript, and `format` is legacy; take `selector`".into())
            }
            _ => None,
        }
    }

    fn check_rate_limit(&self) -> Option<String> {
        if self.rate_limit == Rate::Unlimited {
            return None;
        }
        if self.protocol == Transport::Relp {
            return Some(
                "`rate_limit` with `protocol` relp: RELP of rsyslog has no limit; the server holds it back when it is too \
                 fast, and the queue keeps what waits. Leave it out, or take tcp, which drops what is too much"
                    .into(),
            );
        }
        if self.format == Format::Legacy {
            return Some("`rate_limit` cannot be said in `format` legacy; take rainerscript".into());
        }
        None
    }

    fn check_queue(&self) -> Option<String> {
        if self.queue == QueueIn::Memory && self.spool_dir.is_some() {
            return Some(
                "`spool_dir` with `queue` memory: nothing would be written there, and what waits is lost with a \
                 restart; take disk"
                    .into(),
            );
        }
        // A queue's file is 16 MiB: with less than two of them rsyslogd cannot remove what was sent.
        if self.queue != QueueIn::Memory && self.queue_max_disk.bytes() < 2 << 20 {
            return Some(format!(
                "`queue_max_disk` is {}, and 0 would be no bound at all: it takes 2m or more",
                self.queue_max_disk.0
            ));
        }
        None
    }
}
