//! The OpenID provider of `tests/openid-provider` as a child process, and the browser that signs in there.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{PrivateAuthority, until};

/// How long anything about the process may take, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running provider. It ends when this is dropped.
#[derive(Debug)]
pub struct OpenIdProvider {
    child: Child,
    input: ChildStdin,
    issuer: String,
    events: Arc<Mutex<Vec<Value>>>,
    authority: Option<PrivateAuthority>,
    folder: TempDir,
}

/// What the person before the browser does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    SignsIn,
    /// Follows the link that aborts.
    Refuses,
    /// Closes the page.
    Leaves,
}

impl OpenIdProvider {
    /// Over plain HTTP, which loopback may.
    pub fn start(settings: &Value) -> Self {
        Self::run(settings, None)
    }

    /// Over HTTPS, with an authority of its own.
    pub fn start_with_tls(settings: &Value) -> Self {
        Self::run(settings, Some(PrivateAuthority::named("Sign-in Root CA")))
    }

    fn run(settings: &Value, authority: Option<PrivateAuthority>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = settings.clone();
        if let Some(authority) = &authority {
            let certificate = authority.certificate(&["localhost"]);
            let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.path().join(name));
            fs::write(&chain, certificate.chain_pem).expect("written");
            fs::write(&key, certificate.key_pem).expect("written");
            settings["tls"] = json!({ "certificate": chain, "key": key });
        }
        let mut command = node("provider.mjs");
        command.arg(settings.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let input = child.stdin.take().expect("standard input is a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        let ready = lines.next().expect("a ready line").expect("text");
        let ready: Value = serde_json::from_str(&ready).unwrap_or_else(|error| panic!("{error} in {ready}"));
        let issuer = ready["issuer"].as_str().expect("an issuer").to_owned();
        let events = Arc::new(Mutex::new(Vec::new()));
        let happened = Arc::clone(&events);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
                happened.lock().expect("no panic while it was held").push(event);
            }
        });
        Self { child, input, issuer, events, authority, folder }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The one client that it knows.
    pub const fn client_id(&self) -> &'static str {
        "pairing-cockpit"
    }

    /// What has to be trusted; nothing over plain HTTP.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(PrivateAuthority::pem)
    }

    /// The same in a file; an empty one over plain HTTP.
    pub fn ca_file(&self) -> PathBuf {
        let path = self.folder.path().join("ca.pem");
        fs::write(&path, self.ca_pem().unwrap_or_default()).expect("written");
        path
    }

    /// How often tokens were given for this kind of grant: `authorization_code`, `refresh_token`.
    pub fn granted(&self, grant: &str) -> usize {
        self.events().iter().filter(|event| event["granted"] == grant).count()
    }

    /// Everything that happened, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().expect("no panic while it was held").clone()
    }

    /// Waits until so many tokens were given for this kind of grant.
    pub async fn grants(&self, grant: &str, number: usize) {
        let what = format!("{number} tokens for {grant}");
        until(&what, PATIENCE, async || (self.granted(grant) >= number).then_some(())).await;
    }

    /// Ends every sign-in: no refresh token is good any more.
    pub async fn revoke(&mut self) {
        let before = self.events().iter().filter(|event| event.get("ended").is_some()).count();
        self.input.write_all(b"revoke\n").expect("it listens");
        let ended = async || {
            let events = self.events();
            (events.iter().filter(|event| event.get("ended").is_some()).count() > before).then_some(())
        };
        until("refresh tokens are ended", PATIENCE, ended).await;
    }

    /// A browser with this person before it, which begins at this address.
    pub fn browser(&self, person: Person) -> Browser {
        Browser { person, login: "ada".into(), ca: self.ca_file(), saw: self.folder.path().join("saw") }
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The system's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    person: Person,
    login: String,
    ca: PathBuf,
    saw: PathBuf,
}

impl Browser {
    /// With another name in the form.
    #[must_use]
    pub fn login(mut self, login: &str) -> Self {
        login.clone_into(&mut self.login);
        self
    }

    /// Opens an address, as the system does: returns at once.
    pub fn open(&self, address: &str) {
        let mut command = node("browser.mjs");
        command.arg(address).envs(self.environment()).stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        thread::spawn(move || child.wait());
    }

    /// What the program under test needs in its environment, so that it opens this browser: a script for `$BROWSER`.
    pub fn script(&self) -> PathBuf {
        let path = self.saw.with_file_name("browser.sh");
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let mut text = String::from("#!/bin/sh\n");
        for (name, value) in self.environment() {
            text.push_str(&format!("export {name}={}\n", quoted(&value)));
        }
        text.push_str(&format!("exec node {} \"$1\"\n", quoted(&installed("browser.mjs").to_string_lossy())));
        fs::write(&path, text).expect("written");
        let mut mode = fs::metadata(&path).expect("it is there").permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        fs::set_permissions(&path, mode).expect("an executable");
        path
    }

    /// Every address that was visited, and then the text of the last page.
    pub fn saw(&self) -> Vec<String> {
        fs::read_to_string(&self.saw).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn environment(&self) -> [(&'static str, String); 4] {
        let does = match self.person {
            Person::SignsIn => "signs-in",
            Person::Refuses => "refuses",
            Person::Leaves => "leaves",
        };
        let path = |path: &Path| path.to_string_lossy().into_owned();
        [
            ("BROWSER_LOGIN", self.login.clone()),
            ("BROWSER_DOES", does.into()),
            ("BROWSER_SAW", path(&self.saw)),
            ("NODE_EXTRA_CA_CERTS", path(&self.ca)),
        ]
    }
}

/// Node with one of the programs, beside the packages that it needs.
fn node(program: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(installed(program));
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NODE_OPTIONS"] {
        command.env_remove(variable);
    }
    command
}

/// Where `cargo xtask test` installs the packages. Node looks for packages beside the program, so it is copied there.
fn installed(program: &str) -> PathBuf {
    let folder = env::var_os("OPENID_PROVIDER_DIR").map_or_else(
        || {
            // The test is target/<profile>/deps/<name>.
            let test = env::current_exe().expect("the test knows its own path");
            test.ancestors().nth(3).expect("the test is in target/<profile>/deps").join("openid-provider")
        },
        PathBuf::from,
    );
    let packages = folder.join("node_modules/oidc-provider");
    assert!(packages.exists(), "{} is not there; `cargo xtask test` installs it", packages.display());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("openid-provider").join(program);
    let source = fs::read(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    let copy = folder.join(program);
    if fs::read(&copy).ok().as_deref() != Some(&source) {
        // Renamed into place: other tests start it at the same time.
        let fresh = tempfile::NamedTempFile::new_in(&folder).expect("a file");
        fs::write(fresh.path(), &source).expect("written");
        fresh.persist(&copy).expect("in place");
    }
    copy
}
