//! Every look is on record, before it is answered; and what cannot be recorded is not shown.

use super::{Browser, header, now, somebody, text};
use crate::auth::Auth;
use axum::http::StatusCode;
use hotspot_core::disclosure::Role;
use hotspot_core::release::DataClass;
use hotspot_ledger::Tokens;
use hotspot_ledger::audit::{AuditFilter, AuditLog, AuditTrail, Recorded};
use std::path::Path;

pub(super) async fn log(folder: &Path) -> (String, AuditLog) {
    let address = folder.join("ledger.db").to_str().unwrap().to_owned();
    let log = AuditLog::open(&address, None).await.unwrap();
    (address, log)
}

pub(super) async fn recorded(address: &str) -> Vec<Recorded> {
    let trail = AuditTrail::open(address).await.unwrap();
    trail.verify(None).await.unwrap();
    trail.entries(&AuditFilter::default()).await.unwrap()
}

/// What was recorded, as one line each.
fn lines(all: &[Recorded]) -> Vec<String> {
    all.iter().map(|e| format!("{} {} {} {} {}", e.role, e.action.id(), e.object, e.area, e.outcome.id())).collect()
}

#[tokio::test]
async fn an_ordinary_morning_is_told_by_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let (address, audit) = log(folder.path()).await;
    let tokens = Tokens::create_or_open(&address).await.unwrap();
    let auth = Auth::development(now).recorded(audit.clone()).with_tokens(tokens);
    let mut analyst = Browser::of(auth, DataClass::Synthetic);
    // In, for something; two tiles beside each other are one look; another filter is another.
    analyst.form("/sign-in", &[("role", "analyst")]).await;
    assert_eq!(analyst.form("/purpose", &[("purpose", "safeguarding")]).await.status(), StatusCode::SEE_OTHER);
    let id = crate::fixture::ID;
    for tile in ["15/16377/10899", "15/16378/10899"] {
        assert_eq!(analyst.get(&format!("/tiles/{id}/count/{tile}.mvt")).await.status(), StatusCode::OK, "{tile}");
    }
    assert_eq!(analyst.get(&format!("/tiles/{id}/count/15/16377/10899.mvt?strand=race")).await.status(), StatusCode::OK);
    assert_eq!(analyst.get("/icon.svg").await.status(), StatusCode::OK, "a picture is no look");
    // Oversight asks for cells, which are not its own.
    let mut oversight = analyst.signed_in(somebody(Role::Oversight));
    assert_eq!(oversight.get("/api/v1/cells").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(oversight.get("/protected").await.status(), StatusCode::OK);
    let mut admin = analyst.signed_in(somebody(Role::Admin));
    assert_eq!(admin.get("/api/v1/hotspots").await.status(), StatusCode::FORBIDDEN);
    // And out.
    analyst.form("/sign-out", &[]).await;
    audit.close().await.unwrap();
    let all = recorded(&address).await;
    assert_eq!(
        lines(&all),
        [
            "analyst sign-in   done".to_owned(),
            format!("analyst look {id}/count 8/127/85 done"),
            format!("analyst look {id}/count 8/127/85 done"),
            "oversight refused newest/api/v1/cells  refused".to_owned(),
            "oversight look newest/protected  done".to_owned(),
            "admin refused newest/api/v1/hotspots  refused".to_owned(),
            "analyst sign-out   done".to_owned(),
        ]
    );
    assert!(all.iter().all(|e| e.purpose == "safeguarding"));
    assert_ne!(all[1].filter, all[2].filter);
    // Names lie apart: they can be disposed of.
    assert_eq!(all[3].person.as_ref().map(|(name, _)| name.as_str()), Some("Ann Lee"));
}

