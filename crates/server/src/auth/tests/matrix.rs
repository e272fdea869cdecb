//! Every address, in every way, as everybody, against the table that is checked in.

use super::partners::sharing;
use super::{Browser, now, somebody};
use crate::auth::{Auth, Scope};
use crate::fixture::ID;
use crate::routes::with_rows;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use hotspot_core::disclosure::Role;
use hotspot_core::release::DataClass;
use std::collections::BTreeSet;
use std::fmt::Write;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/// An address of a path that the router has.
pub(super) fn address(path: &str) -> String {
    path.replace("/tiles/{*path}", &format!("/tiles/{ID}/count/12/0/0.mvt"))
        .replace("/{*path}", "/icon.svg")
        .replace("hotspots/{id}", "hotspots/all-2026-10-1")
        .replace("{id}", "C-2026-0001")
        .replace("{step}", "acknowledge")
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
