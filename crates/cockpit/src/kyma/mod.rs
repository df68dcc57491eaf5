//! What the old Connector Service's world adds: runtimes and their heartbeats, what applications registered, the events
//! they sent, and the links that old clients pair with. All of it is the console's; nothing is kept here but connection
//! links that were just made, until they expire or are forgotten.

mod connection_link;
mod events;
mod held_links;
mod kubernetes;
mod runtimes;
mod services;
mod session;
mod specification;
mod subscriptions;

pub(crate) use held_links::ConnectionLink;
