//! The real window, from the click to the application that has what it needs.

#![cfg(target_os = "linux")]

mod window {
    mod accessibility;
    mod certificate;
    mod clipboard;
    mod credentials;
    mod expired;
    mod file;
    mod instance;
    mod keyboard;
    mod names;
    mod oauth;
    mod server;
}
