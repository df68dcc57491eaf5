//! What the page sends about pairing many applications in waves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Id, Text};

/// How pairing data gets to the applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaveHand {
    /// One after another: copy, wait, next.
    ByHand,
    /// One file for each application in a folder.
    Files,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanWaves {
    #[ts(type = "Array<string>")]
    pub application_ids: Vec<Id>,
    /// Text with a column `id` or `name`; null: only the ids.
    #[ts(type = "string | null")]
    pub csv: Option<Text<4_000_000>>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartWaves {
    #[ts(type = "Array<string>")]
    pub application_ids: Vec<Id>,
    pub hand: WaveHand,
    /// Tokens that are alive at the same time.
    pub wave_size: u32,
}

/// How far one application of a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaveStage {
    Planned,
    Requested,
    HandedOver,
    /// It fetched its configuration.
    Redeemed,
    /// It sent its signing request, or its certificate is known.
    Signed,
    Paired,
    /// Its token was not used in time.
    Expired,
    Failed,
    /// The run was stopped before its turn.
    Skipped,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaveRowsAt {
    /// Null: all.
    pub stage: Option<WaveStage>,
    pub from: u32,
    /// 1 to 500.
    pub first: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    Csv,
    Json,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveWaveReport {
    pub form: ReportForm,
}