#[tokio::test]
async fn tiles_that_are_asked_for_at_one_moment_are_one_look() {
    let folder = tempfile::tempdir().unwrap();
    let (address, audit) = log(folder.path()).await;
    let mut first = Browser::of(Auth::development(now).recorded(audit.clone()), DataClass::Synthetic);
    first.form("/sign-in", &[("role", "analyst")]).await;
    first.form("/purpose", &[("purpose", "safeguarding")]).await;
    let mut beside = [first.other(), first.other(), first.other()];
    for browser in &mut beside {
        browser.cookies.clone_from(&first.cookies);
    }
    let [a, b, c] = &mut beside;
    let id = crate::fixture::ID;
    let tile = |x: u32| format!("/tiles/{id}/count/15/{x}/10899.geojson");
    let (t0, t1, t2, t3) = (tile(16_377), tile(16_378), tile(16_377), tile(16_379));
    let (w, x, y, z) = tokio::join!(first.get(&t0), a.get(&t1), b.get(&t2), c.get(&t3));
    assert_eq!([w.status(), x.status(), y.status(), z.status()], [StatusCode::OK; 4]);
    audit.close().await.unwrap();
    let looks = recorded(&address).await.into_iter().filter(|e| e.object.ends_with("/count")).count();
    assert_eq!(looks, 1);
}

#[tokio::test]
async fn a_refusal_is_told_as_one_and_what_is_written_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let (address, audit) = log(folder.path()).await;
    let first = Browser::of(Auth::development(now).recorded(audit.clone()), DataClass::Synthetic);
    let mut analyst = first.signed_in(somebody(Role::Analyst));
    for _ in 0..2 {
        assert_eq!(analyst.get("/api/v1/hotspots/none-2026-10-1").await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(analyst.get("/api/v1/cells?strand=swordfish").await.status(), StatusCode::BAD_REQUEST);
    for x in 0..3 {
        assert_eq!(
            analyst.get(&format!("/tiles/2020-01-000000000000/count/15/{x}/10899.mvt")).await.status(),
            StatusCode::NOT_FOUND
        );
    }
    // Nothing says what is given where: what if has no ground.
    let refused = analyst.form("/challenge/raise", &[("kind", "officers")]).await;
    assert!(refused.status().is_client_error(), "{}", refused.status());
    audit.close().await.unwrap();
    let all = recorded(&address).await;
    let told: Vec<(&str, &str, Option<u16>)> = all.iter().map(|e| (e.action.id(), e.outcome.id(), e.status)).collect();
    let status = Some(refused.status().as_u16());
    assert_eq!(
        told,
        [
            ("look", "refused", Some(404)),
            ("look", "refused", Some(400)),
            ("look", "refused", Some(404)),
            ("change", "allowed", None),
            ("change", "refused", status),
        ],
        "the tiles of a view are one refusal too"
    );
    assert_eq!(all[0].says(), "refused (HTTP status 404): nothing of it was shown, given or changed");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (_, audit) = log(folder.path()).await;
    let first = Browser::of(Auth::development(now).recorded(audit.clone()), DataClass::Synthetic);
    let mut analyst = first.signed_in(somebody(Role::Analyst));
    assert_eq!(analyst.get("/api/v1/cells").await.status(), StatusCode::OK);
    audit.close().await.unwrap();
    let response = analyst.get("/api/v1/hotspots").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let body = text(response).await;
    assert!(body.contains("could not be recorded") && !body.contains("features"), "{body}");
    // That there is nothing is told by the same figures, and nothing is written.
    assert_eq!(analyst.get("/api/v1/hotspots/none-2026-10-1").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(analyst.form("/challenge/raise", &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    // What everybody may have is there all the same.
    assert_eq!(analyst.get("/healthz").await.status(), StatusCode::OK);
}

#[test]
fn restricted_figures_are_however_small_for_those_who_sign_in() {
    use hotspot_core::disclosure::Access;
    use hotspot_core::disclosure::certificate::Knowledge;
    use hotspot_core::disclosure::protected::{Geography, Rules, prove};
    let rules = Rules {
        threshold: 5,
        geography: Geography::Adaptive,
        area_incidents: 10,
        area_residents: 0,
        area_months: 36,
        knowledge: Knowledge::Published,
    };
    let shown = |class| prove(&crate::fixture::release(class), None, rules, "test").unwrap().protected;
    let catalog = |access| crate::Catalog::towards(access, Vec::new()).unwrap();
    assert!(catalog(Access::Anyone).protect(shown(DataClass::Restricted), None).is_err());
    assert!(catalog(Access::Anyone).protect(shown(DataClass::Open), None).is_ok());
    assert!(catalog(Access::SignedIn).protect(shown(DataClass::Restricted), None).is_ok());
}
