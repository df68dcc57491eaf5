//! Which CA is trusted, once the server runs. A rotated authority also signs the server's own certificate, so what was
//! read at the start stops being enough; the file that vouches for the server is then read again.

use std::{fs, sync::Arc};

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem,
    cockpit::{Connection, lock},
};

impl Cockpit {
    /// Reads the environment's CA file again, and answers whether it says something new. The file is the same as at the
    /// start and as safe: the server's own, in its own folder.
    pub(crate) async fn renew_trust(&self) -> bool {
        let Ok(Connection { environment, .. }) = self.connection() else { return false };
        let (Some(file), Some(known)) = (environment.ca_file.clone(), &environment.ca_pem) else { return false };
        let read = tokio::task::spawn_blocking(move || fs::read(file)).await;
        let Ok(Ok(pem)) = read else { return false };
        if pem == *known {
            return false;
        }
        let mut renewed = (*environment).clone();
        renewed.ca_pem = Some(pem);
        match Connection::to(renewed) {
            Ok(connection) => {
                let mut server = lock(&self.server);
                // A server that was started again in the meantime has read the file itself.
                if let Some(current) = &mut server.connection
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
    pub(crate) async fn explain_distrust(&self, problem: Problem) -> Problem {
        if problem.code == ErrorCode::UntrustedServer && self.renew_trust().await {
            return Problem { message: "The server's CA was changed in the meantime.".into(), ..problem }
                .hint("The new one is trusted now, because it is in the server's own folder. Try again.");
        }
        problem
    }
}
