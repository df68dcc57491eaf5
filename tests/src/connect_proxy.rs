//! A company's proxy: reached by plain HTTP, it connects to where it is told and sees nothing of what goes through.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::basic;

/// A running proxy. Whoever is connected stays so when it is dropped; nobody new gets in.
#[derive(Debug)]
pub struct ConnectProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Names that only the proxy can resolve, with the port on loopback where they lead.
    places: HashMap<String, u16>,
    /// The value of `Proxy-Authorization` without which nobody gets through.
    authorization: Option<String>,
    /// `NAME:PORT` of every request, oldest first.
    asked: Mutex<Vec<String>>,
}

impl ConnectProxy {
    /// One that knows these names, and connects to nothing but loopback besides.
    pub fn knowing(places: &[(&str, u16)]) -> Self {
        Self::start(places, None)
    }

    /// One that lets through only who signs in with this user and password.
    pub fn guarded(places: &[(&str, u16)], user: &str, password: &str) -> Self {
        Self::start(places, Some(basic(user, password)))
    }

    fn start(places: &[(&str, u16)], authorization: Option<String>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let places = places.iter().map(|(name, port)| ((*name).to_owned(), *port)).collect();
        let shared = Arc::new(Shared { places, authorization, asked: Mutex::default() });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.connect(client));
            }
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address with the user and the password in it, as a computer's settings have it.
    pub fn url_for(&self, user: &str, password: &str) -> String {
        format!("http://{user}:{password}@{}", self.address)
    }

    /// Where it was asked to connect to.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("no panic while it was held").clone()
    }
}

impl Shared {
    /// Ends silently when somebody hangs up.
    fn connect(&self, mut client: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(client.try_clone().ok()?);
        let mut request = String::new();
        reader.read_line(&mut request).ok()?;
        let mut signed_in = self.authorization.is_none();
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            let header = line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
            signed_in |= header.is_some_and(|(_, value)| Some(value.trim_end()) == self.authorization.as_deref());
            line.clear();
        }
        if !signed_in {
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"company\"\r\nContent-Length: 0\r\n\r\n";
            client.write_all(refusal.as_bytes()).ok()?;
            return None;
        }
        let target = request.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
        self.asked.lock().expect("no panic while it was held").push(target.clone());
        let (name, port) = target.rsplit_once(':')?;
        let port = match name {
            "localhost" | "127.0.0.1" => port.parse().ok(),
            _ => self.places.get(name).copied(),
        };
        let server = port.and_then(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        let Some(server) = server else {
            client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").ok()?;
            return None;
        };
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        let (mut from_server, mut to_client) = (server.try_clone().ok()?, client);
        let mut to_server = server;
        let back = thread::spawn(move || {
            let _ = std::io::copy(&mut from_server, &mut to_client);
            let _ = to_client.shutdown(Shutdown::Both);
        });
        // What the reader has read ahead belongs to the connection.
        let _ = std::io::copy(&mut reader, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
        back.join().ok()
    }
}
