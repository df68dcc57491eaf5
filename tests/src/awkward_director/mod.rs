//! A gateway before a real Director that passes everything on, writes down what came, and sometimes does what a
//! well-behaved server never does.
//!
//! TLS is real, with an authority of its own: whoever talks to it has to be told to trust it. It runs on a thread of
//! its own, so that tests may block.

mod fault;
mod gateway;
mod seen;

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use tokio::{runtime, sync::oneshot};

use crate::{PrivateAuthority, Server};
use gateway::Gateway;

pub use fault::Fault;
pub use seen::Seen;

/// The running gateway. It ends when this is dropped.
#[derive(Debug)]
pub struct AwkwardDirector {
    port: u16,
    gateway: Arc<Gateway>,
    authority: PrivateAuthority,
    _stop: oneshot::Sender<()>,
}

impl AwkwardDirector {
    /// In front of this server's first listener, reached as `localhost`.
    pub fn before(server: &Server) -> Self {
        Self::named(server, &["localhost"])
    }

    /// The same with a certificate for these names, for those who come through a proxy.
    pub fn named(server: &Server, names: &[&str]) -> Self {
        let upstream = server.client().build().expect("a client");
        let url = server.ready("directorUrl");
        let base = url.strip_suffix("/director/graphql").expect("the Director's path").to_owned();
        let authority = PrivateAuthority::default();
        let tls = authority.certificate(names).tls();
        let gateway = Arc::new(Gateway::new(upstream, base));
        let (stop, stopped) = oneshot::channel::<()>();
        let (send_port, port) = mpsc::channel();
        let serving = Arc::clone(&gateway);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                tokio::select! {
                    () = gateway::serve(serving, tls, send_port) => {}
                    _ = stopped => {}
                }
            });
        });
        let port = port.recv().expect("it listens");
        Self { port, gateway, authority, _stop: stop }
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    pub fn director_url(&self) -> String {
        format!("https://localhost:{}/director/graphql", self.port)
    }

    /// What has to be trusted to talk to it.
    pub fn ca_pem(&self) -> &str {
        self.authority.pem()
    }

    /// The next request to the Director meets this.
    pub fn next(&self, fault: Fault) {
        self.gateway.add(None, Some(1), fault);
    }

    /// Every request from now on meets this.
    pub fn always(&self, fault: Fault) {
        self.gateway.add(None, None, fault);
    }

    /// Every request whose document has this word meets this; for so many times when there is a number.
    pub fn when(&self, word: &str, times: Option<usize>, fault: Fault) {
        self.gateway.add(Some(word.to_owned()), times, fault);
    }

    /// Nothing goes wrong any more, and nothing is slow.
    pub fn behave(&self) {
        self.gateway.behave();
    }

    /// How long every answer of the Director takes at least.
    pub fn take(&self, delay: Duration) {
        self.gateway.take(delay);
    }

    /// As if the cable were out: nobody listens, and connections that were open are cut.
    pub fn unplug(&self) {
        self.gateway.plug(false);
    }

    /// Listens again, at the same address.
    pub fn plug_in(&self) {
        self.gateway.plug(true);
    }

    /// What came to the Director, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.gateway.seen()
    }

    /// Starts counting anew and returns what was seen before.
    pub fn forget(&self) -> Vec<Seen> {
        self.gateway.forget()
    }
}
