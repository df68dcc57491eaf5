//! Whose turn it is, what pauses a run, and how fast it goes.

use super::*;

const NOW: Moment = Moment::from_unix_seconds(1_767_225_600);

fn run(count: usize) -> Run {
    let entries = (0..count).map(|at| Entry::planned(at.to_string(), format!("app-{at}"))).collect();
    let place = Place { environment: "e".into(), tenant: "t".into() };
    Run::new(&place, WaveHand::Files, 2, "2026-01-01T00:00:00Z".into(), entries)
}

#[test]
fn a_wave_begins_when_the_one_before_is_over() {
    let mut run = run(5);
    assert_eq!((run.next_wave(), run.waves_in_all()), (vec![0, 1], 3));
    for (at, stage) in [(0, WaveStage::HandedOver), (1, WaveStage::Failed)] {
        run.begin_asking(at).unwrap();
        run.entries[at].stage = stage;
    }
    assert!(run.begin_asking(0).is_none(), "one token each");
    assert!(run.next_wave().is_empty(), "one token lives");
    run.entries[0].stage = WaveStage::Signed;
    assert_eq!((run.next_wave(), run.wave), (vec![2, 3], 2), "its token is used up");
    run.pause("x");
    run.begin_asking(2).unwrap();
    run.entries[2].stage = WaveStage::HandedOver;
    assert!(run.next_wave().is_empty() && !run.finish_when_done());
    run.resume(NOW);
    assert_eq!((run.next_wave(), run.wave, run.waves_in_all()), (vec![3], 2, 3), "the wave goes on where it was");
    run.begin_asking(3).unwrap();
    run.entries[3].stage = WaveStage::Paired;
    assert!(run.next_wave().is_empty());
    run.entries[2].stage = WaveStage::Expired;
    assert_eq!((run.next_wave(), run.wave), (vec![4], 3));
    run.entries[4].stage = WaveStage::Paired;
    assert!(run.finish_when_done() && run.is_over());
    assert_eq!(run.retry(NOW), 2);
    assert_eq!((run.state, run.counts().planned), (WaveRunState::Running, 2));
}

/// However many are under way, five that fail alike are enough.
#[test]
fn eight_at_once_once_it_is_known_to_work() {
    let mut run = run(20);
    assert_eq!(run.at_once(), 1);
    for left in [4, 3, 2, 1] {
        run.failed(0, "no", None);
        assert_eq!(run.at_once(), left);
    }
    run.succeeded();
    assert_eq!(run.at_once(), 8);
    run.pause("x");
    assert_eq!(run.at_once(), 0);
    run.resume(NOW);
    assert_eq!(run.at_once(), 1);
}

#[test]
fn what_was_asked_for_when_the_program_ended_is_not_asked_for_again() {
    let mut run = run(3);
    run.next_wave();
    run.begin_asking(0).unwrap();
    run.take_up_again();
    assert_eq!((run.state, run.counts().failed, run.counts().planned), (WaveRunState::Paused, 1, 2));
    assert!(run.failures()[0].hint.is_some());
    assert_eq!((run.retry(NOW), run.counts().planned), (1, 3));
}

#[test]
fn five_alike_in_a_row_pause_the_run() {
    let mut run = run(9);
    for at in 0..4 {
        run.failed(at, "no", Some("what to do"));
    }
    run.failed(4, "else", None);
    assert_eq!(run.state, WaveRunState::Running);
    run.succeeded();
    for at in 0..5 {
        run.failed(at, "no", Some("what to do"));
    }
    assert_eq!(run.state, WaveRunState::Paused);
    let failures = run.failures();
    assert_eq!((failures.len(), failures[0].count, failures[0].names.len()), (1, 5, 3));
    assert_eq!(run.per_minute(Moment::parse("2026-01-01T00:01:00Z").unwrap()), None);
    run.entries[8].stage = WaveStage::Paired;
    run.entries[8].paired_at = Some("2026-01-01T00:01:30Z".into());
    assert_eq!(run.per_minute(Moment::parse("2026-01-01T00:02:00Z").unwrap()), Some(0.5));
    // A night in between is not counted.
    run.resume(Moment::parse("2026-01-02T00:00:00Z").unwrap());
    assert_eq!(run.per_minute(Moment::parse("2026-01-02T00:01:00Z").unwrap()), None);
    run.entries[7].stage = WaveStage::Expired;
    run.entries[7].requested_at = Some("2026-01-02T00:00:10Z".into());
    assert_eq!(run.per_minute(Moment::parse("2026-01-02T00:02:00Z").unwrap()), Some(0.5));
}
