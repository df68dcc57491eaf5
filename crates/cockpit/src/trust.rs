//! Which CA is trusted, once the server runs. A rotated authority also signs the server's own certificate, so what was
//! read at the start stops being enough; the file that vouches for the server is then read again.

use std::{fs, sync::Arc};

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem, calls::CallContext, cockpit::lock, environment::LOCAL, frame::Connection, sign_in::SignIn,
};

impl Cockpit {
    /// Reads the environment's CA file again, and answers whether it says something new. The file is the same as at the
    /// start and as safe: the server's own, in its own folder.
    pub(crate) async fn renew_trust(&self) -> bool {
        let Ok(Connection { environment, .. }) = self.local_connection() else { return false };
        let (Some(file), Some(known)) = (environment.ca_file.clone(), &environment.ca_pem) else { return false };
        let read = tokio::task::spawn_blocking(move || fs::read(file)).await;
        let Ok(Ok(pem)) = read else { return false };
        if pem == *known {
            return false;
        }
        let mut renewed = (*environment).clone();
        renewed.ca_pem = Some(pem);
        match Connection::to(renewed, Arc::new(SignIn::known(environment.admin_token.clone()))) {
            Ok(connection) => {
                let mut frame = lock(&self.frame);
                // A server that was started again in the meantime has read the file itself.
                if let Some(current) = &mut frame.local
                    && Arc::ptr_eq(&current.environment, &environment)
                {
                    *current = connection;
                    tracing::info!("the CA of the server has changed");
                }
                true
            }
            Err(problem) => {
                tracing::warn!(code = %problem.code, detail = problem.detail, "the new CA can't be used");
                false
            }
        }
    }

    /// A server that is not trusted any more may have rotated its CA without us.
    pub(crate) async fn explain_distrust(&self, call: CallContext, problem: Problem) -> Problem {
        let is_local = || self.connection(call).is_ok_and(|connection| connection.place.environment == LOCAL);
        if problem.code == ErrorCode::UntrustedServer && is_local() && self.renew_trust().await {
            return Problem { message: "The server's CA was changed in the meantime.".into(), ..problem }
                .hint("The new one is trusted now, because it is in the server's own folder. Try again.");
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pairing::Secret;

    use super::*;
    use crate::{CockpitSetup, EnvironmentConfig, certificates::OpenSsl, desktop::tests::BareDesktop};

    fn connected(ca_file: &Path, folder: &Path) -> Cockpit {
        let cockpit = Cockpit::new(CockpitSetup {
            version: "0".into(),
            data_dir: folder.into(),
            settings_dir: folder.into(),
            desktop: Arc::new(BareDesktop { save_into: None }),
        });
        let environment = EnvironmentConfig {
            ca_file: Some(ca_file.into()),
            ca_pem: Some(fs::read(ca_file).unwrap()),
            console_url: Some("https://localhost:1/".into()),
            ..EnvironmentConfig::local("https://localhost:1/".into(), Secret::new("token"))
        };
        cockpit.connect(environment).unwrap();
        cockpit
    }

    #[tokio::test]
    async fn a_new_ca_is_trusted_once_it_is_in_the_file_and_a_damaged_file_changes_nothing() {
        let openssl = OpenSsl::new();
        openssl.root("first", "/CN=First");
        openssl.root("second", "/CN=Second");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        fs::write(&file, openssl.read("first.pem")).unwrap();
        let cockpit = connected(&file, folder.path());
        assert!(!cockpit.renew_trust().await);

        fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(!cockpit.renew_trust().await);
        fs::write(&file, openssl.read("second.pem")).unwrap();
        let distrust = || Problem::new(ErrorCode::UntrustedServer, "before");
        let call = CallContext::of_local_server();
        assert!(cockpit.explain_distrust(call, distrust()).await.message.contains("was changed"));
        assert_eq!(cockpit.local_connection().unwrap().environment.ca_pem, Some(openssl.read("second.pem")));
        assert_eq!(cockpit.explain_distrust(call, distrust()).await, distrust(), "nothing new: it is not ours");
    }
}
