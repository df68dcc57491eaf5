//! tauri-driver, and the WebDriver of WebKit behind it.

use std::{
    env,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Home, PATIENCE};
use crate::until;

/// How long the driver may take to end by itself, with the driver behind it.
const GRACE: Duration = Duration::from_secs(3);

/// A running driver. It ends with this, and takes the driver behind it along.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    /// Starts it; what it starts inherits its environment, and with that the home.
    pub(super) async fn start(home: &Home) -> Self {
        let display = env::var_os("DISPLAY").is_some_and(|name| !name.is_empty());
        assert!(display, "no display; window tests are started with `cargo xtask test`, which brings one");
        let [port, native] = free_ports();
        let mut command = Command::new(binary());
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]).stdin(Stdio::null());
        home.apply(&mut command);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let driver = Self { child, address: format!("http://127.0.0.1:{port}") };
        for port in [native, port] {
            let address = (Ipv4Addr::LOCALHOST, port);
            let connects = async || tokio::net::TcpStream::connect(address).await.ok();
            until("the driver accepts connections", PATIENCE, connects).await;
        }
        driver
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked, not killed: it then ends the driver behind it.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that nobody listens on, each another one.
pub fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    // All are held until the last is known.
    let held = [(); COUNT].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port"));
    held.map(|listener| listener.local_addr().expect("a local address").port())
}

fn binary() -> PathBuf {
    env::var_os("TAURI_DRIVER_BIN").map_or_else(|| PathBuf::from("tauri-driver"), PathBuf::from)
}
