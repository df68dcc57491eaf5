//! What formations promise, against a server that runs.

use super::{assignment::Assignment, *};
use crate::{
    Config, KeyProtection, Seed, Server,
    service::{application::NewApplication, identity::Reach, runtime::RuntimeInput},
};

#[test]
fn a_name_is_what_a_filter_can_name() {
    for good in ["a", "DEFAULT", "a 1-b_c"] {
        assert_eq!(check_name(good), Ok(()), "{good}");
    }
    for bad in ["", " a", "a-", "a\"b", "ä", &"x".repeat(129)] {
        assert!(check_name(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn what_is_in_a_formation_is_seen_by_its_runtimes_and_not_lost_by_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: dir.path().join("data"),
        port: 0,
        mtls_port: 0,
        seed: Seed::Samples,
        ca_key_protection: Some(KeyProtection::Plain),
        ..Config::default()
    };
    let running = Server::start(config).await.unwrap();
    let service = running.center();
    let tenant = service.default_tenant().await.unwrap();
    let view = View { tenant, reach: Reach::everything("test") };
    let shop = service.application_named("shop").await;
    let runtime = RuntimeInput { name: "rt".into(), ..RuntimeInput::default() };
    let runtime = service.register_runtime(&view, runtime).await.unwrap().id;
    let new = || NewFormation { name: "F".into(), state: None };
    service.create_formation(&view, new()).await.unwrap();
    assert_eq!(service.create_formation(&view, new()).await.unwrap_err().code, ErrorCode::NotUniqueName);
    for (of, id) in [(Labelled::Application, &shop), (Labelled::Runtime, &runtime), (Labelled::Runtime, &runtime)] {
        service.assign_formation(&view, "F", of, id).await.unwrap();
    }
    let seen = service.applications_for_runtime(&view, &runtime, 10, None).await.unwrap();
    assert_eq!(seen.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["mp-shop"]);
    // Two by two, in pages of one and of three.
    let formation = service.formation_by_name(&view, "F").await.unwrap();
    for size in [1, 3, 4] {
        let (mut after, mut pairs) = (None, Vec::new());
        loop {
            let page = service.assignments(&formation.id, size, after.as_deref()).await.unwrap();
            assert_eq!(page.total, 4);
            pairs.extend(page.rows.iter().map(Assignment::id));
            match page.end {
                Some(end) => after = Some(end),
                None => break,
            }
        }
        pairs.dedup();
        assert_eq!(pairs.len(), 4, "{size}");
    }
    for refusal in [
        service.unregister_application(&view, &shop).await.unwrap_err(),
        service.unpair_application(&view, &shop).await.unwrap_err(),
        service.delete_formation(&view, "F").await.unwrap_err(),
        service.delete_label(&view, &shop, "scenarios").await.unwrap_err(),
    ] {
        assert!(matches!(refusal.code, ErrorCode::InvalidOperation | ErrorCode::InvalidData), "{refusal}");
    }
    service.unassign_formation(&view, "F", Labelled::Runtime, &runtime).await.unwrap();
    service.unpair_application(&view, &shop).await.unwrap();
    assert!(service.unregister_application(&view, &shop).await.is_err(), "also without a runtime");
    service.unassign_formation(&view, "F", Labelled::Application, &shop).await.unwrap();
    service.unregister_application(&view, &shop).await.unwrap();
    service.delete_formation(&view, "F").await.unwrap();
    let other = NewApplication { name: "other".into(), ..NewApplication::default() };
    let other = service.register_application(&view, other).await.unwrap().id;
    let gone = service.assign_formation(&view, "F", Labelled::Application, &other).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
    drop(service);
    running.stop().await;
}

impl Service {
    async fn application_named(&self, name: &str) -> String {
        let mut connection = self.store.read().await.unwrap();
        let tenant = crate::store::tenant::first(&mut connection).await.unwrap().unwrap();
        crate::store::application::named(&mut connection, &tenant.id, name).await.unwrap().unwrap().0
    }
}
