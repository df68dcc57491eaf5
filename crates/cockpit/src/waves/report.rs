//! What became of a run, for others: a table and a document. No secret is in either.

use serde_json::json;

use super::{run::Run, table};
use crate::calls::ReportForm;

pub(super) fn report(run: &Run, form: ReportForm) -> (String, Vec<u8>) {
    match form {
        ReportForm::Csv => ("pairing-waves.csv".into(), csv(run).into_bytes()),
        ReportForm::Json => ("pairing-waves.json".into(), document(run)),
    }
}

const COLUMNS: [&str; 10] =
    ["name", "id", "stage", "wave", "problem", "requestedAt", "expiresAt", "handedOverAt", "pairedAt", "file"];

fn stage(entry: &super::entry::Entry) -> String {
    serde_json::to_value(entry.stage).ok().and_then(|stage| stage.as_str().map(str::to_owned)).unwrap_or_default()
}

fn csv(run: &Run) -> String {
    let mut text = table::line(&COLUMNS);
    for entry in &run.entries {
        let (stage, wave) = (stage(entry), entry.wave.to_string());
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        text.push_str(&table::line(&[
            &entry.name,
            &entry.application_id,
            &stage,
            &wave,
            &optional(&entry.problem),
            &optional(&entry.requested_at),
            &optional(&entry.expires_at),
            &optional(&entry.handed_over_at),
            &optional(&entry.paired_at),
            &entry.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        ]));
    }
    text
}

fn document(run: &Run) -> Vec<u8> {
    let counts = run.counts();
    let entries: Vec<_> = run
        .entries
        .iter()
        .map(|entry| {
            json!({
                "name": entry.name, "id": entry.application_id, "stage": stage(entry), "wave": entry.wave,
                "problem": entry.problem, "systemAuthId": entry.system_auth_id, "requestedAt": entry.requested_at,
                "expiresAt": entry.expires_at, "handedOverAt": entry.handed_over_at, "pairedAt": entry.paired_at,
                "file": entry.file,
            })
        })
        .collect();
    let report = json!({
        "environment": run.environment_name, "tenant": run.tenant, "startedAt": run.started_at, "state": run.state,
        "hand": run.hand, "waveSize": run.wave_size, "waves": run.wave, "counts": counts, "applications": entries,
    });
    serde_json::to_vec_pretty(&report).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calls::WaveHand, frame::Place, waves::entry::Entry};

    #[test]
    fn both_forms_name_everybody() {
        let place = Place { environment: "e".into(), tenant: "t".into() };
        let entries = vec![Entry::planned("1".into(), "a,b".into()), Entry::planned("2".into(), "=c".into())];
        let run = Run::new(&place, WaveHand::ByHand, 2, "2026-01-01T00:00:00Z".into(), entries);
        let (name, csv) = report(&run, ReportForm::Csv);
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(name, "pairing-waves.csv");
        assert_eq!(csv.lines().nth(1), Some("\"a,b\",1,planned,0,,,,,,"));
        assert_eq!(csv.lines().nth(2), Some("'=c,2,planned,0,,,,,,"));
        let document: serde_json::Value = serde_json::from_slice(&report(&run, ReportForm::Json).1).unwrap();
        assert_eq!((&document["applications"][1]["name"], &document["counts"]["planned"]), (&json!("=c"), &json!(2)));
    }
}
