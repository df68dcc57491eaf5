//! Where the browser comes back to (RFC 8252 §7.3): a listener on 127.0.0.1, open for one answer, which has to carry the
//! state that was sent along. Whatever else knocks is told to go away and changes nothing.

use std::{io, time::Duration};

use pairing::Secret;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use zeroize::Zeroizing;

/// A browser sends its request at once.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// Of the head of a request. Cookies of other programs on this host come along.
const LARGEST_HEAD: usize = 64 << 10;
/// Browsers open a few connections ahead; more are somebody else's.
const MOST_CONNECTIONS: usize = 32;
const PATH: &str = "/callback";

/// What the sign-in service sent along.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Code {
        code: Secret,
        issuer: Option<String>,
    },
    /// A code of RFC 6749 §4.1.2.1; the text is theirs.
    Refused {
        error: String,
        description: Option<String>,
    },
}

#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    host: String,
}

impl Loopback {
    /// Port 0 takes any free one.
    pub(super) async fn open(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let host = format!("127.0.0.1:{}", listener.local_addr()?.port());
        Ok(Self { listener, host })
    }

    pub(super) fn redirect(&self) -> String {
        format!("http://{}{PATH}", self.host)
    }

    /// Waits for the browser. Dropping the future closes the listener.
    ///
    /// # Errors
    /// The listener broke.
    pub(super) async fn answer(self, state: &str) -> io::Result<Answer> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    let (stream, _) = accepted?;
                    let (host, state) = (self.host.clone(), Zeroizing::new(state.to_owned()));
                    connections.spawn(async move {
                        let served = serve(stream, &host, &state);
                        tokio::time::timeout(REQUEST_TIME, served).await.ok().and_then(Result::ok).flatten()
                    });
                }
                Some(done) = connections.join_next() => {
                    if let Ok(Some(answer)) = done {
                        return Ok(answer);
                    }
                }
            }
        }
    }
}

async fn serve(mut stream: TcpStream, host: &str, state: &str) -> io::Result<Option<Answer>> {
    let Some(head) = read_head(&mut stream).await? else { return Ok(None) };
    let answer = read(&head, host, state);
    let (status, text) = match &answer {
        Some(Answer::Code { .. }) => ("200 OK", "You can close this page and go back to Pairing Cockpit."),
        Some(Answer::Refused { .. }) => {
            ("200 OK", "The sign-in service refused. You can close this page and go back to Pairing Cockpit.")
        }
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pairing Cockpit</title><p>{text}</p></html>\n"
    );
    // The address has the code in it: it stays out of caches and is told to nobody.
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(answer)
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Option<Zeroizing<String>>> {
    let mut head = Zeroizing::new(Vec::with_capacity(LARGEST_HEAD));
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= LARGEST_HEAD || stream.read_buf(&mut *head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(str::from_utf8(&head).ok().map(|text| Zeroizing::new(text.to_owned())))
}

/// What a request carries, if it is the one that was waited for.
fn read(head: &str, host: &str, state: &str) -> Option<Answer> {
    let mut lines = head.split("\r\n");
    let target = lines.next()?.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    // A name that somebody made to mean this computer is not ours.
    let named = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("host"))?;
    if named.1.trim() != host {
        return None;
    }
    let (path, query) = target.split_once('?')?;
    if path != PATH {
        return None;
    }
    let (mut code, mut issuer, mut error, mut description, mut sent) = (None, None, None, None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "code" => &mut code,
            "iss" => &mut issuer,
            "error" => &mut error,
            "error_description" => &mut description,
            "state" => &mut sent,
            _ => continue,
        };
        // What is there twice is ambiguous.
        if place.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    if sent.as_deref() != Some(state) {
        return None;
    }
    match (code, error) {
        (Some(code), None) => Some(Answer::Code { code: Secret::new(code), issuer }),
        (None, Some(error)) => Some(Answer::Refused { error, description }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "127.0.0.1:4711";

    fn answer(target: &str, host: &str) -> Option<Answer> {
        read(&format!("GET {target} HTTP/1.1\r\nAccept: */*\r\nhost: {host}\r\n\r\n"), HOST, "the state")
    }

    #[test]
    fn only_the_answer_with_the_state_at_the_right_address_counts() {
        let code = Answer::Code { code: Secret::new("c/1"), issuer: Some("https://i".into()) };
        assert_eq!(answer("/callback?code=c%2F1&state=the+state&iss=https%3A%2F%2Fi", HOST), Some(code));
        let refused = Answer::Refused { error: "access_denied".into(), description: Some("no".into()) };
        assert_eq!(answer("/callback?error=access_denied&error_description=no&state=the%20state", HOST), Some(refused));
        for target in [
            "/callback?code=c",
            "/callback?code=c&state=other",
            "/callback?code=c&state=",
            "/callback?state=the+state",
            "/callback?code=c&code=d&state=the+state",
            "/callback?code=c&state=other&state=the+state",
            "/callback?code=c&error=e&state=the+state",
            "/favicon.ico",
            "/callback/?code=c&state=the+state",
        ] {
            assert_eq!(answer(target, HOST), None, "{target}");
        }
        assert_eq!(answer("/callback?code=c&state=the+state", "evil.example:4711"), None);
        let post = format!("POST /callback?code=c&state=the+state HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
        assert_eq!(read(&post, HOST, "the state"), None);
    }

    #[tokio::test]
    async fn strangers_and_silent_connections_do_not_end_the_waiting() {
        let loopback = Loopback::open(0).await.unwrap();
        let host = loopback.host.clone();
        let redirect = loopback.redirect();
        let waiting = tokio::spawn(async move { loopback.answer("s").await.unwrap() });
        let _silent = TcpStream::connect(&host).await.unwrap();
        let ask = async |target: &str| {
            let mut stream = TcpStream::connect(&host).await.unwrap();
            stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            text
        };
        assert!(ask("/favicon.ico").await.starts_with("HTTP/1.1 404 "));
        assert!(ask("/callback?code=evil&state=guessed").await.starts_with("HTTP/1.1 404 "));
        assert!(!waiting.is_finished());
        let page = ask("/callback?code=good&state=s").await;
        assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Cache-Control: no-store"), "{page}");
        assert_eq!(waiting.await.unwrap(), Answer::Code { code: Secret::new("good"), issuer: None });
        assert!(redirect.ends_with("/callback"));
        assert!(TcpStream::connect(&host).await.is_err(), "closed");
    }
}
