//! What is on the page, waited for with a deadline: nothing here sleeps for a fixed time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Clipboard, PATIENCE, Window, session::Refusal};

/// What the driver says when the page was not there yet, or has just changed.
const PASSING: [&str; 4] =
    ["no such element", "stale element reference", "element not interactable", "element click intercepted"];

const TOO_WIDE: &str = "[...document.querySelectorAll('body, body *')].filter((element) => {
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        const scrolls = /auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth;
        const clipped = element.parentElement.closest('.truncate, .mono, .visually-hidden');
        return element.checkVisibility() && !clipped && ((scrolls && !element.matches('.mono')) || box.right > innerWidth + 1);
    }).slice(0, 5).map((element) => element.outerHTML.slice(0, 200))";

const INTO_VIEW: &str =
    "document.querySelector(arguments[0])?.scrollIntoView({ block: 'nearest', inline: 'nearest' });";

impl Window {
    /// Waits until the spot can be seen, and returns its text.
    pub async fn appears(&self, spot: &str) -> String {
        self.appears_within(PATIENCE, spot).await
    }

    /// Like [`Self::appears`], with a deadline of its own.
    pub async fn appears_within(&self, patience: Duration, spot: &str) -> String {
        let script = "const element = document.querySelector(arguments[0]);
            return element && element.checkVisibility() && element.getClientRects().length ? element.innerText : null;";
        let arguments = json!([css(spot)]);
        self.wait(patience, &format!("{spot} appears"), async || {
            self.session.run(script, arguments.clone()).await.as_str().map(str::to_owned)
        })
        .await
    }

    /// Waits until the spot is not on the page any more.
    pub async fn goes(&self, spot: &str) {
        self.holds(&format!("{spot} goes"), &format!("!document.querySelector({:?})", css(spot))).await;
    }

    /// Waits until the spot can't be seen, on the page or not.
    pub async fn hides(&self, spot: &str) {
        let seen = format!("document.querySelector({:?})?.checkVisibility()", css(spot));
        self.holds(&format!("{spot} hides"), &format!("!{seen}")).await;
    }

    /// Waits until the spot's text contains this one.
    pub async fn says(&self, spot: &str, wanted: &str) -> String {
        self.wait(PATIENCE, &format!("{spot} says {wanted:?}"), async || {
            Some(self.text(spot).await?).filter(|text| text.contains(wanted))
        })
        .await
    }

