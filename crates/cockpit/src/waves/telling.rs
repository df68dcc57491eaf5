//! What the desktop is told of a run: that it is over, that it paused by itself, and the first failure. Whoever started it
//! may be elsewhere.

use super::run::Run;
use crate::{Cockpit, calls::WaveStage, cockpit::lock};

impl Cockpit {
    /// Answers whether the run remembers now that something was told.
    pub(super) async fn tell_of_the_run(&self, finished: bool) -> bool {
        let said = lock(&self.waves.run).as_mut().and_then(|run| if finished { Some(end(run)) } else { news(run) });
        let Some((title, body)) = said else { return false };
        if let Err(unavailable) = self.desktop.notify(title.into(), body).await {
            tracing::debug!(cause = unavailable.cause, "no notification could be shown");
        }
        true
    }
}

fn end(run: &mut Run) -> (&'static str, String) {
    run.told_failure = true;
    let (counts, name) = (run.counts(), &run.environment_name);
    let others = counts.expired + counts.failed + counts.skipped;
    let mut said = Vec::new();
    match (counts.paired, counts.signed, others) {
        (paired, 0, 0) if paired > 1 => said.push(format!("All {paired} applications are paired")),
        (1, _, _) => said.push("1 application is paired".to_owned()),
        (paired, _, _) => said.push(format!("{paired} applications are paired")),
    }
    if counts.signed > 0 {
        said.push(format!("{} asked for a certificate and did not call yet", counts.signed));
    }
    if others > 0 {
        said.push(format!("{others} are not"));
    }
    ("The waves are over", format!("{}.\n{name}", said.join(", ")))
}

fn news(run: &mut Run) -> Option<(&'static str, String)> {
    let name = run.environment_name.clone();
    if let Some(because) = run.paused_because.clone().filter(|_| !run.told_pause) {
        (run.told_pause, run.told_failure) = (true, true);
        return Some(("The waves have paused", format!("{because}\n{name}")));
    }
    if run.told_failure {
        return None;
    }
    let is_failure = |entry: &&super::entry::Entry| matches!(entry.stage, WaveStage::Failed | WaveStage::Expired);
    let first = run.entries.iter().find(is_failure)?;
    let what = first.problem.as_deref().unwrap_or("Its token was not used in time.");
    let body = format!("{}: {what}\n{name}", first.name);
    run.told_failure = true;
    Some(("The first of the waves has failed", body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calls::WaveHand, frame::Place, waves::entry::Entry};

    #[test]
    fn each_is_told_once() {
        let place = Place { environment: "e".into(), tenant: "t".into() };
        let entries = ["a", "b"].map(|name| Entry::planned(name.into(), name.into()));
        let mut run = Run::new(&place, WaveHand::Files, 2, "2026-01-01T00:00:00Z".into(), entries.into());
        assert_eq!(news(&mut run), None);
        run.failed(1, "It was refused.", None);
        assert!(news(&mut run).unwrap().1.starts_with("b: It was refused."));
        assert_eq!(news(&mut run), None);
        run.pause("The network is gone.");
        assert!(news(&mut run).unwrap().1.starts_with("The network is gone."));
        assert_eq!(news(&mut run), None);
        run.entries[0].stage = WaveStage::Expired;
        assert_eq!(end(&mut run).1.lines().next(), Some("0 applications are paired, 2 are not."));
        run.entries[0].stage = WaveStage::Signed;
        run.entries[1].stage = WaveStage::Paired;
        let said = "1 application is paired, 1 asked for a certificate and did not call yet.";
        assert_eq!(end(&mut run).1.lines().next(), Some(said));
    }
}
