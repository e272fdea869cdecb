//! Every address, in every way, as everybody, against the table that is checked in.

use super::partners::sharing;
use super::{Browser, now, somebody, text};
use crate::auth::{Auth, Scope};
use crate::fixture::ID;
use crate::routes::with_rows;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use hotspot_core::disclosure::Role;
use hotspot_core::release::DataClass;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/// An address of a path that the router has.
pub(super) fn address(path: &str) -> String {
    path.replace("/tiles/{*path}", &format!("/tiles/{ID}/count/12/0/0.mvt"))
        .replace("/{*path}", "/icon.svg")
        .replace("hotspots/{id}", "hotspots/all-2026-10-1")
        .replace("hotspot/{id}", "hotspot/all-2026-10-1")
        .replace("{id}", "C-2026-0001")
        .replace("{step}", "acknowledge")
        .replace("{tier}/{month}/{file}", "analyst/2026-10/recorded-hate-crime-2026-10.csv")
}

#[tokio::test]
async fn every_role_may_ask_what_the_table_says_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (sharing, _) = sharing(folder.path()).await;
    let server = Browser::of(Auth::development(now).with_agreements(sharing), DataClass::Synthetic);
    let (_, rows) = with_rows(server.state.clone());
    let mut askers = vec![("nobody".to_owned(), server.other())];
    for role in Role::ALL {
        askers.push((role.id().to_owned(), server.signed_in(somebody(role))));
    }
    for scope in Scope::ALL {
        let mut program = somebody(Role::Batch);
        program.scopes = vec![scope];
        askers.push((format!("batch {scope}"), server.signed_in(program)));
    }
    let mut undecided = somebody(Role::Analyst);
    undecided.purpose = None;
    askers.push(("analyst without a purpose".to_owned(), server.signed_in(undecided)));

    let all = askers.len();
    let mut table = String::new();
    let paths: BTreeSet<&str> = rows.iter().map(|row| row.path).collect();
    for path in paths {
        for method in METHODS {
            let mut may = Vec::new();
            let mut known = false;
            for (name, asker) in &mut askers {
                let request = Request::builder()
                    .method(Method::from_bytes(method.as_bytes()).unwrap())
                    .uri(address(path))
                    .header("sec-fetch-site", "same-origin")
                    .header("content-type", "application/json")
                    .header("x-hotspot-token", asker.token())
                    .body(Body::from("{}"))
                    .unwrap();
                let cookies = asker.cookies.clone();
                let status = asker.ask(request).await.status();
                asker.cookies = cookies;
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    continue;
                }
                known = true;
                match status {
                    StatusCode::UNAUTHORIZED => assert_eq!(name, "nobody", "{method} {path}"),
                    StatusCode::FORBIDDEN => assert_ne!(name, "nobody", "{method} {path}"),
                    StatusCode::TOO_MANY_REQUESTS => panic!("{method} {path}: {name} asks too often"),
                    _ => may.push(name.clone()),
                }
            }
            if known {
                let who = match may.len() {
                    n if n == all => "everybody".to_owned(),
                    n if n == all - 1 && may[0] != "nobody" => "whoever signed in".to_owned(),
                    _ => may.join(", "),
                };
                writeln!(table, "{method:4} {path:44} {who}").unwrap();
            }
        }
    }
    insta::assert_snapshot!("rights", table);
}

#[test]
fn what_the_interface_describes_has_a_row() {
    let server = Browser::of(Auth::development(now), DataClass::Synthetic);
    let (_, rows) = with_rows(server.state.clone());
    let described = serde_json::to_value(crate::openapi()).unwrap();
    for (path, item) in described["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let has = |row: &&&crate::auth::rights::Row| {
                let own = row.path == path || path.starts_with("/tiles/") && row.path.starts_with("/tiles/");
                own && format!("{:?}", row.method).eq_ignore_ascii_case(method)
            };
            assert!(rows.iter().find(has).is_some(), "{method} {path}");
        }
    }
}

/// The names of all fields of a document; what is in a list stands once, and names that are data (of strands, of places) as `*`.
fn fields(value: &Value, at: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let is_data = |name: &str| name.chars().any(|c| !c.is_ascii_lowercase() && c != '_');
            for (name, inner) in map {
                let name = if is_data(name) { "*" } else { name };
                fields(inner, &if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }, all);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, &format!("{at}[]"), all)),
        _ => drop(all.insert(at.to_owned())),
    }
}

#[tokio::test]
async fn every_field_of_every_answer_is_seen_by_the_roles_of_the_table_and_no_other() {
    let server = Browser::with_ledger(Auth::development(now)).await;
    let (_, rows) = with_rows(server.state.clone());
    let mut program = somebody(Role::Batch);
    program.scopes = Scope::ALL.to_vec();
    let mut askers: Vec<(&str, Browser)> = vec![("nobody", server.other()), ("batch", server.signed_in(program))];
    let people = Role::ALL.into_iter().filter(|role| *role != Role::Batch);
    askers.extend(people.map(|role| (role.id(), server.signed_in(somebody(role)))));
    let mut table = String::new();
    let paths: BTreeSet<&str> = rows.iter().filter(|row| row.path.starts_with("/api/")).map(|row| row.path).collect();
    for path in paths {
        let mut seen: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (name, asker) in &mut askers {
            let cookies = asker.cookies.clone();
            let answer = asker.get(&address(path)).await;
            asker.cookies = cookies;
            let kind = answer.headers().get("content-type").map_or("", |v| v.to_str().unwrap()).to_owned();
            if answer.status() != StatusCode::OK || !kind.contains("json") {
                continue;
            }
            let Ok(document) = serde_json::from_str::<Value>(&text(answer).await) else { continue };
            let mut all = BTreeSet::new();
            fields(&document, "", &mut all);
            for field in all {
                seen.entry(field).or_default().insert(name);
            }
        }
        let mut by_roles: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for (field, roles) in &seen {
            by_roles.entry(roles.iter().copied().collect()).or_default().push(field);
        }
        for (roles, fields) in by_roles {
            writeln!(table, "{path}: {}\n  {}", roles.join(", "), fields.join(" ")).unwrap();
        }
    }
    insta::assert_snapshot!("fields", table);
}
