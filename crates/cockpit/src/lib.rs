//! What the administrator can do, without a window: list and change applications, request pairing data, hand it
//! over, watch the application finish. The shell (`src-tauri`) and the browser test host are two thin skins
//! around [`Cockpit::dispatch`]; both bring their own [`Desktop`].
//!
//! This crate knows nothing of Tauri and nothing of the embedded server. It speaks Director GraphQL over HTTPS,
//! always, through one client; the embedded server is just an environment whose ready line it was given.
//!
//! To add a call: a line in the table of [`calls`], its input and answer beside it, a method on [`Cockpit`], the
//! permission in `src-tauri/capabilities/main.json`, then `cargo xtask codegen`.

mod applications;
mod authority;
mod ca_key_choices;
pub mod calls;
mod certificates;
mod channel;
mod cockpit;
mod console;
mod desktop;
mod director;
mod environment;
mod environments;
mod formations;
mod frame;
mod held;
mod https;
mod kyma;
mod list_cache;
mod oauth_clients;
mod owners;
mod pairings;
mod private_file;
mod problem;
mod recipes;
mod saving;
mod settings;
mod sign_in;
mod simulation;
mod system_auths;
mod templates;
#[cfg(test)]
mod tls_server;
mod trust;
mod turns;
mod unlocking;
mod waves;

pub use cockpit::{Cockpit, CockpitSetup};
pub use desktop::{CaKey, ClipboardUnavailable, Desktop, NotificationUnavailable, Reply, SecretWritten};
pub use environment::{EnvironmentConfig, ReadyLineError};
pub use problem::Problem;
pub use settings::{Settings, Theme};
pub use simulation::FixedSimulation;
