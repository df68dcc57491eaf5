//! The real window, from the click to the application that has what it needs.

#![cfg(target_os = "linux")]

mod window {
    mod accessibility;
    mod authority;
    mod certificate;
    mod certificates;
    mod clipboard;
    mod credentials;
    mod expired;
    mod file;
    mod instance;
    mod keyboard;
    mod kyma;
    mod landscape;
    mod long_list;
    mod names;
    mod notification;
    mod oauth;
    mod server;
    mod simulation;
}
