//! What a puppet.conf means: real `puppet config print`, and where standfast looks for the agent's name, key,
//! certificates and catalog.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::node::{BASE, Node};

/// What each puppet.conf is asked for.
const SETTINGS: [&str; 5] = ["certname", "client_datadir", "hostcert", "hostprivkey", "localcacert"];

/// Files that Puppet reads. All that they name is below /etc, /opt, /srv and /var, which are the case's own.
const READ: [&str; 35] = [
    "",
    "# nothing\n\n   # ssldir = /c\n",
    "[main]\nssldir = /srv/ssl\n",
    "[agent]\nssldir = /srv/ssl\n",
    "[main]\nssldir = /srv/main\n[agent]\nssldir = /srv/agent\n",
    "[agent]\nssldir = /srv/agent\n[main]\nssldir = /srv/main\n",
    "ssldir = /srv/above\n[agent]\n",
    "[main]\nvardir = /srv/var\n",
    "[main]\nvardir = /srv/var\nssldir = $vardir/ssl\n",
    "[main]\nssldir = $vardir/ssl\n[agent]\nvardir = /srv/var\n",
    "[main]\nconfdir = /srv/conf\n",
    "[main]\nssldir = $confdir/x/ssl\n[agent]\nconfdir = /srv/conf\n",
    "[main]\ncertname = web.example.com\n",
    "[agent]\ncertname = web.example.com\n",
    "[main]\ncertname = web.example.com\n[agent]\ncertname=agent.example.com\n",
    "[main]\ncertname = web.example.com\n[agent]\nserver = puppet.example.com\n[server]\ncertname = s\nssldir = /srv/s\n\
     [user]\ncertname = u\nvardir = /srv/u\n[master]\nvardir = /srv/m\n",
    "[main]\ncertname = first.example.com\ncertname = second.example.com\n[agent]\nssldir = /srv/a\n[main]\n\
     certname = third.example.com\nssldir = /srv/m\n[agent]\nssldir = /srv/b\n",
    "[main]\nhostcert = /srv/own.crt\nhostprivkey = /srv/own.key\nlocalcacert = /srv/authority.pem\n",
    "[agent]\nhostcert = $ssldir/c/$certname.crt\nhostprivkey = $privatekeydir/$certname.key\n\
     localcacert = $certdir/all.pem\nssldir = /srv/ssl\n",
    "[main]\ncertdir = $ssldir/c\nprivatekeydir = $vardir/k\nhostcert = $certdir/host.pem\n",
    "[main]\nssldir = /srv/$certname/ssl\ncertname = web.example.com\n",
    "[main]\nclient_datadir = $confdir/data\nlocalcacert = $client_datadir/ca.pem\n",
    "[main]\nhostcert = $localcacert.of.$certname\nlocalcacert = $hostprivkey-ca\n",
    "\t[main]  \n\tssldir\t=\t/srv/ssl  \t\n  certname=web.example.com\r\n",
    "[main]\nssldir = /srv/with space/ssl\n",
    "[main]\nssldir = \"/srv/quoted/ssl\"\nvardir = '/srv/var'\ncertname = \"web.example.com\"\n",
    "[main]\nssldir = \"/srv/one\nvardir = /srv/other'\nhostcert = /srv/two.pem\"\"\n",
    "[main]\nssldir = /srv/ssl # no comment\ncertname = web.example.com\n",
    "[main]\nssldir = /srv/ssl { mode = 0771 }\n",
    "[main]\nssldir = \"/srv/ssl\" { owner = root, group = root, mode = 771 }\n",
    "[main]\nssldir = \"/srv/ssl {owner=service}\"\nvardir = /srv/var{mode=750}/x\n",
    "[main]\nssldir = /srv//ssl/./x//\nhostcert = $ssldir//c.pem\nvardir=/srv/var/\n",
    "[main]\nssldir = srv/relative\n",
    "[main]\nprivatekeydir = /srv/keys\nhostprivkey = $privatekeydir/srv/own.key\n[agent]\nprivatekeydir =\n",
    "[main]\npostrun_command = /bin/true {}\nserver = a = b\nssldir = /srv/a=b\n",
];

/// Files that Puppet complains of and goes on without.
const LEFT_OUT: [&str; 8] = [
    "[main]\nssldir = /srv/ssl\nwords\n",
    "[main]\nssldir = /srv/ssl\n; comment\n",
    "[main]\nssldir = /srv/ssl\n[production]\nmanifest = /x\n",
    "[main]\nssldir = /srv/ssl\n[ agent ]\n",
    "[main]\nvardir = /srv/var\nssldir = ${vardir}/ssl\n",
    "[main]\nssldir = /srv/ssl {mode = rwx}\n",
    "[main]\nssldir = /srv/ssl {who = root}\n",
    "[main]\nssldir = /srv/ssl\nprerun_command = sh -c { x; }\n",
];

/// Files that no agent starts with.
const REFUSED: [&str; 1] = ["[main]\ncertname = Web.example.com\n"];

