//! The model against other people's programs.

// Always true here; it tells clippy that helpers outside of `#[test]` functions are tests, too.
#[cfg(test)]
mod csr;
#[cfg(test)]
mod openssl;
