//! Keys as the driver presses them, and the pointer.

use serde_json::{Value, json};

use super::Window;

impl Window {
    /// Presses keys one after the other: `/`, `Escape`, `Control+n`.
    pub async fn press(&self, keys: &[&str]) {
        let actions: Vec<Value> = keys.iter().flat_map(|key| chord(key)).collect();
        self.act_on_keyboard(&actions).await;
    }

    /// Types a text, letter by letter, to whatever has the focus.
    pub async fn types(&self, text: &str) {
        let actions: Vec<Value> = text.chars().flat_map(|letter| [down(letter), up(letter)]).collect();
        self.act_on_keyboard(&actions).await;
    }

    /// Moves the pointer into a corner where nothing is.
    pub async fn point_away(&self) {
        let corner = json!({ "type": "pointerMove", "x": 1, "y": 1, "duration": 0 });
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": [corner] });
        let done = self.session.post("/actions", json!({ "actions": [mouse] })).await;
        done.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    }

    async fn act_on_keyboard(&self, actions: &[Value]) {
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        let done = self.session.post("/actions", json!({ "actions": [keyboard] })).await;
        done.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    }
}

/// All keys of a chord go down in order, and up in the reverse order.
fn chord(keys: &str) -> Vec<Value> {
    let keys: Vec<char> = keys.split('+').map(code).collect();
    let downs = keys.iter().copied().map(down);
    downs.chain(keys.iter().rev().copied().map(up)).collect()
}

fn down(key: char) -> Value {
    json!({ "type": "keyDown", "value": key })
}

fn up(key: char) -> Value {
    json!({ "type": "keyUp", "value": key })
}

/// The protocol's character for a key with a name; any other key is its own.
fn code(name: &str) -> char {
    match name {
        "Tab" => '\u{E004}',
        "Enter" => '\u{E007}',
        "Shift" => '\u{E008}',
        "Control" => '\u{E009}',
        "Escape" => '\u{E00C}',
        "End" => '\u{E010}',
        "Home" => '\u{E011}',
        "PageUp" => '\u{E00E}',
        "PageDown" => '\u{E00F}',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        "Delete" => '\u{E017}',
        _ => {
            let mut letters = name.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => letter,
                _ => panic!("no key is called {name}"),
            }
        }
    }
}