/// Asks Puppet itself, in a process of its own for each file; loading Ruby and Puppet each time would take twice as long.
/// What is installed here is Debian's; the packages of Puppet's makers differ in these three directories.
const PRINT: &str = "
    require 'puppet'
    require 'puppet/util/command_line'
    confdir, vardir, cases, *settings = ARGV
    unless confdir == '/etc/puppet'
      Puppet::Util::UnixRunMode.class_eval do
        define_method(:conf_dir) { confdir }
        define_method(:var_dir) { vardir }
        define_method(:ssl_dir) { '$confdir/ssl' }
      end
    end
    Dir.chdir('/')
    Dir.children(cases).map(&:to_i).sort.each do |number|
      File.write(\"#{confdir}/puppet.conf\", File.read(\"#{cases}/#{number}\"))
      said = IO.popen('-') do |child|
        next child.read if child
        $stderr.reopen($stdout)
        arguments = ['config', 'print', '--section', 'agent', '--color=false', *settings]
        Puppet::Util::CommandLine.new('puppet', arguments).execute
        exit
      end
      puts \"== #{number}\", said
    end
";

/// Lays the agent's files where Puppet has them, one after another such that standfast names it in its complaint, and
/// takes them away again.
const LOOK: &str = r#"
    conf=$1 ca=$2 key=$3 certificate=$4 catalog=$5 name=$6
    cp "$conf" "$7"
    # Each of them fails, or finds drift.
    told() { "$@" 2>&1 >/run/said || true; }
    report() { told standfast report --url https://127.0.0.1:9; }
    mkdir -p "$ca" "${key%/*}" "${certificate%/*}" "${catalog%/*}"
    touch "$key" "$certificate" "${certificate%/*}/other.pem"
    report
    rmdir "$ca"; touch "$ca"; chmod 666 "$key"
    report
    rm "$certificate"; mkdir "$certificate"; chmod 600 "$key"
    report
    printf '{"name":"%s","resources":[{"type":"Limits_entry","title":"root/-/core","parameters":{"value":0}}]}' \
        "$name" > "$catalog"
    told standfast check --format json
    standfast report --url http://127.0.0.1:9 > /run/said 2>/dev/null
    cut -d: -f1 /run/said
    rm -r "$ca" "$key" "$certificate" "${certificate%/*}/other.pem" "$catalog"
"#;

/// An agent as its packages install it.
struct Agent {
    confdir: &'static str,
    vardir: &'static str,
}

impl Agent {
    /// What Puppet says of each file, in their order.
    fn print(&self, node: &Node, files: &[&str]) -> Vec<String> {
        let cases = format!("{BASE}/conf");
        for (number, text) in files.iter().enumerate() {
            node.host.write(&format!("{cases}/{number}"), text);
        }
        node.host.run(&["mkdir", "-p", self.confdir]);
        let argv = [&["ruby", "-e", PRINT, self.confdir, self.vardir, &cases], &SETTINGS[..]].concat();
        let output = node.run(&argv);
        let said = String::from_utf8(output.stdout).unwrap();
        let all: Vec<_> = said.split("== ").skip(1).map(str::to_owned).collect();
        assert_eq!(all.len(), files.len(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        all
    }

    /// Holds what standfast does against what Puppet says.
    fn assert_same(&self, node: &Node, number: usize, text: &str, said: &str) {
        let settings: HashMap<_, _> = said.lines().filter_map(|line| line.split_once(" = ")).collect();
        let path = |name: &str| -> String {
            let whole: PathBuf = Path::new(settings[name]).components().collect();
            let is_own = ["/etc", "/opt", "/srv", "/var"].iter().any(|own| whole.starts_with(own));
            assert!(is_own, "{text} would have a file made that is not of the case");
            whole.to_str().unwrap().to_owned()
        };
        let (certname, authority, key) = (settings["certname"], path("localcacert"), path("hostprivkey"));
        let (certificate, file) = (path("hostcert"), format!("{}/puppet.conf", self.confdir));
        let catalog = format!("{}/catalog/{certname}.json", path("client_datadir"));
        let conf = format!("{BASE}/conf/{number}");
        let argv =
            ["sh", "-euc", LOOK, "sh", &conf, &authority, &key, &certificate, &catalog, certname, &file];
        let ours = node.host.run(&argv);
        let ours: Vec<_> = ours.lines().collect();
        let starts = [
            format!("standfast: ca_file (the Puppet agent's): {authority}: "),
            format!("standfast: key_file (the Puppet agent's): {key}: "),
            format!("standfast: certificate_file (the Puppet agent's): {certificate}: "),
            "standfast: desired state: what puppet agent cached ".to_owned(),
            certname.to_owned(),
        ];
        assert!(
            ours.iter().zip(&starts).all(|(line, start)| line.starts_with(start)),
            "{text}\n{said}\n{ours:#?}"
        );
    }

    /// Holds all that standfast makes of each file against what Puppet makes of it.
    fn assert_read_as_by_puppet(&self) {
        let node = Node::new(&[]);
        // A private machine has these of the real one.
        for directory in ["/opt", "/srv"] {
            node.host.run(&["mount", "-t", "tmpfs", "case", directory]);
        }
        node.host.write("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 host.example.com host\n");
        let files = [&READ[..], &LEFT_OUT, &REFUSED].concat();
        let said = self.print(&node, &files);
        for (number, (text, said)) in files.iter().zip(&said).enumerate() {
            let errors = said.matches("Error: ").count();
            if REFUSED.contains(text) {
                assert!(errors == 1 && !said.contains("certname = "), "{text}\n{said}");
                continue;
            }
            assert_eq!(errors, usize::from(LEFT_OUT.contains(text)), "{text}\n{said}");
            self.assert_same(&node, number, text, said);
        }
    }
}

#[test]
fn the_files_of_an_agent_of_puppets_makers_are_where_puppet_says() {
    Agent { confdir: "/etc/puppetlabs/puppet", vardir: "/opt/puppetlabs/puppet/cache" }
        .assert_read_as_by_puppet();
}

#[test]
fn the_files_of_debians_agent_are_where_puppet_says() {
    Agent { confdir: "/etc/puppet", vardir: "/var/cache/puppet" }.assert_read_as_by_puppet();
}
