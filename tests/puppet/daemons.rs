//! Daemons that run with old files, and `notify`.

use crate::net::Package;
use crate::node::Node;

const FORWARD: &str = "Rsyslog_forward[central]";

#[test]
fn a_daemon_that_runs_with_old_files_is_drift_until_notify_restarts_it() {
    let node = Node::new(&[Package::Rsyslog]);
    node.host.write("/etc/rsyslog.conf", "module(load=\"imuxsock\")\n$WorkDirectory /var/spool/rsyslog\ninclude(file=\"/etc/rsyslog.d/*.conf\")\n*.* /var/log/all\n");
    node.host.run(&["mkdir", "-p", "/var/spool/rsyslog", "/etc/rsyslog.d"]);
    // As systemd does: in the background, with the pid file that the package's unit expects.
    node.host.write("/usr/local/sbin/restart", "#!/bin/sh\nif [ -e /run/rsyslogd.pid ]; then kill \"$(cat /run/rsyslogd.pid)\"; while [ -e /run/rsyslogd.pid ]; do sleep 0.05; done; fi\n/usr/sbin/rsyslogd\nwhile [ ! -s /run/rsyslogd.pid ]; do sleep 0.05; done\n");
    node.host.run(&["chmod", "755", "/usr/local/sbin/restart"]);
    node.host.run(&["sh", "-c", "/usr/local/sbin/restart > /dev/null 2>&1"]);
    let forward = "rsyslog_forward { 'central': target => '192.0.2.2', protocol => 'tcp' }";

    let first = node.apply(forward, &[]);
    first.assert_code(2);
    assert_eq!(
        first.count("Warning: Rsyslog_forward[central]: a reload is missing: ")
            + first.count("a reload is missing"),
        1,
        "{}",
        first.said
    );
    let noop = node.apply(forward, &["--noop"]);
    assert_eq!(noop.told(FORWARD, "status"), "noop", "{}", noop.said);
    assert_eq!(noop.told(FORWARD, "property"), "ensure", "a process is told by ensure");
    assert_eq!(noop.counted().pending, 1);

    let notified = format!(
        "{forward} ~> exec {{ '/usr/local/sbin/restart > /dev/null 2>&1': provider => shell, refreshonly => true }}"
    );
    let run = node.apply(&notified, &[]);
    run.assert_code(2);
    assert_eq!(run.told(FORWARD, "status"), "success", "{}", run.said);
    assert!(!run.said.contains("a reload is missing"), "{}", run.said);
    let second = node.apply(&notified, &[]);
    second.assert_code(0);
    assert!(second.with_events().is_empty(), "{}", second.said);
}

#[test]
fn an_agent_that_stays_asks_a_process_of_its_own_in_each_run() {
    let node = Node::new(&[]);
    // Two runs in one process and one in a fork of it, as an agent that stays makes them.
    let script = "
        Puppet.initialize_settings(ARGV)
        environment = Puppet::Node::Environment.create(:production, ['/var/lib/case/modules'])
        apply = lambda do |value|
          Puppet.override(current_environment: environment, loaders: Puppet::Pops::Loaders.new(environment)) do
            catalog = Puppet::Resource::Catalog.new('host', environment)
            catalog.version = value.to_s
            catalog.add_resource(Puppet::Resource.new('limits_entry', 'root/hard/nproc', parameters: { value: value }))
            events = catalog.to_ral.apply.report.resource_statuses['Limits_entry[root/hard/nproc]'].events
            puts events.map(&:message)
          end
          $stdout.flush
        end
        # As if a run had been broken off.
        begun = Puppet::Resource::Catalog.new('host', environment)
        PuppetX::Standfast::Client.of(begun).start if require '/var/lib/case/modules/standfast/lib/puppet_x/standfast/type'
        before = `pgrep -c -x standfast`.strip
        apply.call(4096)
        Process.wait(fork { apply.call(1024); puts `pgrep -c -x standfast`.strip })
        apply.call(4096)
        puts before, `pgrep -c -x standfast`.strip";
    let settings = [
        "--confdir",
        "/var/lib/case/conf",
        "--vardir",
        "/var/lib/case/var",
        "--modulepath",
        "/var/lib/case/modules",
    ];
    let output = node.run(&[&["ruby", "-rpuppet", "-e", script, "--"], &settings[..]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 6, "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        lines[0].starts_with("ensure changed") && lines[1] == "value changed 'hard 4096' to 'hard 1024'",
        "{said}"
    );
    assert_eq!(lines[2..], ["0", "value changed 'hard 1024' to 'hard 4096'", "1", "0"], "{said}");
    node.assert_nothing_runs();
}
