//! *Save as file…* through the desktop's own dialog.

use std::{fs, os::unix::fs::PermissionsExt as _};

use blackbox::window::{Clipboard, Home, SaveDialog, Window};

#[tokio::test]
async fn a_saved_file_is_readable_only_by_its_owner() {
    let home = Home::new();
    let window = Window::ready(&home, &[]).await;
    window.click("@application-row[data-name=shop] @pair-row").await;
    window.click("@request-pairing").await;

    window.click("@save-value").await;
    SaveDialog::titled("Save pairing data").await.cancel().await;
    window.appears("@copy-primary:not(:disabled)").await;
    assert_eq!(window.text("@copy-outcome").await.unwrap(), "", "nothing was saved");

    let path = home.path().join("shop-pairing.txt");
    window.click("@save-value").await;
    SaveDialog::titled("Save pairing data").await.save_to(&path).await;
    window.says("@copy-outcome", &format!("Saved to {}, readable only by you.", path.display())).await;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);

    window.click("@copy-primary").await;
    window.says("@copy-outcome", "Copied").await;
    assert_eq!(fs::read_to_string(&path).unwrap().trim_end(), Clipboard.holds().await);
    window.quit().await;
}
