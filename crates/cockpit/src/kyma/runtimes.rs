//! Runtimes and heartbeats: what the server plays, how far an application is, and two ways to see whether it adapts.

use pairing::Moment;

use crate::{
    Cockpit, Problem,
    calls::{
        ApplicationKyma, CallContext, ExpireRuntimeCertificates, ExpiredCertificates, Kyma, KymaApplication, Nothing,
        RuntimeRef, SilentApplications, SilentFor,
    },
    console::About,
    https,
};

/// Heartbeats are kept for a week, the last one for ever; beyond a year nobody waits for one.
const SILENT_DAYS: std::ops::RangeInclusive<u32> = 1..=365;
const DAY_SECONDS: i64 = 24 * 3600;

impl Cockpit {
    pub(crate) async fn kyma_overview(&self, call: CallContext, _: Nothing) -> Result<Kyma, Problem> {
        self.kyma(call, About::Runtimes)?.1.overview().await
    }

    pub(crate) async fn application_kyma(
        &self,
        call: CallContext,
        input: KymaApplication,
    ) -> Result<ApplicationKyma, Problem> {
        self.kyma(call, About::Application)?.1.application(&input.application_id).await
    }

    pub(crate) async fn silent_applications(
        &self,
        call: CallContext,
        input: SilentFor,
    ) -> Result<SilentApplications, Problem> {
        if !SILENT_DAYS.contains(&input.days) {
            return Err(Problem::invalid("Choose between 1 and 365 days."));
        }
        let (connection, kyma) = self.kyma(call, About::Application)?;
        let now = connection.director.now().unwrap_or_else(https::local_time);
        kyma.silent(&since(now, input.days).rfc3339()).await
    }

    pub(crate) async fn move_runtime(&self, call: CallContext, input: RuntimeRef) -> Result<Kyma, Problem> {
        let moved = self.kyma(call, About::Runtimes)?.1.move_runtime(&input.runtime).await?;
        tracing::info!(runtime = &*input.runtime, "event URL changed");
        Ok(moved)
    }

    pub(crate) async fn expire_runtime_certificates(
        &self,
        call: CallContext,
        input: ExpireRuntimeCertificates,
    ) -> Result<ExpiredCertificates, Problem> {
        let (runtime, application_id) = (&*input.runtime, &*input.application_id);
        let expired = self.kyma(call, About::Runtimes)?.1.expire(runtime, application_id).await?;
        tracing::info!(runtime, application_id, count = expired.expired, "certificates ended early");
        Ok(expired)
    }
}

fn since(now: Moment, days: u32) -> Moment {
    now.plus_seconds(-i64::from(days) * DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_days_ago_is_three_days_ago() {
        let now = Moment::parse("2024-07-04T10:44:00Z").unwrap();
        assert_eq!(since(now, 3).rfc3339(), "2024-07-01T10:44:00Z");
    }
}
