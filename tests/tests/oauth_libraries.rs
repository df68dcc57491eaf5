//! OAuth2 client libraries that we did not write, against the running server: `tests/oauth-clients`. Whatever they
//! refuse is wrong with us.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use blackbox::{Server, text};

/// Where `cargo xtask test` installs the libraries.
fn installed(below: &str) -> PathBuf {
    let folder = env::var_os("OAUTH_CLIENTS_DIR").map_or_else(
        || {
            // The test is target/<profile>/deps/<name>.
            let test = env::current_exe().expect("the test knows its own path");
            test.ancestors().nth(3).expect("the test is in target/<profile>/deps").join("oauth-clients")
        },
        PathBuf::from,
    );
    let path = folder.join(below);
    assert!(path.exists(), "{} is not there; `cargo xtask test -- oauth_libraries` installs it", path.display());
    path
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oauth-clients").join(name)
}

/// Runs a program that knows an application's credentials; its output is shown when it fails.
async fn run(mut command: Command, last_check: &str) {
    let server = Server::start(&[]);
    let client = server.oauth_client("library").await;
    let director = server.ready("directorUrl");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NODE_OPTIONS", "PYTHONPATH"] {
        command.env_remove(variable);
    }
    command.envs([
        ("ISSUER", server.issuer().as_str()),
        ("CA_FILE", server.ready("caFile")),
        ("NODE_EXTRA_CA_CERTS", server.ready("caFile")),
        ("CLIENT_ID", &client.id),
        ("CLIENT_SECRET", &client.secret),
        ("GRANTED_SCOPE", "application:read"),
        ("REFUSED_SCOPE", "runtime:read"),
        ("AUDIENCE", director),
        ("DIRECTOR_URL", director),
        ("VIEWER_ID", &client.application),
        ("ADMIN_TOKEN_FILE", server.ready("adminTokenFile")),
    ]);
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{out}{err}", output.status);
    assert_eq!(out.lines().last(), Some(format!("ok {last_check}").as_str()), "it came to its end: {out}{err}");
}

#[tokio::test]
async fn authlib_finds_nothing_wrong() {
    let mut command = Command::new(installed("python/bin/python"));
    command.arg("-B").arg(source("authlib_client.py"));
    run(command, "client_secret_post: revocation is not for everybody").await;
}

#[tokio::test]
async fn openid_client_finds_nothing_wrong() {
    // Node looks for packages beside the program.
    let folder = installed("openid-client/node_modules").parent().expect("a folder").to_owned();
    let program = folder.join("openid_client.mjs");
    fs::copy(source("openid_client.mjs"), &program).expect("the program is copied");
    let mut command = Command::new("node");
    command.arg(program);
    run(command, "client_secret_post: revocation is not for everybody").await;
}

#[tokio::test]
async fn the_generated_client_of_hydra_administers_clients() {
    let mut command = Command::new(installed("python/bin/python"));
    command.arg("-B").arg(source("hydra_sdk.py"));
    run(command, "without the administrator's token nothing is listed").await;
}
