//! The crate against other people's programs.

// Always true here; it tells clippy that helpers outside of `#[test]` functions are tests, too.
#[cfg(test)]
mod ca_material;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod key_store;
#[cfg(test)]
mod pkcs12;
#[cfg(test)]
mod private_key;
#[cfg(test)]
mod program;
#[cfg(test)]
mod sealed;
