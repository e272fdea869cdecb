//! `hotspot serve`.

use crate::args::{RecordArgs, ServeChallengesArgs, ServingArgs, TlsArgs};
use crate::commands::certificate::{Certificate, private};
use crate::commands::sign_in::SignIn;
use crate::commands::{last_part, note, say, write_whole};
use crate::config::Config;
use crate::failure::{Done, Failure};
use hotspot_core::disclosure::{Access, Policy};
use hotspot_core::release::Release;
use hotspot_ledger::audit::{AuditLog, Checkpoints, SigningKey};
use hotspot_ledger::{Agreements, Ledger, Tokens};
use hotspot_pipeline::agreement::parse_agreement;
use hotspot_pipeline::areas::parse_areas;
use hotspot_pipeline::people::{Supplied, read_people, read_stops};
use hotspot_pipeline::protected::{list_protected, read_protected};
use hotspot_pipeline::release::{current, list_releases, read_release, release_tables};
use hotspot_pipeline::resources::{read_harm, read_resources};
use hotspot_pipeline::store::Store;
use hotspot_pipeline::success::read_success;
use hotspot_pipeline::summary::{OnShelf, Shelf};
use hotspot_server::{
    AppState, Catalog, Challenges, Given, GivenAreas, GivenTable, MonthRevised, Months, PublishedMonth, Receive, RecordSource,
    Settings, Sharing, Success, TableSource, Tier, router, serve,
};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Releases kept in memory: the newest, and those before it to compare with.
const LOADED: usize = 3;
/// The tier of exact figures, in records of editions.
const EXACT: &str = Tier::Analyst.id();
/// How often the folder is asked for a new release.
const WATCH: Duration = Duration::from_secs(2);

/// Serves the releases until it is told to stop.
pub fn run(args: &ServingArgs) -> Done {
    let config = Config::resolve(&args.settings, |name| std::env::var(name).ok())?;
    let folders = Folders { releases: &config.releases.0, protected: args.protected.as_deref(), store: args.store.as_deref() };
    listen(folders, config.listen.0, config.auth.0.as_deref(), &args.challenges, &args.tls, &args.record)
}

/// What is served.
#[derive(Debug, Clone, Copy)]
pub struct Folders<'a> {
    /// Releases.
    pub releases: &'a Path,
    /// What of them is shown below the analyst.
    pub protected: Option<&'a Path>,
    /// The records that they were made from.
    pub store: Option<&'a Path>,
}

impl Folders<'_> {
    /// Their names, as a command names them that makes an answer again.
    fn names(&self) -> [String; 2] {
        [last_part(self.releases), self.protected.map(last_part).unwrap_or_default()]
    }
}

