//! Certificate signing requests: reading them and holding them to the policy.
