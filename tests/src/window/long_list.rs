//! How a list behaves that is longer than anybody would scroll: from the switch to its landscape to the last row, and
//! from the key to the rows that match.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Memory, Window};

/// What is typed into the search field and taken back again, and how often.
const TYPED: &str = "app-04217";
const ROUNDS: usize = 5;

/// Writes down when rows of the landscape are there, and when all are. Looks once in every frame.
const WATCH: &str = "(() => {
    const begun = performance.now();
    const marks = (window.marks = { first: null, complete: null });
    const look = () => {
        const rows = document.querySelectorAll('[data-testid=application-row][data-name^=app-]').length;
        if (rows > 0 && marks.first === null) marks.first = performance.now() - begun;
        const digits = (document.querySelector('[data-testid=count]')?.innerText ?? '').replace(/[^0-9]/g, '');
        if (rows > 0 && digits === String(TOTAL)) marks.complete = performance.now() - begun;
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})() ?? null";

/// Counts from the key to the first moment after the frame in which the new rows are painted.
const PAINTED: &str = "(() => { window.painted = []; addEventListener('input', (event) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(null); }), true); })() ?? null";

/// Milliseconds, and memory before and after.
#[derive(Clone, Copy, Debug)]
pub struct LongList {
    pub first_rows: f64,
    pub complete: f64,
    /// From the key to the new rows on the page, as the page measures it itself; median.
    pub filtered: f64,
    /// From the key to the end of the frame that shows them; median.
    pub painted: f64,
    pub before: Memory,
    pub after: Memory,
}

impl Window {
    /// Makes one call of the call table, as the page would.
    pub async fn call(&self, name: &str, input: &Value) -> Value {
        let script = "const done = arguments[arguments.length - 1];
            window.__TAURI_INTERNALS__.invoke(arguments[0], { input: arguments[1] })
                .then((answer) => done({ answer }), (error) => done({ error }));";
        let outcome = self.session.run_and_wait(script, json!([name, input])).await;
        assert!(outcome.get("error").is_none(), "{name}: {outcome}");
        outcome["answer"].clone()
    }

    /// Switches to an environment with so many applications whose names begin with `app-`, and uses their list.
    pub async fn measure_long_list(&self, environment: &str, applications: usize) -> LongList {
        let before = self.memory();
        self.value(&WATCH.replace("TOTAL", &applications.to_string())).await;
        self.call("use_environment", &json!({ "id": environment })).await;
        let complete = async || self.value("window.marks.complete").await.as_f64();
        let complete = self.wait(Duration::from_secs(60), "all rows are loaded", complete).await;
        let first_rows = self.value("window.marks.first").await.as_f64().expect("there were first rows");

        self.value(PAINTED).await;
        self.value("performance.clearMeasures('filter') ?? null").await;
        self.click("@search").await;
        for round in 1..=ROUNDS {
            for letter in TYPED.chars() {
                self.press(&[&letter.to_string()]).await;
            }
            self.press(&["Control+a", "Delete"]).await;
            let keys = round * (TYPED.len() + 1);
            self.holds("every key has been painted", &format!("window.painted.length >= {keys}")).await;
        }
        let filtered = self.median("performance.getEntriesByName('filter').map(({ duration }) => duration)").await;
        let painted = self.median("window.painted").await;
        LongList { first_rows, complete, filtered, painted, before, after: self.memory() }
    }

    async fn median(&self, expression: &str) -> f64 {
        let values = self.value(expression).await;
        let mut values: Vec<f64> = values.as_array().expect("times").iter().filter_map(Value::as_f64).collect();
        assert!(!values.is_empty(), "nothing was measured by {expression}");
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }
}