/// Serves a folder of releases: on this machine, or beyond it to those who sign in.
pub fn listen(
    folders: Folders<'_>,
    address: SocketAddr,
    sign_in: Option<&Path>,
    challenges: &ServeChallengesArgs,
    tls: &TlsArgs,
    record: &RecordArgs,
) -> Done {
    let Folders { releases, protected, store } = folders;
    let SignIn { auth, proxied } = SignIn::of(sign_in)?;
    let access = auth.access();
    if !address.ip().is_loopback() {
        may_listen_beyond(access, proxied || tls.tls_cert.is_some())?;
    }
    if access == Access::SignedIn && challenges.ledger.is_none() {
        return Err(Failure::cannot(
            "who signs in is recorded with every look: say where, as --ledger FILE or postgres://user@host/database",
        ));
    }
    let mut catalog = Catalog::towards(access, load(releases, access)?)?.with_tables(tables(releases));
    if let Some(store) = store {
        catalog = catalog.with_records(records(store, access)?);
    }
    let catalog = Arc::new(catalog);
    if catalog.ids().is_empty() {
        return Err(Failure::data(format!("{}: no release; hotspot analyse makes one", releases.display())));
    }
    if let Some(protected) = protected {
        let none = || Failure::data(format!("{}: nothing is protected here; hotspot protect does", protected.display()));
        let shown = read_protected(protected)?.ok_or_else(none)?;
        catalog
            .protect(shown.release, shown.tiers.as_ref())
            .map_err(|no_policy| Failure::cannot(format!("{}: {no_policy}", protected.display())))?;
    }
    let given = given(challenges, folders)?;
    let shelf = shelf(&challenges.summary, access)?;
    let success = success(challenges, shelf.as_ref(), access)?;
    let certificate = Certificate::given(tls)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let ledger = match &challenges.ledger {
            Some(address) => Some(Ledger::create_or_open(address).await.map_err(|e| Failure::cannot(e.to_string()))?),
            None => None,
        };
        // Tokens and the log of looks stand beside the challenges; where nobody signs in there is nobody to record.
        let (auth, log) = match (&challenges.ledger, sign_in) {
            (Some(address), Some(_)) => {
                let cannot = |e: hotspot_ledger::Error| Failure::cannot(e.to_string());
                let log = AuditLog::open(address, record.checkpoints()?).await.map_err(cannot)?;
                let tokens = Tokens::create_or_open(address).await.map_err(cannot)?;
                let agreements = Agreements::create_or_open(address).await.map_err(cannot)?;
                let agreements = Sharing { agreements, read: parse_agreement };
                (auth.with_tokens(tokens).with_agreements(agreements).recorded(log.clone()), Some(log))
            }
            _ => (auth, None),
        };
        let challenges = Challenges::new(given, receive(challenges, folders), success, ledger, Timestamp::now);
        let challenges = match shelf {
            Some(shelf) => challenges.with_months(months(shelf, access)),
            None => challenges,
        };
        let listener = hotspot_server::listen(address).map_err(|e| Failure::cannot(format!("cannot listen on {address}: {e}")))?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        say(format_args!("serving {scheme}://{}/ (release {})", listener.local_addr()?, catalog.ids()[0]))?;
        let tls = certificate.as_ref().map(Certificate::tls);
        let renewing = certificate.map(|certificate| tokio::spawn(certificate.renew()));
        let watcher = tokio::spawn(watch(releases.to_owned(), protected.map(Path::to_owned), access, Arc::clone(&catalog)));
        let state = AppState::behind(auth, catalog, Settings::default(), challenges);
        let done = serve(listener, router(state), tls, stopped()).await;
        watcher.abort();
        if let Some(renewing) = renewing {
            renewing.abort();
        }
        if let Some(log) = log {
            log.close().await.map_err(|e| Failure::cannot(e.to_string()))?;
        }
        Ok(done?)
    })
}

impl RecordArgs {
    /// How the end of the log is signed, if it is.
    fn checkpoints(&self) -> Done<Option<Checkpoints>> {
        let (Some(key), Some(file)) = (&self.audit_key, &self.checkpoints) else { return Ok(None) };
        private(key)?;
        let at = |e: &dyn std::fmt::Display| Failure::cannot(format!("{}: {e}", key.display()));
        let text = std::fs::read_to_string(key).map_err(|e| at(&e))?;
        Ok(Some(Checkpoints { key: SigningKey::from_pem(&text).map_err(|e| at(&e))?, file: file.clone() }))
    }
}

/// Beyond this machine nobody unknown is answered, and nothing goes over the wire in the clear.
fn may_listen_beyond(access: Access, encrypted: bool) -> Done {
    let why = match (access, encrypted) {
        (Access::SignedIn, true) => return Ok(()),
        (Access::SignedIn, false) => {
            "what is served here may not go over the wire in the clear: serve over TLS (--tls-cert, --tls-key), name the proxy that does so as \
             proxy in the file of --auth, or listen on 127.0.0.1"
        }
        (Access::Anyone, _) => {
            "hotspot serves on loopback only where nobody signs in: add --auth FILE.toml, or listen on 127.0.0.1"
        }
    };
    Err(Failure::cannot(why))
}

fn tables(releases: &Path) -> TableSource {
    let releases = releases.to_owned();
    TableSource(Box::new(move |id| release_tables(&releases, id).map_err(|error| error.to_string())))
}

