//! Partners: what their agreement gives, as long as it stands; and everybody, where the policy shows him anything.

use super::issuer::Issuer;
use super::looks::{log, recorded};
use super::*;
use crate::auth::Sharing;
use hotspot_core::disclosure::agreement::{Agreement, Field, Product, Retention, Terms};
use hotspot_core::disclosure::certificate::Knowledge;
use hotspot_core::disclosure::protected::{Geography, Rules, prove};
use hotspot_core::disclosure::tiers::{PartnerRules, PublicRules, Tiers};
use hotspot_ledger::audit::Action;
use hotspot_ledger::{Agreements, Tokens};
use serde_json::Value;
use std::path::Path;

/// How the texts of these tests are read: one line, the last day.
fn read(text: &str) -> Result<Agreement, String> {
    let day = |text: &str| text.parse().map_err(|_no_day| "a day".to_owned());
    Ok(Agreement {
        id: AGREEMENT.to_owned(),
        recipient: "Example Borough Council".to_owned(),
        purpose: "wardens".to_owned(),
        terms: Terms {
            products: Product::ALL.into(),
            fields: [Field::Incidents, Field::Evidence].into(),
            boroughs: Some(vec!["southwark".to_owned()]),
            least: 10,
        },
        retention: Retention::Days(30),
        start: day("2026-11-01")?,
        end: day(text)?,
    })
}

/// A ledger with an agreement that ends with November.
pub(super) async fn sharing(folder: &Path) -> (Sharing, Agreements) {
    let address = folder.join("ledger.db");
    let open = async || Agreements::create_or_open(address.to_str().unwrap()).await.unwrap();
    let agreements = open().await;
    agreements.register(AGREEMENT, "2026-11-30", now()).await.unwrap();
    (Sharing { agreements, read }, open().await)
}

fn tiers(open: bool) -> Tiers {
    let oversight = Rules {
        threshold: 5,
        area_incidents: 10,
        area_residents: 0,
        area_months: 36,
        knowledge: Knowledge::Published,
        geography: Geography::Adaptive,
    };
    Tiers {
        version: "test".to_owned(),
        digest: String::new(),
        text: String::new(),
        oversight,
        partner: Some(PartnerRules { least: 10, base: 5, strands: [].into() }),
        public: Some(PublicRules {
            open,
            least: 10,
            residents: 200,
            base: 5,
            classes: vec![10, 50],
            area_strands: Vec::new(),
            borough_strands: Vec::new(),
        }),
    }
}

fn protect(server: &Browser, class: DataClass, open: bool) {
    let tiers = tiers(open);
    let shown = prove(&fixture::release(class), None, tiers.oversight, &tiers.version).unwrap().protected;
    server.state.catalog().protect(shown, Some(&tiers)).unwrap();
}

#[tokio::test]
async fn a_partner_sees_what_his_agreement_gives_until_it_is_revoked_or_over() {
    let folder = tempfile::tempdir().unwrap();
    let (address, audit) = log(folder.path()).await;
    let (sharing, agreements) = sharing(folder.path()).await;
    let tokens = Tokens::create_or_open(&address).await.unwrap();
    let end = Timestamp::from_second(MORNING + 30 * 86_400).unwrap();
    let scopes = ["read:products".to_owned()];
    let (_, presented) = tokens.create("council", "partner", &scopes, end, now(), Some(AGREEMENT)).await.unwrap();
    let (_, other) = tokens.create("other", "partner", &scopes, end, now(), Some("A-2")).await.unwrap();
    let (_, batch) = tokens.create("job", "batch", &scopes, end, now(), None).await.unwrap();
    let auth = Auth::development(now).recorded(audit.clone()).with_tokens(tokens).with_agreements(sharing);
    let server = Browser::of(auth, DataClass::Synthetic);
    let mut partner = server.signed_in(somebody(Role::Partner));
    assert_eq!(partner.get("/api/v1/partner").await.status(), StatusCode::NOT_FOUND, "nothing is protected yet");
    protect(&server, DataClass::Synthetic, false);

    let mut program = server.other();
    let mut ask = async |token: &str| {
        let request = Request::get("/api/v1/partner").header("authorization", format!("Bearer {token}"));
        let response = program.ask(request.body(Body::empty()).unwrap()).await;
        let (status, kept) = (response.status(), header(&response, "cache-control").to_owned());
        (status, kept, serde_json::from_str::<Value>(&text(response).await).unwrap())
    };
    let (status, kept, given) = ask(&presented).await;
    assert_eq!((status, kept.as_str()), (StatusCode::OK, "private, no-cache"));
    assert_eq!((&given["mark"]["agreement"], &given["mark"]["keep_until"]), (&"A-1".into(), &"2026-12-26".into()));
    assert_eq!(given["boroughs"][0]["name"], "Southwark");
    let counts = given["borough_figures"]["incidents"].as_array().unwrap();
    assert!(!counts.is_empty() && counts.iter().all(|n| n.is_null() || n.as_u64().is_some_and(|n| n >= 10 && n % 5 == 0)));
    assert!(given["borough_figures"]["place"].as_array().unwrap().iter().all(|p| p == "E09000028"));
    assert!(given["areas"].as_array().unwrap().iter().all(|a| a["geometry"].is_null()), "no outlines are agreed");
    assert!(!given.to_string().contains("victims") && !given.to_string().contains("ratio") && !given.to_string().contains("rank"));
    let page = text(partner.open("/partner").await).await;
    assert!(page.contains("What agreement A-1 gives") && page.contains("26 December 2026") && page.contains("Southwark"), "{page}");

    for (token, why) in [(&other, "not registered"), (&batch, "none is named for you")] {
        let (status, _, problem) = ask(token).await;
        assert_eq!((status, &problem["title"]), (StatusCode::FORBIDDEN, &"No agreement".into()));
        assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
    }
    CLOCK.set(MORNING + 5 * 86_400);
    let (status, _, problem) = ask(&presented).await;
    assert!(status == StatusCode::FORBIDDEN && problem["detail"].as_str().unwrap().contains("ended on 2026-11-30"), "{problem}");
    CLOCK.set(MORNING);
    assert_eq!(ask(&presented).await.0, StatusCode::OK);
    agreements.revoke(AGREEMENT, "terms-broken", now()).await.unwrap();
    let (status, _, problem) = ask(&presented).await;
    assert!(
        status == StatusCode::FORBIDDEN && problem["detail"].as_str().unwrap().contains("was revoked on 2026-11-26"),
        "{problem}"
    );
    let refused = partner.open("/partner").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(text(refused).await.contains("was revoked on 2026-11-26"));

    audit.close().await.unwrap();
    let all = recorded(&address).await;
    assert!(all.iter().any(|e| e.action == Action::Look && e.object == "newest/api/v1/partner/A-1"));
    assert_eq!(all.iter().filter(|e| e.action == Action::Refused).count(), 5, "each refusal is on record");
}

