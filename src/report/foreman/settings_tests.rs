//! Where settings come from, and what is refused.
#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::chain::chain;

/// A directory that stands for `/`, gone when the test ends.
struct Dir(PathBuf);

impl Dir {
    fn new(conf: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir =
            Self(std::env::temp_dir().join(format!("standfast-settings-{}-{number}", std::process::id())));
        dir.file("/etc/hostname", "web17.example.com\n", 0o644);
        dir.file(FILE, &format!("[report]\n{conf}"), 0o644);
        dir
    }

    /// With the files of a Puppet agent, as Debian has them.
    fn with_agent(conf: &str) -> Self {
        let dir = Self::new(conf);
        dir.file("/etc/puppet/puppet.conf", "[main]\ncertname = Agent.example.com\n", 0o644);
        dir.file("/var/lib/puppet/ssl/certs/ca.pem", "authority", 0o644);
        dir.file("/var/lib/puppet/ssl/certs/agent.example.com.pem", "certificate", 0o644);
        dir.file("/var/lib/puppet/ssl/private_keys/agent.example.com.pem", "key", 0o640);
        dir
    }

    fn file(&self, path: &str, text: &str, mode: u32) {
        let path = self.0.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn give(&self, path: &str, uid: u32, gid: u32) {
        let path = self.0.join(path.trim_start_matches('/'));
        chown(path, Some(uid), Some(gid)).expect("these tests give files away: run them as root");
    }

    /// With a flag for the url, without which nothing is read below another root.
    fn read_with(
        &self,
        flags: &[(&'static str, &str)],
        environment: &[(&str, &str)],
    ) -> Result<Settings, String> {
        let mut all = vec![("url", Some("https://foreman.example.com".to_owned()))];
        all.extend(flags.iter().map(|(key, value)| (*key, Some((*value).to_owned()))));
        let variable = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::read(&Root::open(&self.0).unwrap(), &Agents::default(), &all, variable);
        settings.map(|settings| settings.expect("there is a url")).map_err(|error| chain(&error))
    }

    fn read(&self) -> Result<Settings, String> {
        self.read_with(&[], &[])
    }

    #[track_caller]
    fn refuses(&self, words: &str) {
        let error = self.read().unwrap_err();
        assert!(error.contains(words), "{error} instead of {words}");
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_puppet_agents_name_certificate_key_and_authority_are_found() {
    let settings = Dir::with_agent("").read().unwrap();
    assert_eq!(settings.certname, "agent.example.com");
    assert_eq!(settings.authorities.as_deref(), Some(&b"authority"[..]));
    let identity = settings.identity.unwrap();
    assert_eq!((identity.certificate.as_slice(), identity.key.reveal()), (&b"certificate"[..], &b"key"[..]));
    assert_eq!((settings.heartbeat.as_secs(), settings.splay.as_secs()), (21_600, 1800));
    assert_eq!((settings.connect_timeout.as_secs(), settings.timeout.as_secs()), (5, 60));
    assert_eq!(settings.bounds, Bounds::default());
    assert!(!settings.is_stock_wanted && settings.login.is_none() && settings.http_proxy.is_none());
}

#[test]
fn the_agent_of_the_newer_packages_is_found_first_and_its_only_certificate_has_its_name() {
    let dir = Dir::with_agent("");
    dir.file("/etc/puppet/puppet.conf", "", 0o644);
    dir.file("/etc/puppetlabs/puppet/ssl/certs/ca.pem", "new authority", 0o644);
    dir.file("/etc/puppetlabs/puppet/ssl/certs/new.example.com.pem", "new certificate", 0o644);
    dir.file("/etc/puppetlabs/puppet/ssl/private_keys/new.example.com.pem", "new key", 0o640);
    let settings = dir.read().unwrap();
    assert_eq!(settings.certname, "new.example.com");
    assert_eq!(settings.authorities.as_deref(), Some(&b"new authority"[..]));
    assert_eq!(settings.identity.unwrap().certificate, b"new certificate");
}

#[test]
fn without_an_agent_the_name_is_the_hosts_own_with_its_domain() {
    let dir = Dir::with_agent("");
    fs::remove_dir_all(dir.0.join("etc/puppet")).unwrap();
    dir.file("/var/lib/puppet/ssl/certs/other.pem", "", 0o644);
    for (hostname, hosts, resolv, is) in [
        ("Web17.Example.com", "", "", "web17.example.com"),
        (
            "web17",
            "127.0.0.1 localhost\n127.0.1.1 web17.hosts.example web17 # me\n",
            "search a.example",
            "web17.hosts.example",
        ),
        ("web17", "127.0.1.1 web17\n", "nameserver ::1\nsearch resolv.example b\n", "web17.resolv.example"),
        ("web17", "127.0.1.1 web170.example.com\n", "", "web17"),
    ] {
        dir.file("/etc/hostname", hostname, 0o644);
        dir.file("/etc/hosts", hosts, 0o644);
        dir.file("/etc/resolv.conf", resolv, 0o644);
        let name = identity::own_certname(&Root::open(&dir.0).unwrap(), &Agents::default());
        assert_eq!(name.to_lowercase(), is);
    }
}

#[test]
fn a_flag_stands_before_the_environment_and_that_before_the_file() {
    let dir = Dir::with_agent("heartbeat = 1h\nsplay = 2m\ntimeout = 9s\nspool_count = 7\n");
    let environment = [("STANDFAST_REPORT_SPLAY", "3m"), ("STANDFAST_REPORT_TIMEOUT", "8s")];
    let settings = dir.read_with(&[("timeout", "7s")], &environment).unwrap();
    assert_eq!(
        (settings.heartbeat.as_secs(), settings.splay.as_secs(), settings.timeout.as_secs()),
        (3600, 180, 7)
    );
    assert_eq!(settings.bounds.count, 7);
}

#[test]
fn an_error_names_where_the_setting_stands() {
    let dir = Dir::with_agent("\nheartbeat = often\n");
    dir.refuses("/etc/standfast/standfast.conf:3: heartbeat is `often`: should be a time");
    let error = dir.read_with(&[("splay", "x")], &[("STANDFAST_REPORT_HEARTBEAT", "x")]).unwrap_err();
    assert!(
        error.starts_with("STANDFAST_REPORT_HEARTBEAT: heartbeat is `x`") || error.starts_with("--splay"),
        "{error}"
    );
    let error = dir.read_with(&[("heartbeat", "1h"), ("connect_timeout", "0")], &[]).unwrap_err();
    assert_eq!(error, "--connect-timeout: connect_timeout is `0`: must not be zero");
    Dir::with_agent("urll = x\n").refuses("standfast.conf:2: unknown setting `urll`: did you mean `url`?");
    Dir::with_agent("certname = a b\n").refuses("standfast.conf:2: certname is `a b`");
    Dir::with_agent("ca_file = ca.pem\n")
        .refuses("standfast.conf:2: ca_file is `ca.pem`: should be a whole path");
}

#[test]
fn nothing_is_reported_without_a_url_and_of_another_root_only_where_a_flag_says_so() {
    let (without, with) = (Dir::with_agent(""), Dir::with_agent("url = https://f.example\n"));
    let none: [(&'static str, Option<String>); 0] = [];
    let read = |dir: &Dir| Settings::read(&Root::open(&dir.0).unwrap(), &Agents::default(), &none, |_| None);
    assert!(read(&without).unwrap().is_none());
    assert!(matches!(read(&with), Err(SettingsError::OtherRoot)));
}

#[test]
fn others_must_not_have_written_the_file() {
    let dir = Dir::with_agent("");
    dir.file(FILE, "[report]\n", 0o646);
    dir.refuses("/etc/standfast/standfast.conf: has mode 0646");
    dir.give(FILE, 1013, 0);
    dir.refuses("/etc/standfast/standfast.conf: belongs to user 1013");
}

#[test]
fn a_user_needs_a_password_in_a_file_that_only_root_may_read() {
    const USER: &str = "user = reporter\npassword_file = /etc/standfast/token\n";
    Dir::with_agent("user = reporter\n").refuses("standfast.conf:2: user needs password_file");
    Dir::with_agent("password_file = /x\n").refuses("standfast.conf:2: password_file needs user");
    Dir::with_agent(&USER.replace("reporter", "re:porter")).refuses("standfast.conf:2: user holds a colon");
    let dir = Dir::with_agent(USER);
    dir.refuses("password_file (/etc/standfast/standfast.conf:3): cannot read the secret: /etc/standfast/token: no such file");
    for (text, mode, words) in [
        ("s3cr3t\n", 0o640, "has mode 0640"),
        ("s3cr3t\n", 0o604, "has mode 0604"),
        ("\n", 0o600, "first line is empty"),
    ] {
        dir.file("/etc/standfast/token", text, mode);
        dir.refuses(words);
        assert!(!dir.read().unwrap_err().contains("s3cr3t"));
    }
    dir.file("/etc/standfast/token", "s3cr3t\n", 0o600);
    let settings = dir.read().unwrap();
    assert!(!format!("{settings:?}").contains("s3cr3t"));
    let login = settings.login.unwrap();
    assert_eq!((login.user.as_str(), login.password.reveal()), ("reporter", &b"s3cr3t"[..]));
    assert!(settings.identity.is_none(), "a user asks, and not the agent");
    dir.give("/etc/standfast/token", 1013, 0);
    dir.refuses("owner 1013");
    fs::remove_file(dir.0.join("etc/standfast/token")).unwrap();
    fs::create_dir(dir.0.join("etc/standfast/token")).unwrap();
    dir.refuses("is not a regular file");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    const KEY: &str = "certificate_file = /etc/c.pem\nkey_file = /etc/k.pem\nca_file = /etc/c.pem\n";
    let dir = Dir::new(KEY);
    dir.file("/etc/c.pem", "certificate", 0o644);
    for (mode, gid, is_taken) in [
        (0o600, 0, true),
        (0o400, 33, true),
        (0o640, 0, true),
        (0o640, 33, false),
        (0o604, 0, false),
        (0o660, 33, false),
    ] {
        dir.file("/etc/k.pem", "key", mode);
        dir.give("/etc/k.pem", 0, gid);
        match dir.read() {
            Ok(settings) => {
                assert!(is_taken && settings.identity.unwrap().key.reveal() == b"key", "{mode:o} {gid}")
            }
            Err(error) => assert!(
                !is_taken
                    && error.contains("key_file (/etc/standfast/standfast.conf:3): /etc/k.pem: has mode"),
                "{error}"
            ),
        }
    }
    dir.file("/etc/k.pem", "key", 0o600);
    dir.give("/etc/k.pem", 1013, 0);
    dir.refuses("/etc/k.pem: belongs to user 1013");
    // As Puppet's server has it, whose user is puppet's.
    let agent = Dir::with_agent("");
    agent.give("/var/lib/puppet/ssl/private_keys/agent.example.com.pem", 52, 52);
    assert!(agent.read().is_ok());
    agent.file("/var/lib/puppet/ssl/private_keys/agent.example.com.pem", "key", 0o644);
    agent.refuses("key_file (the Puppet agent's)");
}

#[test]
fn what_is_missing_is_told_with_what_to_do() {
    Dir::new("")
        .refuses("ca_file is not set, and no Puppet agent of this host has one: name the certificates");
    let dir = Dir::new("ca_file = /etc/ca.pem\n");
    dir.refuses("ca_file (/etc/standfast/standfast.conf:2): /etc/ca.pem: no such file");
    dir.file("/etc/ca.pem", "authority", 0o644);
    dir.refuses("certificate_file is not set, and no Puppet agent of this host has one: name a certificate and its key, or set user");
    Dir::with_agent("key_file = /x\n").refuses("standfast.conf:2: key_file needs certificate_file");
    Dir::with_agent("certificate_file = /x\n").refuses("standfast.conf:2: certificate_file needs key_file");
}