    /// Waits until an expression of the page is true.
    pub async fn holds(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression});");
        self.wait(PATIENCE, what, async || (self.session.run(&script, json!([])).await == json!(true)).then_some(()))
            .await;
    }

    /// The value of an expression of the page, now.
    pub async fn value(&self, expression: &str) -> Value {
        self.session.run(&format!("return {expression};"), json!([])).await
    }

    /// The text at a spot, now.
    pub async fn text(&self, spot: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null;";
        self.session.run(script, json!([css(spot)])).await.as_str().map(str::to_owned)
    }

    /// How many of these there are, now.
    pub async fn count(&self, spot: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length;";
        self.session.run(script, json!([css(spot)])).await.as_u64().expect("a number")
    }

    /// Everything that the page holds, seen or not: for looking for what must not be there.
    pub async fn source(&self) -> String {
        self.value("document.documentElement.outerHTML").await.as_str().expect("text").to_owned()
    }

    /// The name of the spot that has the focus.
    pub async fn focused(&self) -> Option<String> {
        self.value("document.activeElement?.dataset.testid ?? null").await.as_str().map(str::to_owned)
    }

    /// Clicks a spot as soon as it can be clicked.
    pub async fn click(&self, spot: &str) {
        let selector = css(spot);
        self.wait(PATIENCE, &format!("{spot} can be clicked"), async || {
            // The driver does not scroll to what can be seen in part, and then finds its middle covered.
            self.session.run(INTO_VIEW, json!([selector])).await;
            let element = passing(self.session.find(&selector).await)?;
            if passing(self.session.of(&element, "enabled").await)? != json!(true) {
                return None;
            }
            passing(self.session.act(&element, "click", json!({})).await)
        })
        .await;
    }

    /// Clicks a spot that ends the program, and waits for that. What the driver says meanwhile does not count.
    pub async fn leaves_by(&self, spot: &str) {
        self.appears(spot).await;
        if let Ok(element) = self.session.find(&css(spot)).await {
            let _ = self.session.act(&element, "click", json!({})).await;
        }
        self.process.ended().await;
    }

    /// Pastes a text into a field, in place of what is there, as people do who have a file of PEM. Typed letter by letter, a
    /// key takes the driver many seconds.
    pub async fn paste(&self, spot: &str, text: &str) {
        let _copied = Clipboard.copy(text).await;
        self.click(spot).await;
        self.press(&["Control+a", "Control+v"]).await;
        let selector = json!(css(spot));
        self.wait(PATIENCE, &format!("{spot} has what was pasted"), async || {
            let held = self.value(&format!("document.querySelector({selector}).value")).await;
            (held == text).then_some(())
        })
        .await;
    }

    /// Types a text into a field, in place of what is there.
    pub async fn fill(&self, spot: &str, text: &str) {
        if text.is_empty() {
            self.click(spot).await;
            return self.press(&["Control+a", "Delete"]).await;
        }
        let selector = css(spot);
        self.wait(PATIENCE, &format!("{spot} takes text"), async || {
            self.session.run(INTO_VIEW, json!([selector])).await;
            let element = passing(self.session.find(&selector).await)?;
            passing(self.session.act(&element, "clear", json!({})).await)?;
            passing(self.session.act(&element, "value", json!({ "text": text })).await)
        })
        .await;
    }

    /// The window's inner size.
    pub async fn size(&self) -> (u64, u64) {
        let size = self.value("[innerWidth, innerHeight]").await;
        (size[0].as_u64().expect("a width"), size[1].as_u64().expect("a height"))
    }

    pub async fn resize(&self, width: u64, height: u64) {
        let set = self.session.post("/window/rect", json!({ "width": width, "height": height })).await;
        set.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        self.wait(PATIENCE, "the window has its new size", async || {
            (self.size().await == (width, height)).then_some(())
        })
        .await;
    }

    /// Nothing reaches beyond the right edge, and nothing has to be scrolled sideways but scripts to be copied.
    pub async fn fits_its_width(&self, screen: &str) {
        let wide = self.value(TOO_WIDE).await;
        assert_eq!(wide, json!([]), "{screen} overflows");
    }

    /// Asks until there is an answer; then, or when time is up, the page is shown with what was waited for.
    pub async fn wait<T>(&self, patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            if started.elapsed() > patience {
                let page = self.value("location.hash + '\\n' + document.body.innerText").await;
                panic!("{what}: not within {patience:?}. The page {}", page.as_str().unwrap_or_default());
            }
            // Leaves the processor to the page.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// `@name` stands for `[data-testid="name"]`.
pub(super) fn css(spot: &str) -> String {
    let mut parts = spot.split('@');
    let mut selector = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        selector.push_str(&format!("[data-testid=\"{name}\"]{rest}"));
    }
    selector
}

/// Nothing when it is worth another try; what another try can't help is a panic.
fn passing<T>(outcome: Result<T, Refusal>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(refusal) if PASSING.contains(&refusal.error.as_str()) => None,
        Err(refusal) => panic!("{}: {}", refusal.error, refusal.message),
    }
}

#[cfg(test)]
mod tests {
    use super::css;

    #[test]
    fn spots_are_selectors() {
        assert_eq!(css("#app > *"), "#app > *");
        assert_eq!(css("@server-state[data-state=ready]"), "[data-testid=\"server-state\"][data-state=ready]");
        assert_eq!(css("@a @b-1:not(:disabled)"), "[data-testid=\"a\"] [data-testid=\"b-1\"]:not(:disabled)");
    }
}
