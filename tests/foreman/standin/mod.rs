//! A stand-in for Foreman, and for a Smart Proxy in front of it: a server on a port of this host's loopback that answers
//! as the real ones were seen to answer, keeps what it is told, and misbehaves when it is asked to.

pub(crate) mod access;
pub(crate) mod config_reports;
mod connection;
pub(crate) mod der;
pub(crate) mod drift_reports;
pub(crate) mod drift_schema;
pub(crate) mod http;
pub(crate) mod logs;
mod media;
pub(crate) mod meeting;
pub(crate) mod misbehave;
pub(crate) mod origin;
pub(crate) mod packing;
pub(crate) mod pki;
pub(crate) mod proxy;
mod route;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod time;
pub(crate) mod tls;

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::misbehave::Misbehaviour;
use self::pki::Identity;
use self::settings::Settings;
use self::store::Store;
use self::tls::{ClientCertificates, Tls};

/// A running server; it ends when it is dropped.
pub(crate) struct Standin {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Foreman,
    SmartProxy,
}

/// What all its connections share.
pub(crate) struct Shared {
    pub(crate) service: Service,
    pub(crate) tls: Option<Tls>,
    settings: RwLock<Settings>,
    store: Mutex<Store>,
    stopping: AtomicBool,
    /// How many hosts are being made at this moment.
    pub(crate) hosts_in_making: AtomicUsize,
    /// Bytes of answers without an end that were sent.
    pub(crate) endless: AtomicU64,
    uploads: AtomicU64,
    /// Copies of the open connections by number, so that the end can close them.
    open: Mutex<HashMap<usize, TcpStream>>,
}

impl Standin {
    /// A Foreman without TLS.
    pub(crate) fn plain(settings: Settings) -> Self {
        Self::start(Service::Foreman, settings, None, "127.0.0.1:0")
    }

    /// A Foreman without TLS that can be stopped and started again: at an address of its own, for no client's end of a
    /// connection to take the port meanwhile.
    pub(crate) fn lasting(settings: Settings) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let address = format!("127.0.1.{}:0", NEXT.fetch_add(1, Ordering::SeqCst));
        Self::start(Service::Foreman, settings, None, &address)
    }

    /// A Foreman or a Smart Proxy with TLS.
    pub(crate) fn tls(
        service: Service,
        settings: Settings,
        identity: &Identity,
        clients: &ClientCertificates,
    ) -> Self {
        Self::start(service, settings, Some(Tls::new(identity, clients)), "127.0.0.1:0")
    }

    fn start(service: Service, settings: Settings, tls: Option<Tls>, address: &str) -> Self {
        let shared = Arc::new(Shared {
            service,
            tls,
            settings: RwLock::new(settings),
            store: Mutex::default(),
            stopping: AtomicBool::new(false),
            hosts_in_making: AtomicUsize::new(0),
            endless: AtomicU64::new(0),
            uploads: AtomicU64::new(0),
            open: Mutex::default(),
        });
        let listener = TcpListener::bind(address).expect("a free port on this host");
        let address = listener.local_addr().expect("it is bound");
        let standin = Self { address, shared, accepting: Mutex::default() };
        standin.listen(listener);
        standin
    }

    fn listen(&self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        let accepting = thread::spawn(move || accept(&shared, &listener));
        *self.accepting.lock().unwrap_or_else(PoisonError::into_inner) = Some(accepting);
    }

    /// Ends it as a kill does: every connection is cut wherever it is, and nobody listens any more. What was stored
    /// stays, as in a database.
    pub(crate) fn kill(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // So that `accept` returns and sees it.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = accepting.join();
        }
    }

    /// Starts it again at the same address.
    pub(crate) fn restart(&self) {
        // Somebody's connection may have come from this port meanwhile, and goes again.
        let again = (0..1000).find_map(|_| {
            let bound = TcpListener::bind(self.address);
            bound.inspect_err(|_| thread::sleep(Duration::from_millis(20))).ok()
        });
        let listener = again.expect("the port becomes free again");
        self.shared.stopping.store(false, Ordering::SeqCst);
        self.listen(listener);
    }

    /// The URL up to the port, with the address.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.shared.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// What it has stored.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.shared.store()
    }

    /// Changes its settings.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.shared.settings.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// How many bytes of answers without an end it has sent.
    pub(crate) fn endless(&self) -> u64 {
        self.shared.endless.load(Ordering::Relaxed)
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shared {
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> RwLockReadGuard<'_, Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Whether this upload is one of those that fail after they were stored: one of `one_in`, in an order that looks like
    /// chance and is the same in each run.
    pub(crate) fn is_unlucky(&self, one_in: u64) -> bool {
        let number = self.uploads.fetch_add(1, Ordering::SeqCst);
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        one_in > 0 && (mixed ^ mixed >> 29).is_multiple_of(one_in)
    }

    /// What is to happen to this connection, or to a request for this path in it.
    fn misbehaviour(&self, connection: usize, path: Option<&str>) -> Option<Misbehaviour> {
        let settings = self.settings();
        let found = settings.misbehaviours.iter().find(|(when, _)| when.is(connection, path));
        found.map(|(_, misbehaviour)| misbehaviour.clone()).or_else(|| (settings.mood)(connection))
    }
}

/// Gives each connection a thread, and waits for all of them in the end.
fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    let mut threads = Vec::new();
    for connection in listener.incoming() {
        if shared.is_stopping() {
            break;
        }
        let Ok(tcp) = connection else { continue };
        let number = {
            let mut store = shared.store();
            store.connections += 1;
            store.connections - 1
        };
        let shared = Arc::clone(shared);
        if let Ok(copy) = tcp.try_clone() {
            shared.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, copy);
        }
        threads.push(thread::spawn(move || {
            // What goes wrong on a connection is for the client to tell.
            let _ = connection::serve(&shared, tcp, number);
            // A copy would keep the connection open.
            shared.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        }));
    }
    for tcp in shared.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
        let _ = tcp.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}
