//! Which applications are meant: chosen in the list, or named in a table. Nothing is created.

use std::collections::{HashMap, HashSet};

use super::table;
use crate::{
    Problem,
    calls::{ApplicationRow, ErrorAction, PlanProblem, PlanRow, WavePlan},
};

/// More than any tenant has.
const MOST: usize = 50_000;
/// Seconds that a person needs for one application by hand.
const BY_HAND_SECONDS: u32 = 4;
/// So that the last token of a wave is not handed over in its last minute.
const OF_LIFETIME: f64 = 0.6;
/// Where nobody says how long a token lives, Compass' default.
const DEFAULT_LIFETIME: u32 = 300;
/// Requests that one token takes: a look at the application, and the token.
const REQUESTS: u32 = 2;
/// Files are written at once; what limits a wave is how many applications somebody can watch over.
const MOST_FILES: u32 = 200;

/// What one row of the wish names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    line: Option<u32>,
    id: Option<String>,
    name: Option<String>,
}

pub(super) fn chosen(ids: impl IntoIterator<Item = String>) -> Vec<Wish> {
    ids.into_iter().map(|id| Wish { line: None, id: Some(id), name: None }).collect()
}

/// # Errors
/// There is no column that names applications.
pub(super) fn named(text: &str) -> Result<Vec<Wish>, Problem> {
    let rows = table::read(text);
    let Some(header) = rows.first() else { return Ok(Vec::new()) };
    let column = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let (id, name) = (column("id"), column("name"));
    if id.is_none() && name.is_none() {
        return Err(Problem::invalid("The table has no column that is called \"id\" or \"name\".")
            .hint("Write the names of the columns into its first line.")
            .action(ErrorAction::CorrectInput));
    }
    let wish = |(number, row): (usize, &Vec<String>)| {
        let cell = |at: Option<usize>| {
            at.and_then(|at| row.get(at)).map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty())
        };
        let (id, name) = (cell(id), cell(name));
        (id.is_some() || name.is_some()).then(|| Wish { line: u32::try_from(number + 1).ok(), id, name })
    };
    Ok(rows.iter().enumerate().skip(1).filter_map(wish).collect())
}

/// What the environment allows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// Seconds that a token lives, where that is known.
    pub(super) lifetime: Option<u32>,
    /// Requests in a second.
    pub(super) rate: Option<u32>,
}

/// # Errors
/// It is more than can be worked on.
pub(super) fn plan(wishes: Vec<Wish>, known: &[ApplicationRow], limits: Limits) -> Result<WavePlan, Problem> {
    if wishes.len() > MOST {
        return Err(Problem::invalid(format!("At most {MOST} applications can be paired in one run.")));
    }
    let by_id: HashMap<&str, &ApplicationRow> = known.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut by_name: HashMap<&str, Vec<&ApplicationRow>> = HashMap::new();
    for row in known {
        by_name.entry(&row.name).or_default().push(row);
    }
    let mut taken = HashSet::new();
    let mut rows = Vec::with_capacity(wishes.len());
    for Wish { line, id, name } in wishes {
        let none = Vec::new();
        let found = match (&id, &name) {
            (Some(id), _) => by_id.get(id.as_str()).copied().into_iter().collect(),
            (None, Some(name)) => by_name.get(name.as_str()).unwrap_or(&none).clone(),
            (None, None) => Vec::new(),
        };
        let problem = match found.as_slice() {
            [] => Some(PlanProblem::Missing),
            [only] if !taken.insert(only.id.as_str()) => Some(PlanProblem::Duplicate),
            [only] if only.integration_system_id.is_some() => Some(PlanProblem::Managed),
            [only] if only.condition == "CONNECTED" => Some(PlanProblem::AlreadyPaired),
            [_] => None,
            [_, _, ..] => Some(PlanProblem::Ambiguous),
        };
        let only = if let [only] = found.as_slice() { Some(*only) } else { None };
        rows.push(PlanRow {
            line,
            application_id: only.map(|row| row.id.clone()),
            name: only.map(|row| row.name.clone()).or(name).or(id).unwrap_or_default(),
            problem,
            left_out: matches!(problem, Some(PlanProblem::Missing | PlanProblem::Ambiguous | PlanProblem::Duplicate)),
        });
    }
    let life = limits.lifetime.unwrap_or(DEFAULT_LIFETIME);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small positive number")]
    let usable = (f64::from(life) * OF_LIFETIME) as u32;
    let at_rate = limits.rate.filter(|rate| *rate > 0).map_or(u32::MAX, |rate| usable.saturating_mul(rate) / REQUESTS);
    Ok(WavePlan {
        rows,
        token_lifetime_seconds: limits.lifetime,
        suggested_by_hand: (usable / BY_HAND_SECONDS).max(1),
        suggested_files: usable.min(at_rate).clamp(1, MOST_FILES),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(id: &str, name: &str, condition: &str, managed: bool) -> ApplicationRow {
        ApplicationRow {
            id: id.into(),
            name: name.into(),
            condition: condition.into(),
            status_at: String::new(),
            provider_name: None,
            description: None,
            base_url: None,
            created_at: None,
            updated_at: None,
            integration_system_id: managed.then(|| "i".into()),
            label_text: String::new(),
        }
    }

    #[test]
    fn every_row_says_what_is_wrong_with_it() {
        let known = [
            application("1", "one", "INITIAL", false),
            application("2", "two", "CONNECTED", false),
            application("3", "three", "INITIAL", true),
            application("4", "same", "INITIAL", false),
            application("5", "same", "INITIAL", false),
        ];
        let mut wishes = chosen(["1".to_owned(), "9".to_owned()]);
        wishes.extend(named("Name,ID,x\none,,\ntwo,,\nthree,,\nsame,,\nsame,5,\n,,\nnobody,,").unwrap());
        let slow = plan(Vec::new(), &known, Limits { lifetime: Some(300), rate: Some(1) }).unwrap();
        assert_eq!((slow.suggested_by_hand, slow.suggested_files), (45, 90));
        let plan = plan(wishes, &known, Limits { lifetime: Some(300), rate: Some(25) }).unwrap();
        let seen: Vec<_> =
            plan.rows.iter().map(|row| (row.line, row.application_id.as_deref(), row.problem, row.left_out)).collect();
        use PlanProblem::*;
        assert_eq!(
            seen,
            [
                (None, Some("1"), None, false),
                (None, None, Some(Missing), true),
                (Some(2), Some("1"), Some(Duplicate), true),
                (Some(3), Some("2"), Some(AlreadyPaired), false),
                (Some(4), Some("3"), Some(Managed), false),
                (Some(5), None, Some(Ambiguous), true),
                (Some(6), Some("5"), None, false),
                (Some(8), None, Some(Missing), true),
            ]
        );
        assert_eq!((plan.suggested_by_hand, plan.suggested_files), (45, 180));
        assert!(named("a,b\n1,2").is_err());
    }
}
