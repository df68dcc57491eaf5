//! The list of applications as it was when it was last complete, on disk, for each environment and tenant: the next start
//! shows it with its age while the real one is loaded. Names and addresses only, no secrets; still readable by the owner
//! alone.

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use aws_lc_rs::digest::{SHA256, digest};
use pairing::Moment;
use serde::{Deserialize, Serialize};

use crate::{
    Cockpit, Problem,
    calls::{ApplicationPage, ApplicationRow, CachedApplications, CallContext, Nothing},
    cockpit::lock,
    frame::Place,
    https, private_file,
};

/// Of one list. More are still shown, only not kept.
const MOST_ROWS: usize = 50_000;
/// Of one file, when it is read.
const MOST_BYTES: u64 = 64 << 20;
/// Tenants of one environment; the one that was not looked at for longest makes room.
const MOST_TENANTS: usize = 20;
/// Of what is in a file.
const VERSION: u32 = 1;

#[derive(Debug)]
pub(crate) struct ListCache {
    folder: PathBuf,
    /// Pages that arrive one after another, until the last of them.
    building: Mutex<BTreeMap<Place, Building>>,
}

#[derive(Debug, Default)]
struct Building {
    rows: Vec<ApplicationRow>,
    ids: HashSet<String>,
    /// The cursor of the page that comes next.
    next: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    version: u32,
    environment: String,
    tenant: String,
    saved_at: String,
    rows: Vec<ApplicationRow>,
}

impl ListCache {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.join("lists"), building: Mutex::default() }
    }

    /// Takes in a page. The whole list when this was its last page.
    fn take(&self, place: &Place, after: Option<&str>, page: &ApplicationPage) -> Option<Vec<ApplicationRow>> {
        let mut building = lock(&self.building);
        if after.is_none() {
            building.insert(place.clone(), Building::default());
        }
        let list = building.get_mut(place)?;
        if after.is_some() && list.next.as_deref() != after || list.rows.len() + page.rows.len() > MOST_ROWS {
            building.remove(place);
            return None;
        }
        // Pages are counted from the start: what is registered meanwhile shifts rows to the next page.
        list.rows.extend(page.rows.iter().filter(|row| list.ids.insert(row.id.clone())).cloned());
        list.next.clone_from(&page.end_cursor);
        if page.has_next_page && page.end_cursor.is_some() {
            return None;
        }
        building.remove(place).map(|list| list.rows)
    }

    fn save(&self, place: &Place, rows: Vec<ApplicationRow>, saved_at: String) -> io::Result<()> {
        let folder = self.environment_folder(&place.environment);
        create_private(&self.folder)?;
        create_private(&folder)?;
        let (environment, tenant) = (place.environment.clone(), place.tenant.clone());
        let kept = Kept { version: VERSION, environment, tenant, saved_at, rows };
        private_file::write(&self.path(place), &serde_json::to_vec(&kept).map_err(io::Error::other)?)?;
        make_room(&folder)
    }

    /// `None`: there is none, or it is damaged, another version's or another tenant's.
    fn load(&self, place: &Place) -> Option<Kept> {
        let path = self.path(place);
        if fs::metadata(&path).ok()?.len() > MOST_BYTES {
            return None;
        }
        let kept: Kept = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
        let ours = kept.version == VERSION && kept.environment == place.environment && kept.tenant == place.tenant;
        ours.then_some(kept)
    }

    /// Takes one application out of what is kept.
    fn forget_application(&self, place: &Place, id: &str) -> io::Result<()> {
        let Some(mut kept) = self.load(place) else { return Ok(()) };
        kept.rows.retain(|row| row.id != id);
        self.save(place, kept.rows, kept.saved_at)
    }

    /// Everything of an environment that was removed, or has another address now.
    pub(crate) fn forget_environment(&self, environment: &str) {
        lock(&self.building).retain(|place, _| place.environment != environment);
        match fs::remove_dir_all(self.environment_folder(environment)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the lists of an environment that was removed are still there");
            }
            Ok(()) | Err(_) => {}
        }
    }

    fn environment_folder(&self, environment: &str) -> PathBuf {
        self.folder.join(file_name(environment))
    }

    fn path(&self, place: &Place) -> PathBuf {
        self.environment_folder(&place.environment).join(format!("{}.json", file_name(&place.tenant)))
    }
}