#[tokio::test]
async fn the_agreement_of_a_person_is_what_the_issuer_says() {
    let issuer = Issuer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (sharing, _) = sharing(folder.path()).await;
    let server = Browser::of(issuer.auth("http://127.0.0.1:8080").with_agreements(sharing), DataClass::Restricted);
    protect(&server, DataClass::Restricted, false);
    let mut browser = server.other();
    for (agreement, wanted) in [
        (Value::Null, StatusCode::FORBIDDEN),
        ("A-2".into(), StatusCode::FORBIDDEN),
        (serde_json::json!(["A-1"]), StatusCode::FORBIDDEN),
        ("A-1".into(), StatusCode::OK),
    ] {
        let mut claims = issuer.claims(None);
        claims["roles"] = serde_json::json!(["H.Partner"]);
        claims["agreement"] = agreement;
        let token = issuer.keys.sign(
            "ec",
            &serde_json::json!({"alg": "ES256", "kid": "ec", "typ": "at+jwt"}).to_string(),
            &claims.to_string(),
        );
        let request = Request::get("/api/v1/partner")
            .header("authorization", format!("Bearer {token}"))
            .header("x-hotspot-purpose", "safeguarding");
        assert_eq!(browser.ask(request.body(Body::empty()).unwrap()).await.status(), wanted);
    }
}

#[tokio::test]
async fn everybody_is_shown_what_the_policy_opens_and_else_nothing() {
    let issuer = Issuer::start().await;
    let server = Browser::of(issuer.auth("http://127.0.0.1:8080"), DataClass::Restricted);
    let mut nobody = server.other();
    for open in [false, true] {
        assert_eq!(nobody.get("/public").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(nobody.get("/api/v1/public").await.status(), StatusCode::NOT_FOUND);
        protect(&server, DataClass::Restricted, open);
    }
    let response = nobody.get("/api/v1/public").await;
    assert_eq!((response.status(), header(&response, "cache-control")), (StatusCode::OK, "no-cache"));
    let shown: Value = serde_json::from_str(&text(response).await).unwrap();
    let counts = shown["borough_figures"]["incidents"].as_array().unwrap();
    assert!(counts.iter().all(|n| n.is_null() || n.as_u64().is_some_and(|n| n >= 10 && n % 5 == 0)), "{shown}");
    assert!(shown["borough_figures"]["period"].as_array().unwrap().iter().all(|p| p.as_str().unwrap().len() == 4));
    let figures = &shown["area_figures"];
    let codes: Vec<&Value> = shown["areas"].as_array().unwrap().iter().map(|a| &a["code"]).collect();
    assert!(!codes.is_empty() && figures["place"].as_array().unwrap().iter().all(|place| codes.contains(&place)));
    for (n, class) in figures["incidents"].as_array().unwrap().iter().zip(shown["area_classes"].as_array().unwrap()) {
        assert!(n.is_null() && class.is_null() || n.as_u64() >= class.as_u64() && class.as_u64() >= Some(10), "{n} in {class}");
    }
    let page = text(nobody.open("/public").await).await;
    assert!(page.contains("Recorded hate crime") && page.contains("for everybody") && !page.contains("no sign-in yet"), "{page}");
    // What everybody is shown opens nothing else.
    assert_eq!(nobody.get("/api/v1/protected").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.get("/api/v1/partner").await.status(), StatusCode::UNAUTHORIZED);
    // A policy that closes it again closes it at once.
    protect(&server, DataClass::Restricted, false);
    assert_eq!(nobody.get("/api/v1/public").await.status(), StatusCode::NOT_FOUND);
}
