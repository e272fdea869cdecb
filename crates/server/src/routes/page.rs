//! The page and its files, carried by the program.

use crate::answer::{Coded, Encoding, Keep, Prefer, etag, found, not_modified, unchanged};
use crate::problem::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use rust_embed::RustEmbed;

/// `web/dist` as it was when the program was built; read from disk in debug builds; empty when the page was not built.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Page;

/// The page itself.
pub(crate) async fn index(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    match send(&state, &headers, "index.html").await {
        Err(ApiError::NotFound { .. }) => Err(ApiError::PageNotBuilt),
        answer => answer,
    }
}

/// A file of the page.
pub(crate) async fn file(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    send(&state, &headers, uri.path().trim_start_matches('/')).await
}

/// The script of the page of resources and need, which does without it; none where the page was not built.
pub(crate) fn challenge_script() -> Option<&'static str> {
    Page::get("challenge-page.js").map(|_| "/challenge-page.js")
}

async fn send(state: &AppState, headers: &HeaderMap, path: &str) -> Result<Response, ApiError> {
    let missing = ApiError::NotFound { what: "page" };
    // Files have plain names: whatever would need decoding or leaves the folder is none of them.
    if path.split('/').any(|part| part.is_empty() || part.starts_with('.')) || path.contains(['%', '\\', ':']) {
        return Err(missing);
    }
    let file = Page::get(path).ok_or(missing)?;
    let digest = file.metadata.sha256_hash();
    let kind = content_type(path);
    let encoding = if is_text(kind) { Encoding::negotiate(headers, Prefer::Small) } else { Encoding::Identity };
    // Vite puts a digest of the content into the name of everything in this folder.
    let keep = if path.starts_with("assets/") { Keep::Immutable } else { Keep::Revalidate };
    let tag = etag(&[b"page", &digest], encoding);
    if unchanged(headers, &tag) {
        return Ok(not_modified(tag, keep));
    }
    let key = (path.to_owned(), digest, encoding);
    if let Some(coded) = state.pages().get(&key) {
        return Ok(found(coded, kind, keep));
    }
    let coded = state.heavy(move || Ok(Coded::new(file.data.into_owned(), encoding, tag))).await?;
    state.pages().insert(key, coded.clone());
    Ok(found(coded, kind, keep))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "geojson" => "application/geo+json",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pbf" | "mvt" => "application/x-protobuf",
        _ => "application/octet-stream",
    }
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || matches!(kind, "application/json" | "application/geo+json" | "image/svg+xml")
}
