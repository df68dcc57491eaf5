//! Landscapes that are not ours: found, signed in to, switched, worked in and lost, through the use cases that the window
//! has. Two embedded servers stand in for two landscapes, one of which has neither the pairing proposal nor readable
//! credentials nor introspection; what no well-behaved server does comes from a gateway in front.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod environments {
    mod company;
    mod desk;
    mod desktop;
    mod landscape;

    mod adding;
    mod key_store;
    mod lists;
    mod older_director;
    mod portable;
    mod proxies;
    mod signing_in;
    mod switching;
    mod trouble;
    mod two_windows;
    mod use_cases;
    mod watching;
    mod waves;

    pub(crate) use company::Company;
    pub(crate) use desk::Desk;
    pub(crate) use desktop::TestDesktop;
    pub(crate) use landscape::Landscape;
}