/// Reads the records of a store whenever they are asked for, if those who can ask may be shown its class.
fn records(store: &Path, access: Access) -> Done<RecordSource> {
    let class = Store::open(store)?.class();
    Policy::towards(class, access).map_err(|no_policy| Failure::cannot(format!("{}: {no_policy}", store.display())))?;
    let store = store.to_owned();
    Ok(RecordSource {
        class,
        read: Box::new(move |day| Store::open(&store).and_then(|store| store.incidents(day)).map_err(|error| error.to_string())),
    })
}

/// How a table that is sent is taken: checked under its name in a folder of its own, then put in the place of the file.
fn receive(args: &ServeChallengesArgs, folders: Folders<'_>) -> Option<Receive> {
    let path = args.resources.clone().filter(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")))?;
    let (args, names) = (args.clone(), folders.names());
    Some(Receive(Box::new(move |sent| {
        let take = || -> Done<Given> {
            let folder = tempfile::tempdir()?;
            let aside = folder.path().join(path.file_name().unwrap_or_default());
            std::fs::write(&aside, sent)?;
            let given = read_given(&args, &aside, names.clone())?;
            write_whole(&path, |file| Ok(file.write_all(sent)?))?;
            Ok(given)
        };
        take().map_err(|failure| failure.to_string())
    })))
}

/// The table of resources, read and checked.
fn given(args: &ServeChallengesArgs, folders: Folders<'_>) -> Done<Option<Given>> {
    args.resources.as_deref().map(|path| read_given(args, path, folders.names())).transpose()
}

fn read_given(args: &ServeChallengesArgs, path: &Path, [releases, protected]: [String; 2]) -> Done<Given> {
    let file = read_resources(path)?;
    let harm = args.harm.as_deref().map(read_harm).transpose()?;
    let other_harm = args.other_harm.iter().map(|path| read_harm(path)).collect::<Result<_, _>>()?;
    let people = args.people.as_deref().map(read_people).transpose()?.map(table);
    let stops = args.stops.as_deref().map(read_stops).transpose()?.map(table);
    let areas = args.areas.as_deref().map(|path| read_areas(path, args.area_code.as_deref())).transpose()?;
    Ok(Given {
        file: file.file,
        sha256: file.sha256,
        resources: file.resources,
        harm,
        other_harm,
        people,
        stops,
        areas,
        releases,
        protected,
    })
}

fn read_areas(path: &Path, code: Option<&str>) -> Done<GivenAreas> {
    let layer = parse_areas(path, code)?;
    let given = hotspot_pipeline::summary::Given::of(path)?;
    Ok(GivenAreas { file: given.name, sha256: given.sha256, code: code.map(str::to_owned), layer })
}

fn table<T>(read: Supplied<T>) -> GivenTable<T> {
    GivenTable { file: read.file, sha256: read.sha256, rows: read.rows }
}

/// The measures of success, read and checked once.
fn success(args: &ServeChallengesArgs, shelf: Option<&Shelf>, access: Access) -> Done<Option<Success>> {
    let Some(path) = &args.measures else { return Ok(None) };
    let edition = shelf.map(|shelf| shelf.newest(EXACT)).transpose()?.flatten();
    let view = read_success(path, edition.as_deref())?;
    let policy =
        Policy::towards(view.class, access).map_err(|no_policy| Failure::cannot(format!("{}: {no_policy}", path.display())))?;
    Ok(Some(Success { exact: policy.release(view), supplied: read_success(path, None)? }))
}

/// The published months, which may all be shown to those who can ask.
fn shelf(folders: &[PathBuf], access: Access) -> Done<Option<Shelf>> {
    if folders.is_empty() {
        return Ok(None);
    }
    let shelf = Shelf::open(folders)?;
    for edition in shelf.editions()? {
        Policy::towards(edition.record.class, access)
            .map_err(|no_policy| Failure::cannot(format!("--summary: the edition of {}: {no_policy}", edition.record.month)))?;
    }
    Ok(Some(shelf))
}

/// What the server asks of the shelf. A month that comes later, and may not be shown, is not.
fn months(shelf: Shelf, access: Access) -> Months {
    let shelf = Arc::new(shelf);
    let files = Arc::clone(&shelf);
    let may = move |class| Policy::towards(class, access).is_ok();
    Months {
        list: Box::new(move || {
            let editions = shelf.editions().map_err(|e| e.to_string())?;
            Ok(editions.into_iter().filter(|edition| may(edition.record.class)).filter_map(month).collect())
        }),
        file: Box::new(move |tier, month, name| {
            let of = files.editions().map_err(|e| e.to_string())?;
            let shown = of.iter().any(|e| e.record.month == month && e.record.tier == tier.id() && may(e.record.class));
            if shown { files.file(tier.id(), month, name).map_err(|e| e.to_string()) } else { Ok(None) }
        }),
    }
}

fn month(edition: OnShelf) -> Option<PublishedMonth> {
    let OnShelf { record, revised, .. } = edition;
    Some(PublishedMonth {
        month: record.month,
        tier: Tier::of(&record.tier)?,
        known_on: record.as_known_on,
        class: record.class,
        before: record.before.map(|before| before.name),
        warnings: record.warnings,
        files: record.files.into_iter().map(|file| (file.name, file.bytes)).collect(),
        revised: revised.map(|revised| MonthRevised {
            figures: revised.figures,
            london: revised.london.into_iter().map(|r| (r.month, r.before, r.now)).collect(),
        }),
    })
}

/// The newest releases that may be shown. A restricted one anywhere among them is an error, not an omission; one of the older that is
/// damaged is left out and named.
fn load(releases: &Path, access: Access) -> Done<Vec<Release>> {
    let newest = current(releases)?;
    let mut ids = list_releases(releases)?;
    ids.sort_by_key(|id| Some(id) != newest.as_ref());
    ids.truncate(LOADED);
    let mut loaded = Vec::new();
    for id in &ids {
        match read_release(releases, Some(id)) {
            Ok(release) => {
                Policy::towards(release.class, access).map_err(|no_policy| Failure::cannot(format!("{id}: {no_policy}")))?;
                loaded.push(release);
            }
            Err(error) if Some(id) != newest.as_ref() && ids.len() > 1 => note(format_args!("{id} is not served: {error}")),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(loaded)
}

/// Swaps the catalog in one step when `current` points elsewhere.
async fn watch(releases: PathBuf, protected: Option<PathBuf>, access: Access, catalog: Arc<Catalog>) {
    let mut seen = current(&releases).ok().flatten();
    let newest = |folder: &Option<PathBuf>| folder.as_deref().and_then(|f| list_protected(f).ok()?.pop());
    let mut shown = newest(&protected);
    loop {
        tokio::time::sleep(WATCH).await;
        let name = newest(&protected);
        if let Some(folder) = protected.clone().filter(|_| name != shown) {
            match tokio::task::spawn_blocking(move || read_protected(&folder)).await {
                Ok(Ok(Some(next))) => match catalog.protect(next.release, next.tiers.as_ref()) {
                    Ok(()) => shown = name,
                    Err(no_policy) => note(format_args!("what is newly protected is not shown, what was is: {no_policy}")),
                },
                Ok(Ok(None)) | Err(_) => note("what is newly protected could not be read"),
                Ok(Err(error)) => note(format_args!("what is newly protected is not shown, what was is: {error}")),
            }
        }
        let now = current(&releases).ok().flatten();
        if now == seen || now.is_none() {
            continue;
        }
        let (folder, target) = (releases.clone(), Arc::clone(&catalog));
        let swapped = tokio::task::spawn_blocking(move || target.replace(load(&folder, access)?).map_err(Failure::from)).await;
        match swapped {
            Ok(Ok(())) => seen = now,
            Ok(Err(failure)) => note(format_args!("the new release is not served, the old ones are: {failure}")),
            Err(_) => note("the new release could not be read"),
        }
    }
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
