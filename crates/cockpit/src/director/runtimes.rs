//! Runtimes at the Director.

use super::{At, Auth, Noun, Session, operations::*, wire};
use crate::{
    Problem,
    calls::{RuntimeDetail, RuntimePage, RuntimeRow},
};

impl Session {
    pub(crate) async fn runtimes(&self, after: Option<String>, first: u32) -> Result<RuntimePage, Problem> {
        let variables = list_runtimes::Variables { after, first: Some(first.into()) };
        let page = self.about(Noun::Runtime).ask::<ListRuntimes>(variables).await?.value.runtimes;
        Ok(RuntimePage {
            rows: page.data.into_iter().map(RuntimeRow::from).collect(),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
            total_count: u32::try_from(page.total_count).unwrap_or(0),
        })
    }

    pub(crate) async fn runtime(&self, id: String) -> Result<Option<RuntimeDetail>, Problem> {
        let At { value, moment } = self.about(Noun::Runtime).ask::<GetRuntime>(get_runtime::Variables { id }).await?;
        Ok(value.runtime.map(|runtime| {
            let row = RuntimeRow::from(runtime.runtime_row);
            let auths: Option<Vec<Auth>> = runtime.auths.auths.map(|auths| auths.into_iter().map(Auth::from).collect());
            // A pending token is not told for runtimes, so nothing here is known to be a certificate or left behind.
            let summary = |auth: &Auth| crate::calls::AuthSummary { orphaned: false, ..auth.summary(false, moment) };
            RuntimeDetail {
                formations: wire::formations(runtime.labels.as_ref()),
                labels: runtime.labels.unwrap_or_default().into_iter().collect(),
                auths: auths.map(|auths| auths.iter().map(summary).collect()),
                row,
                server_now: moment.rfc3339(),
            }
        }))
    }

    pub(crate) async fn register_runtime(
        &self,
        name: String,
        description: Option<String>,
    ) -> Result<RuntimeRow, Problem> {
        let input = register_runtime::RuntimeRegisterInput { name, description };
        let variables = register_runtime::Variables { in_: input };
        Ok(self.about(Noun::Runtime).ask::<RegisterRuntime>(variables).await?.value.register_runtime.into())
    }

    pub(crate) async fn unregister_runtime(&self, id: String) -> Result<(), Problem> {
        self.about(Noun::Runtime).ask::<UnregisterRuntime>(unregister_runtime::Variables { id }).await?;
        Ok(())
    }
}
