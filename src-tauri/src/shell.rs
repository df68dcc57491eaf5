//! Puts everything together: window first, server in the background, and both away again on exit.

use std::{process::ExitCode, sync::Arc, time::Duration};

use cockpit::{Cockpit, CockpitSetup};
use tauri::{App, AppHandle, Emitter as _, Manager as _, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::{calls, clipboard::SecretClipboard, desktop::TauriDesktop, embedded::Embedded, options::Options, window};

/// Tells the page that the window was asked to close while a secret has not been handed over.
const CLOSE_REQUESTED: &str = "close-requested";

/// The shortest threshold of a notification is a day.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// Runs the window until it is closed.
pub(crate) fn run(options: Options) -> ExitCode {
    let context = tauri::generate_context!("../tauri.conf.json");
    let instance = options.instance_name(&context.config().identifier);
    let built = tauri::Builder::default()
        // First, as it asks: a second start must not get as far as the others.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(instance)
                .callback(|app, _, _| window::focus(app))
                .build(),
        )
        .plugin(
            tauri_plugin_window_state::Builder::new().with_state_flags(StateFlags::all() - StateFlags::VISIBLE).build(),
        )
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| setup(app, options))
        .invoke_handler(calls::handle)
        .build(context);
    match built {
        Ok(app) => {
            let code = app.run_return(on_event);
            u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}

fn setup(app: &App, options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let folders = app.path();
    let data_dir = match &options.data_dir {
        Some(folder) => folder.clone(),
        None => folders.data_dir()?.join("pairing-cockpit"),
    };
    let clipboard = SecretClipboard::start()?;
    let cockpit = Arc::new(Cockpit::new(CockpitSetup {
        version: app.package_info().version.to_string(),
        data_dir,
        settings_dir: folders.config_dir()?.join("pairing-cockpit"),
        desktop: Arc::new(TauriDesktop { app: app.handle().clone(), clipboard: clipboard.clone() }),
    }));
    cockpit.fix_simulation(options.fixed_simulation());
    let embedded = Arc::new(Embedded::new(app.handle().clone(), Arc::clone(&cockpit), options));
    app.manage(clipboard);
    app.manage(Arc::clone(&cockpit));
    app.manage(Arc::clone(&embedded));
    window::open(app, cockpit.settings().theme)?;
    let watching = Arc::clone(&cockpit);
    tauri::async_runtime::spawn(async move { watching.watch().await });
    tauri::async_runtime::spawn(run_server(embedded, cockpit));
    tauri::async_runtime::spawn(quit_on_signal(app.handle().clone()));
    Ok(())
}

/// Starts the server, and looks every hour for certificates that will expire; at its start the server's own keeper does.
async fn run_server(embedded: Arc<Embedded>, cockpit: Arc<Cockpit>) {
    embedded.start().await;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        cockpit.tell_of_expiring_certificates().await;
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    if let RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } = event {
        let guarded = app.state::<Arc<Cockpit>>().holds_unhanded_secret();
        if guarded && app.emit(CLOSE_REQUESTED, ()).is_ok() {
            api.prevent_close();
        }
    } else if let RunEvent::Exit = event {
        app.state::<SecretClipboard>().quit();
        let embedded = Arc::clone(&app.state::<Arc<Embedded>>());
        tauri::async_runtime::block_on(async move { embedded.stop().await });
    }
}

/// A session that ends, or Ctrl-C in a terminal: leave as by the close button, without the guard.
async fn quit_on_signal(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::warn!("signals can't be caught");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    app.exit(0);
}
