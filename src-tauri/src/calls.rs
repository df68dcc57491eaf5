//! The page's way in: every command goes to [`Cockpit::dispatch`], once Tauri's access control has let it through.

use std::sync::Arc;

use cockpit::{Cockpit, calls::Envelope};
use serde_json::Value;
use tauri::{
    Manager as _, Wry,
    ipc::{Invoke, InvokeBody, InvokeError},
};

/// Answers every command of the call table; anything else is not ours.
pub(crate) fn handle(invoke: Invoke<Wry>) -> bool {
    let Some(name) = cockpit::calls::NAMES.iter().find(|name| **name == invoke.message.command()) else {
        return false;
    };
    let arguments = match invoke.message.payload() {
        InvokeBody::Json(arguments) => arguments.clone(),
        InvokeBody::Raw(_) => Value::Null,
    };
    let cockpit = Arc::clone(&invoke.message.webview_ref().state::<Arc<Cockpit>>());
    invoke.resolver.respond_async(async move {
        let envelope = Envelope::read(arguments).map_err(InvokeError::from)?;
        cockpit.answer(name, envelope).await.map_err(InvokeError::from)
    });
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    include!("command_names.rs");

    #[test]
    fn every_call_is_under_access_control_and_granted_by_name() {
        assert_eq!(COMMANDS, cockpit::calls::NAMES, "src/command_names.rs and the call table");
        let capability: Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        let granted: BTreeSet<_> =
            capability["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        let calls: Vec<_> = COMMANDS.iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
        let events = ["core:event:allow-listen", "core:event:allow-unlisten"];
        let wanted: BTreeSet<_> = calls.iter().map(String::as_str).chain(events).collect();
        assert_eq!(granted, wanted, "no more and no less, and nothing that ends in :default");
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert_eq!(capability.get("remote"), None);
    }

    #[test]
    fn the_window_is_as_tight_as_promised() {
        let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let (app, security) = (&config["app"], &config["app"]["security"]);
        assert_eq!(security["capabilities"], serde_json::json!(["main"]));
        assert_eq!(app["withGlobalTauri"], false);
        assert_eq!(security["freezePrototype"], true);
        assert_eq!(security["assetProtocol"]["enable"], false);
        assert_eq!(app["windows"][0]["create"], false, "built in window.rs, with its guards");
        assert_eq!(app["windows"][0]["dragDropEnabled"], false);
        assert_eq!(config["build"].get("devUrl"), None);
        let policy = security["csp"].as_object().unwrap();
        assert_eq!(policy["default-src"], "'none'");
        assert!(policy.values().all(|source| !source.as_str().unwrap().contains("unsafe")));
    }
}
