//! rsyslogd's own check takes everything that we write.

use std::fmt::Write as _;

use standfast_providers::rsyslog::desired::RsyslogForward;
use standfast_providers::rsyslog::render::{Surroundings, render};
use standfast_providers::rsyslog::version::Version;
use standfast_providers::schema::Value;

use super::certificates;
use super::rig::Rig;

/// One value of each of several attributes; an empty one is left out.
const CHOICES: &[&[&[(&str, &str)]]] = &[
    &[&[("protocol", "udp")], &[("protocol", "tcp")], &[("protocol", "relp")]],
    &[
        &[("target", "loghost.example.net")],
        &[("target", "2001:db8::2"), ("permitted_peers", "loghost.example.net"), ("port", "1514")],
        &[("target", "192.0.2.2"), ("port", "1514")],
    ],
    &[
        &[],
        &[("tls", "on"), ("ca_file", "/etc/certificates/ca.pem")],
        &[
            ("tls", "on"),
            ("ca_file", "/etc/certificates/ca.pem"),
            ("cert_file", "/etc/certificates/client.pem"),
            ("key_file", "/etc/certificates/client.key"),
            ("auth_mode", "certvalid"),
        ],
        &[("tls", "on"), ("auth_mode", "anon"), ("tls_driver", "ossl")],
    ],
    &[
        &[("queue", "disk")],
        &[("queue", "always_disk"), ("spool_dir", "/var/spool/rsyslog")],
        &[("queue", "memory")],
    ],
    &[&[], &[("retry", "3"), ("queue_max_disk", "2m"), ("template", "RSYSLOG_SyslogProtocol23Format")]],
    &[&[], &[("rate_limit", "1000/10")]],
    &[&[], &[("failover", "log2.example.net, [2001:db8::3]:1515")]],
    &[
        &[],
        &[("selector", "*.info;mail.none;authpriv.=warning")],
        &[("filter", "$programname == 'sshd' or prifilt('kern.*')")],
    ],
    &[&[("format", "rainerscript")], &[("format", "legacy")]],
];

fn combinations() -> Vec<Vec<(&'static str, Value)>> {
    let mut all: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
    for choices in CHOICES {
        all = all
            .iter()
            .flat_map(|so_far| choices.iter().map(move |choice| [so_far.as_slice(), choice].concat()))
            .collect();
    }
    all.into_iter()
        .map(|values| values.into_iter().map(|(name, value)| (name, Value::Text(value.into()))).collect())
        .collect()
}

#[test]
fn rsyslogd_takes_every_combination_of_attributes_in_both_languages() {
    let rig = Rig::new();
    certificates::make(&rig);
    let around = Surroundings {
        version: Version::parse("8.2302.0").unwrap(),
        spool: "/var/spool/rsyslog".into(),
        working_directory: None,
        relp_is_loaded: false,
        global_driver: None,
        global_certificates: [None, None, None],
    };
    let mut script = String::from("mkdir -p /run/valid\n");
    let (mut texts, mut legacy) = (Vec::new(), 0);
    for values in combinations() {
        let given = values.iter().map(|(name, value)| (*name, value));
        let forward = RsyslogForward::from_values(given, &[("name", "central")]).unwrap();
        if forward.check().is_err() {
            continue;
        }
        let Ok(lines) = render(&forward, &around) else { continue };
        legacy += usize::from(lines.iter().any(|line| line.contains("@@") || line.contains(":omrelp:")));
        let _ = writeln!(script, "cat > /run/valid/{} <<'END'\n{}\nEND", texts.len(), lines.join("\n"));
        texts.push(lines.join("\n"));
    }
    assert!(texts.len() > 300 && legacy > 20, "{} combinations, {legacy} of them legacy", texts.len());
    script.push_str(
        "cd /run/valid\nfor file in *; do\nif ! said=$(rsyslogd -N1 -f /run/valid/$file 2>&1); then echo \"== $file\"; \
         echo \"$said\"; fi\ndone\n",
    );
    rig.host.write("/run/check", script);
    let said = rig.host.run(&["sh", "/run/check"]);
    let first = said.lines().next().and_then(|line| line.strip_prefix("== ")?.parse::<usize>().ok());
    let text = first.and_then(|first| texts.get(first)).cloned().unwrap_or_default();
    assert!(said.is_empty(), "{} refused; the first:\n{text}\n{said:.1500}", said.matches("== ").count());
    eprintln!("rsyslogd -N1 takes all {} combinations", texts.len());
}