/// Ids are the other side's; a file name is ours.
fn file_name(id: &str) -> String {
    digest(&SHA256, id.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn make_room(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    for (_, oldest) in files.iter().take(files.len().saturating_sub(MOST_TENANTS)) {
        fs::remove_file(oldest)?;
    }
    Ok(())
}

impl Cockpit {
    pub(crate) async fn cached_applications(
        &self,
        call: CallContext,
        _: Nothing,
    ) -> Result<Option<CachedApplications>, Problem> {
        let Some((rows, saved_at)) = self.kept_list(call).await? else { return Ok(None) };
        let now = self.server_now().unwrap_or_else(https::local_time);
        let age = Moment::parse(&saved_at).map_or(0, |at| now.unix_seconds() - at.unix_seconds());
        Ok(Some(CachedApplications { rows, saved_at, age_seconds: u64::try_from(age).unwrap_or(0) }))
    }

    /// What is kept of the environment and tenant in force, and when it was complete.
    pub(crate) async fn kept_list(&self, call: CallContext) -> Result<Option<(Vec<ApplicationRow>, String)>, Problem> {
        let place = self.connection(call)?.place;
        let cache = std::sync::Arc::clone(&self.list_cache);
        let kept = tokio::task::spawn_blocking(move || cache.load(&place)).await.ok().flatten();
        Ok(kept.map(|kept| (kept.rows, kept.saved_at)))
    }

    /// A page went by on its way to the window. A list that cannot be kept costs a start without it, nothing else.
    pub(crate) async fn note_page(&self, place: &Place, after: Option<&str>, page: &ApplicationPage) {
        let Some(rows) = self.list_cache.take(place, after, page) else { return };
        let saved_at = page.server_now.clone().unwrap_or_else(|| https::local_time().rfc3339());
        self.in_cache(place, move |cache, place| cache.save(place, rows, saved_at)).await;
    }

    pub(crate) async fn note_deleted(&self, place: &Place, id: String) {
        self.in_cache(place, move |cache, place| cache.forget_application(place, &id)).await;
    }

    async fn in_cache(&self, place: &Place, job: impl FnOnce(&ListCache, &Place) -> io::Result<()> + Send + 'static) {
        let (cache, place) = (std::sync::Arc::clone(&self.list_cache), place.clone());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || job(&cache, &place)).await {
            tracing::warn!(%error, "the list of applications could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> ApplicationRow {
        ApplicationRow {
            id: id.into(),
            name: id.into(),
            condition: "INITIAL".into(),
            status_at: String::new(),
            provider_name: None,
            description: None,
            base_url: None,
            created_at: None,
            updated_at: None,
            integration_system_id: None,
            label_text: String::new(),
        }
    }

    fn page(ids: &[&str], next: Option<&str>) -> ApplicationPage {
        ApplicationPage {
            rows: ids.iter().map(|id| row(id)).collect(),
            end_cursor: next.map(str::to_owned),
            has_next_page: next.is_some(),
            total_count: 0,
            server_now: None,
        }
    }

    fn place(tenant: &str) -> Place {
        Place { environment: "e/../x".into(), tenant: tenant.into() }
    }

    fn ids(rows: &[ApplicationRow]) -> Vec<&str> {
        rows.iter().map(|row| row.id.as_str()).collect()
    }

    #[test]
    fn a_list_is_whole_after_its_last_page_and_not_when_one_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ListCache::in_folder(folder.path());
        let here = place("t");
        assert!(cache.take(&here, None, &page(&["1", "2"], Some("b"))).is_none());
        assert!(cache.take(&place("other"), None, &page(&["9"], Some("b"))).is_none());
        let whole = cache.take(&here, Some("b"), &page(&["2", "3"], None)).unwrap();
        assert_eq!(ids(&whole), ["1", "2", "3"], "a row that was shifted is there once");
        assert!(cache.take(&here, Some("b"), &page(&["2"], None)).is_none(), "it was begun anew");
        cache.take(&here, None, &page(&["1"], Some("b")));
        assert!(cache.take(&here, Some("c"), &page(&["3"], None)).is_none(), "a page is missing");
        assert_eq!(ids(&cache.take(&here, None, &page(&["1"], None)).unwrap()), ["1"]);
    }

    #[test]
    fn what_is_kept_belongs_to_one_tenant_and_goes_with_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ListCache::in_folder(folder.path());
        cache.save(&place("t"), vec![row("1"), row("2")], "2026-01-01T00:00:00Z".into()).unwrap();
        assert!(cache.load(&place("u")).is_none());
        assert_eq!(ids(&cache.load(&place("t")).unwrap().rows), ["1", "2"]);
        // A file that was moved to another tenant's place is not that tenant's.
        fs::copy(cache.path(&place("t")), cache.path(&place("u"))).unwrap();
        assert!(cache.load(&place("u")).is_none());
        cache.forget_application(&place("t"), "1").unwrap();
        assert_eq!(ids(&cache.load(&place("t")).unwrap().rows), ["2"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&cache.path(&place("t"))), 0o600);
            assert_eq!(mode(&cache.environment_folder("e/../x")), 0o700);
        }
        cache.forget_environment("e/../x");
        assert!(cache.load(&place("t")).is_none());
        assert_eq!(fs::read_dir(folder.path().join("lists")).unwrap().count(), 0);
        cache.forget_environment("never there");
    }

    #[test]
    fn damaged_files_are_none_and_many_tenants_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let cache = ListCache::in_folder(folder.path());
        for number in 0..MOST_TENANTS + 3 {
            cache.save(&place(&number.to_string()), vec![row("1")], String::new()).unwrap();
        }
        assert_eq!(fs::read_dir(cache.environment_folder("e/../x")).unwrap().count(), MOST_TENANTS);
        let newest = place(&(MOST_TENANTS + 2).to_string());
        assert!(cache.load(&newest).is_some());
        fs::write(cache.path(&newest), "{").unwrap();
        assert!(cache.load(&newest).is_none());
    }
}
