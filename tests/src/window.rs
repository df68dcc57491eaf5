//! The real window, used as a person uses it: by keys, by clicks, by what can be read on it and in the clipboard.
//!
//! tauri-driver starts the program under test with folders of its own and hands the page to WebKit's WebDriver. It
//! needs a display: `cargo xtask test` brings one, and says where the binaries are.
//!
//! A spot on the page is a CSS selector in which `@name` stands for `[data-testid="name"]`.

mod audit;
mod clipboard;
mod driver;
mod home;
mod keys;
mod long_list;
mod memory;
mod notifications;
pub mod on_display;
mod page;
mod pairing;
mod process;
mod save_dialog;
mod session;
mod terminal;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{Caller, server};
use driver::Driver;
use session::Session;

pub use clipboard::Clipboard;
pub use driver::free_ports;
pub use home::Home;
pub use long_list::LongList;
pub use memory::Memory;
pub use notifications::Notifications;
pub use process::{Process, binary};
pub use save_dialog::SaveDialog;
pub use terminal::Terminal;

/// How long anything on the screen may take, on a machine that does other things as well.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running window. What is left of it is killed when this is dropped.
#[derive(Debug)]
pub struct Window {
    session: Session,
    process: Process,
    data_dir: PathBuf,
    _driver: Driver,
}

impl Window {
    /// Starts the program in this home, on free ports unless the options name some, and waits for its page.
    pub async fn open(home: &Home, options: &[&str]) -> Self {
        let window = Self::start(home, &process::binary(), &process::binary(), options).await;
        window.appears("#app > *").await;
        window
    }

    /// Starts a program that opens a window, through another one that becomes it, or through itself.
    pub async fn start(home: &Home, launcher: &Path, program: &Path, options: &[&str]) -> Self {
        let driver = Driver::start(home).await;
        let data_dir = home.data_dir();
        let data = data_dir.to_str().expect("a path in UTF-8");
        let arguments = [&["--data-dir", data], options].concat();
        let session = Session::start(driver.address(), launcher, &arguments).await;
        let process = Process::of(program, data).expect("the window has a process");
        Self { session, process, data_dir: data_dir.clone(), _driver: driver }
    }

    /// Like [`Self::open`], and waits until the server behind it runs.
    pub async fn ready(home: &Home, options: &[&str]) -> Self {
        let window = Self::open(home, options).await;
        window.appears("@server-state[data-state=ready]").await;
        window
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Ends it as the end of a desktop session does, and waits until the process is gone.
    pub async fn quit(self) {
        self.process.signal("TERM");
        self.process.ended().await;
    }

    /// What the program says about itself: addresses, settings, state.
    pub async fn state(&self) -> Value {
        let script = "const done = arguments[arguments.length - 1];
            window.__TAURI_INTERNALS__.invoke('app_state', { input: {} }).then(done, done);";
        self.session.run_and_wait(script, json!([])).await
    }

    /// The CA certificate of the server behind the window.
    pub fn ca_file(&self) -> PathBuf {
        self.data_dir.join("ca.pem")
    }

    /// The administrator at the Director behind the window, beside the window.
    pub async fn administrator(&self) -> Caller {
        let environment = self.state().await["environment"].clone();
        let text =
            |name: &str| environment[name].as_str().unwrap_or_else(|| panic!("{name} in {environment}")).to_owned();
        let ca = server::authorities(&self.ca_file());
        let token = fs::read_to_string(self.data_dir.join("admin-token")).expect("the administrator's token");
        Caller::new(server::client(&ca).build().expect("a client"), &text("directorUrl"))
            .with("authorization", &format!("Bearer {}", token.trim()))
            .with("tenant", &text("tenant"))
    }

    /// What the Director has issued to an application, and how it stands with it.
    pub async fn at_director(&self, application: &str) -> Entries {
        let query = "query($id: ID!) { result: application(id: $id) { status { condition }
            auths { id auth { certCommonName oneTimeToken { used } credential { __typename } } } } }";
        let found = self.administrator().await.data(query, json!({ "id": application })).await;
        let auths = found["auths"].as_array().expect("auths").clone();
        let condition = found["status"]["condition"].as_str().expect("a condition").to_owned();
        Entries { condition, auths }
    }

    /// Registers an application beside the window and returns its id.
    pub async fn register(&self, name: &str) -> String {
        let query = "mutation($name: String!) { result: registerApplication(in: { name: $name }) { id } }";
        let registered = self.administrator().await.data(query, json!({ "name": name })).await;
        registered["id"].as_str().expect("an id").to_owned()
    }
}

/// What the Director knows about an application.
#[derive(Clone, Debug)]
pub struct Entries {
    pub condition: String,
    pub auths: Vec<Value>,
}

impl Entries {
    pub fn ids(&self) -> Vec<&str> {
        self.auths.iter().map(|auth| auth["id"].as_str().expect("an id")).collect()
    }
}
