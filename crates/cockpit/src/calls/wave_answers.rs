//! What the page receives about pairing many applications in waves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PairingReceipt, WaveHand, WaveStage};

/// What may be wrong with one row of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PlanProblem {
    /// No application has this name or id.
    Missing,
    /// Several have this name: use the id.
    Ambiguous,
    /// The row before had the same application.
    Duplicate,
    /// It can be paired again; the new certificate works beside the old one.
    AlreadyPaired,
    /// Its integration system issues the pairing data, in a form and with a lifetime of its own.
    Managed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanRow {
    /// Of the CSV, from 1; null: it was chosen in the list.
    pub line: Option<u32>,
    pub application_id: Option<String>,
    pub name: String,
    pub problem: Option<PlanProblem>,
    /// The row is left out: with the others the problem is only worth a look.
    pub left_out: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WavePlan {
    pub rows: Vec<PlanRow>,
    /// Null: this environment does not say how long a token lives.
    pub token_lifetime_seconds: Option<u32>,
    /// By one hand-over every four seconds, or all of a folder at once.
    pub suggested_by_hand: u32,
    pub suggested_files: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaveRunState {
    Running,
    /// No new tokens; those that live may finish.
    Paused,
    Stopped,
    Finished,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaveCounts {
    pub planned: u32,
    pub requested: u32,
    pub handed_over: u32,
    pub redeemed: u32,
    pub signed: u32,
    pub paired: u32,
    pub expired: u32,
    pub failed: u32,
    pub skipped: u32,
}

/// Failures with the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaveFailure {
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    pub count: u32,
    /// At most three of them.
    pub names: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaveRun {
    pub id: String,
    pub environment: String,
    pub tenant: String,
    pub hand: WaveHand,
    pub wave_size: u32,
    pub state: WaveRunState,
    /// Why it paused by itself; a sentence.
    pub paused_because: Option<String>,
    /// Where the files are.
    pub folder: Option<String>,
    pub started_at: String,
    pub total: u32,
    pub counts: WaveCounts,
    /// From 1; 0 before the first.
    pub wave: u32,
    pub waves: u32,
    /// By hand: whose turn it is.
    pub current: Option<PairingReceipt>,
    pub failures: Vec<WaveFailure>,
    pub per_minute: Option<f64>,
    /// The Director asked for a rest: how much longer nothing is requested.
    pub resting_seconds: Option<u32>,
    #[ts(type = "number | null")]
    pub seconds_left: Option<u64>,
    /// It belongs to another environment or tenant than the one in force, so it rests.
    pub elsewhere: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaveRow {
    pub application_id: String,
    pub name: String,
    pub stage: WaveStage,
    pub wave: u32,
    pub problem: Option<String>,
    pub pairing_id: Option<String>,
    pub expires_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaveRows {
    pub rows: Vec<WaveRow>,
    pub total: u32,
}
