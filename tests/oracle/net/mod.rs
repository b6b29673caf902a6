//! The stage for daemons: a private machine, where they may hold their own ports, and an outside
//! that asks them over a wire.
//!
//! ```ignore
//! let host = Host::new(&[Package::Ntpsec]);
//! host.write("/etc/ntpsec/ntp.conf", "restrict default noquery\n");
//! let ntpd = host.start(&["/usr/sbin/ntpd", "-n", "-c", "/etc/ntpsec/ntp.conf", "-u", "ntpsec:ntpsec"]);
//! ntpd.wait_for_port(123);
//! let answers = host.outside().ask(&Question { from: V4_OUTSIDE, to: V4_HOST, payload }, SILENCE);
//! ```
//!
//! Each machine has its own processes, networks, name, /etc, /usr, /var, /run and /dev, so tests
//! run side by side; all of it goes away with the `Host`, also when the test program is killed.
//! What is shared: the kernel, its clock (which cannot be set from inside), /tmp, /home, /root.

mod daemon;
mod host;
mod proofs;
mod wire;

pub(crate) use daemon::Daemon;
pub(crate) use host::{Host, Package};
pub(crate) use wire::{Question, Side, V4_HOST, V4_OUTSIDE, V6_HOST, V6_OUTSIDE};
