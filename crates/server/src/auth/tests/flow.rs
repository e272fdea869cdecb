//! Sign-in from the first page to the sign-out.

use super::issuer::Issuer;
use super::*;
use crate::auth::{Site, Visitor};
use crate::challenge::readable_by;
use hotspot_core::disclosure::protected::{Figure, Key, Period};
use hotspot_ledger::Tokens;
use serde_json::{Value, json};
use std::net::SocketAddr;

const LOCAL: &str = "http://127.0.0.1:8080";

async fn me(browser: &mut Browser) -> Value {
    serde_json::from_str(&text(browser.get("/api/v1/me").await).await).unwrap()
}

#[tokio::test]
async fn somebody_signs_in_says_for_what_looks_and_signs_out() {
    let issuer = Issuer::start().await;
    let mut browser = Browser::of(issuer.auth(LOCAL), DataClass::Restricted);
    let first = browser.open("/success?measure=none").await;
    assert_eq!((first.status(), to(&first)), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fsuccess%3Fmeasure%3Dnone"));
    let page = text(browser.get(to(&first)).await).await;
    assert!(page.contains("start?next=%2Fsuccess%3Fmeasure%3Dnone") && !page.contains("no sign-in yet"), "{page}");
    let sent = browser.get("/sign-in/start?next=/success").await;
    let back = issuer.signs_in(to(&sent), |nonce| issuer.token("ec", &issuer.claims(Some(nonce))));
    let response = browser.get(&back).await;
    assert_eq!((response.status(), to(&response)), (StatusCode::SEE_OTHER, "/purpose?next=%2Fsuccess"));
    assert!(response.headers().get_all(SET_COOKIE).iter().all(|c| c.to_str().unwrap().contains("HttpOnly; SameSite=Lax")));
    assert_eq!(browser.cookies.len(), 1, "the cookie of the sign-in is gone");

    assert_eq!(browser.get("/api/v1/cells").await.status(), StatusCode::FORBIDDEN, "first he says for what");
    assert_eq!(to(&browser.open("/").await), "/purpose");
    let page = text(browser.get("/purpose?next=/success").await).await;
    assert!(page.contains("safeguarding") && page.contains("Ann Lee") && !page.contains("Reason"), "{page}");
    let wrong = browser.form("/purpose", &[("purpose", "curiosity")]).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = browser.form("/purpose", &[("purpose", "safeguarding"), ("next", "/success")]).await;
    assert_eq!((chosen.status(), to(&chosen)), (StatusCode::SEE_OTHER, "/success"));

    let who = me(&mut browser).await;
    assert_eq!((&who["sign_in"], &who["name"], &who["role"]), (&json!("issuer"), &json!("Ann Lee"), &json!("analyst")));
    assert_eq!((&who["purpose"], who["token"].as_str()), (&json!("safeguarding"), Some(browser.token().as_str())));
    let cells = browser.get("/api/v1/cells").await;
    assert_eq!((cells.status(), header(&cells, "cache-control")), (StatusCode::OK, "private, no-cache"));
    assert!(!header(&cells, "etag").is_empty());
    let tile = browser.get(&format!("/tiles/{}/count/12/0/0.geojson", fixture::ID)).await;
    assert_eq!((tile.status(), header(&tile, "cache-control")), (StatusCode::OK, "private, no-cache"));
    assert_eq!(header(&browser.get("/api/v1/releases").await, "cache-control"), "private, no-cache");
    let page = text(browser.get("/success").await).await;
    assert!(page.contains("Signed in as") && page.contains("action=\"/sign-out\"") && !page.contains("no sign-in yet"), "{page}");

    let (before, out) = (browser.cookies.clone(), browser.form("/sign-out", &[]).await);
    assert_eq!((out.status(), to(&out)), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(browser.cookies.is_empty());
    browser.cookies = before;
    assert_eq!(browser.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED, "a cookie that was kept is worth nothing");
}

#[tokio::test]
async fn a_sign_in_cannot_be_replayed_or_given_to_another() {
    let issuer = Issuer::start().await;
    let mut ann = Browser::of(issuer.auth(LOCAL), DataClass::Synthetic);
    let mut eve = ann.other();
    let good = |nonce: &str| issuer.token("rsa", &issuer.claims(Some(nonce)));
    let begin = async |browser: &mut Browser| to(&browser.get("/sign-in/start").await).to_owned();

    // The answer to one browser is brought by another, which has no sign-in or one of its own.
    let back = issuer.signs_in(&begin(&mut ann).await, good);
    assert_eq!(eve.get(&back).await.status(), StatusCode::UNAUTHORIZED);
    let own = begin(&mut eve).await;
    assert_eq!(eve.get(&back).await.status(), StatusCode::UNAUTHORIZED, "another state");
    // A code of one sign-in in another: the proof of the code is missing.
    let stolen = issuer.signs_in(&begin(&mut ann).await, good);
    let code = stolen.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let own_back = issuer.signs_in(&own, good);
    let own_code = own_back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    begin(&mut eve).await;
    assert_eq!(eve.get(&own_back.replace(&own_code, &code)).await.status(), StatusCode::UNAUTHORIZED);
    assert!(eve.cookies.is_empty());

    // Twice the same answer, a nonce of another sign-in, and too late.
    let back = issuer.signs_in(&begin(&mut ann).await, good);
    let cookies = ann.cookies.clone();
    assert_eq!(ann.get(&back).await.status(), StatusCode::SEE_OTHER);
    ann.cookies = cookies;
    assert_eq!(ann.get(&back).await.status(), StatusCode::UNAUTHORIZED, "a state is good once");
    let mut seen = String::new();
    issuer.signs_in(&begin(&mut eve).await, |nonce| {
        seen = nonce.to_owned();
        String::new()
    });
    let back = issuer.signs_in(&begin(&mut eve).await, |_| good(&seen));
    assert_eq!(eve.get(&back).await.status(), StatusCode::UNAUTHORIZED, "a nonce is good for its sign-in");
    let back = issuer.signs_in(&begin(&mut eve).await, good);
    CLOCK.set(CLOCK.get() + 601);
    assert_eq!(eve.get(&back).await.status(), StatusCode::UNAUTHORIZED, "ten minutes are enough");
    for query in ["", "?error=access_denied&state=x", "?code=a&code=b&state=x", "?code=a"] {
        assert_eq!(eve.get(&format!("/sign-in/callback{query}")).await.status(), StatusCode::UNAUTHORIZED, "{query}");
    }
}

#[tokio::test]
async fn nobody_is_given_a_session_beforehand() {
    let mut browser = Browser::of(Auth::development(now), DataClass::Synthetic);
    // Eve's own session, put into Ann's browser before she signs in.
    let eve = browser.signed_in(somebody(Role::Partner));
    browser.cookies = eve.cookies.clone();
    // Eve's session is open: the form of its sign-in is that of nobody.
    let token = browser.state.nobody().token.to_string();
    let request = Request::post("/sign-in").header(CONTENT_TYPE, crate::auth::csrf::FORM);
    let response = browser.ask(request.body(Body::from(format!("role=analyst&token={token}"))).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_ne!(browser.cookies, eve.cookies);
    let mut eve = eve;
    assert_eq!(eve.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED, "what Eve knows is worth nothing now");
    let mut made_up = browser.other();
    made_up.cookies = vec![("hotspot".to_owned(), "A".repeat(43))];
    assert_eq!(made_up.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn in_development_one_is_who_one_says_and_it_is_said_loudly() {
    const LOUD: &str = "anybody on this machine is whoever he says";
    let mut browser = Browser::of(Auth::development(now), DataClass::Synthetic);
    let page = text(browser.get("/sign-in").await).await;
    assert!(page.contains(LOUD) && page.contains("oversight (MOPAC)"), "{page}");
    assert_eq!(browser.form("/sign-in", &[("role", "king")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let response = browser.form("/sign-in", &[("role", "oversight")]).await;
    assert_eq!((response.status(), to(&response)), (StatusCode::SEE_OTHER, "/purpose"));
    let response = browser.form("/purpose", &[("purpose", "oversight of allocation")]).await;
    assert_eq!(to(&response), "/challenge", "the first page that is his");
    let page = text(browser.get("/challenge").await).await;
    assert!(page.contains(LOUD) && page.contains("Development oversight") && !page.contains(">Map<"), "{page}");
    let refused = browser.open("/").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = text(refused).await;
    assert!(page.contains("The role oversight may not ask this") && page.contains("You may open"), "{page}");
    assert_eq!(browser.get("/sign-in/start").await.status(), StatusCode::NOT_FOUND);
    let token = Request::get("/api/v1/me").header("authorization", "Bearer a.b.c").body(Body::empty()).unwrap();
    assert_eq!(browser.ask(token).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn sessions_end_by_the_clock_of_the_server() {
    let server = Browser::of(Auth::development(now), DataClass::Synthetic);
    let mut ann = server.signed_in(somebody(Role::Analyst));
    let start = CLOCK.get();
    for minute in [0, 29, 58] {
        CLOCK.set(start + minute * 60);
        assert_eq!(ann.get("/api/v1/me").await.status(), StatusCode::OK, "{minute}");
    }
    CLOCK.set(start + 88 * 60);
    assert_eq!(ann.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED);
    let mut ann = server.signed_in(somebody(Role::Analyst));
    for step in 1..24 {
        CLOCK.set(start + 88 * 60 + step * 26 * 60);
        assert_eq!(ann.get("/api/v1/me").await.status(), StatusCode::OK, "{step}");
    }
    CLOCK.set(start + 88 * 60 + 10 * 3600);
    assert_eq!(ann.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED, "a shift is over");
}

#[tokio::test]
async fn the_page_of_another_site_changes_nothing() {
    let server = Browser::of(Auth::development(now), DataClass::Synthetic);
    let mut ann = server.signed_in(somebody(Role::Analyst));
    let token = ann.token();
    let other_token = server.signed_in(somebody(Role::Oversight)).token();
    let mut sent = async |headers: &[(&str, &str)], body: String| {
        let mut request = Request::post("/sign-out").header("host", "127.0.0.1:8080").header(CONTENT_TYPE, crate::auth::csrf::FORM);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        ann.ask(request.body(Body::from(body)).unwrap()).await.status()
    };
    let own = format!("token={token}");
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://127.0.0.1:8080")],
    ] {
        assert_eq!(sent(headers, own.clone()).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let same = &[("sec-fetch-site", "same-origin")][..];
    for body in [String::new(), format!("token={other_token}"), "token=".to_owned(), format!("token={}", server.nobody())] {
        assert_eq!(sent(same, body.clone()).await, StatusCode::FORBIDDEN, "{body}");
    }
    assert_eq!(sent(same, own).await, StatusCode::SEE_OTHER);
}

impl Browser {
    fn nobody(&self) -> String {
        self.state.nobody().token.to_string()
    }
}

#[tokio::test]
async fn who_asks_too_often_waits_and_cannot_hide_behind_a_header() {
    let mut browser = Browser::of(Auth::development(now), DataClass::Synthetic);
    let mut from = async |peer: &str, forwarded: String| {
        let mut request = Request::post("/sign-in").header("x-forwarded-for", forwarded).body(Body::empty()).unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        browser.ask(request).await
    };
    for number in 0..60 {
        assert_eq!(from("203.0.113.1", format!("198.51.100.{number}")).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let refused = from("203.0.113.1", "198.51.100.200".to_owned()).await;
    assert_eq!((refused.status(), header(&refused, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert_eq!(header(&refused, "content-type"), "application/problem+json");
    assert_ne!(from("203.0.113.2", "203.0.113.1".to_owned()).await.status(), StatusCode::TOO_MANY_REQUESTS);
    CLOCK.set(CLOCK.get() + 1);
    assert_ne!(from("203.0.113.1", String::new()).await.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn who_takes_too_much_in_an_hour_waits() {
    let server = Browser::of(Auth::development(now), DataClass::Synthetic);
    let (one, other) = (somebody(Role::Analyst), Principal::new("https://issuer.example", "other", None, Role::Analyst));
    let key = one.key();
    let other = Principal { purpose: Some("safeguarding".to_owned()), ..other };
    let (mut one, mut other) = (server.signed_in(one), server.signed_in(other));
    assert_eq!(one.get("/api/v1/boroughs").await.status(), StatusCode::OK);
    server.state.auth().rate.spend(crate::auth::rate::Asker::Taking(key), 300 << 20, now());
    let refused = one.get("/api/v1/boroughs").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(header(&refused, "retry-after").parse::<u64>().unwrap() > 60);
    assert!(text(refused).await.contains("as anybody may take in an hour"));
    assert_eq!(one.get("/api/v1/me").await.status(), StatusCode::OK, "what is no figure goes on");
    assert_eq!(other.get("/api/v1/boroughs").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn over_tls_the_cookie_is_of_this_host_alone_and_names_are_those_of_the_settings() {
    let issuer = Issuer::start().await;
    let mut browser = Browser::of(issuer.auth("https://hotspot.example"), DataClass::Synthetic);
    let sent = browser.get("/sign-in/start").await;
    assert!(header(&sent, "set-cookie").starts_with("__Host-hotspot-sign-in="), "{sent:?}");
    assert!(header(&sent, "set-cookie").ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert_eq!(header(&sent, "strict-transport-security"), "max-age=31536000; includeSubDomains");
    for (host, status) in
        [("hotspot.example", 200), ("127.0.0.1", 200), ("evil.example", 421), ("hotspot.example.evil.example", 421)]
    {
        let request = Request::get("/healthz").header("host", host).header("x-forwarded-host", "hotspot.example");
        assert_eq!(browser.ask(request.body(Body::empty()).unwrap()).await.status().as_u16(), status, "{host}");
    }
    let open = Browser::of(Auth::open(now), DataClass::Synthetic).get("/healthz").await;
    assert_eq!(header(&open, "strict-transport-security"), "");
}

#[tokio::test]
async fn a_program_brings_a_token_and_says_for_what() {
    let issuer = Issuer::start().await;
    let mut program = Browser::of(issuer.auth(LOCAL), DataClass::Restricted);
    let mut ask = async |path: &str, claims: &Value, purpose: &str| {
        let token = issuer.token("rsa", claims);
        let request = Request::get(path).header("authorization", format!("Bearer {token}")).header("x-hotspot-purpose", purpose);
        program.ask(request.body(Body::empty()).unwrap()).await
    };
    let analyst = issuer.claims(None);
    assert_eq!(ask("/api/v1/cells", &analyst, "quality and audit").await.status(), StatusCode::OK);
    assert_eq!(ask("/api/v1/cells", &analyst, "").await.status(), StatusCode::FORBIDDEN);
    let page = ask("/success", &analyst, "quality and audit").await;
    assert_eq!(
        (page.status(), header(&page, "www-authenticate")),
        (StatusCode::UNAUTHORIZED, "Bearer"),
        "pages take cookies alone"
    );
    let mut batch = issuer.claims(None);
    batch["roles"] = json!("H.Batch");
    batch["scp"] = json!("read:release profile");
    assert_eq!(ask("/api/v1/boroughs", &batch, "quality and audit").await.status(), StatusCode::OK);
    assert_eq!(ask("/api/v1/challenge/ledger", &batch, "quality and audit").await.status(), StatusCode::FORBIDDEN);
    batch["scp"] = json!("read:products");
    assert_eq!(ask("/api/v1/boroughs", &batch, "quality and audit").await.status(), StatusCode::FORBIDDEN);
    // A token that is refused is not made good by a cookie beside it.
    let mut both = program.signed_in(somebody(Role::Analyst));
    let request = Request::get("/api/v1/me").header("authorization", "Bearer a.b.c").body(Body::empty()).unwrap();
    assert_eq!(both.ask(request).await.status(), StatusCode::UNAUTHORIZED);
    let twice = Request::get("/api/v1/me")
        .header("authorization", format!("Bearer {}", issuer.token("rsa", &analyst)))
        .header("authorization", "Bearer a.b.c");
    assert_eq!(both.ask(twice.body(Body::empty()).unwrap()).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_that_was_made_here_opens_its_scopes_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("ledger.db");
    let address = address.to_str().unwrap();
    let tokens = Tokens::create_or_open(address).await.unwrap();
    let end = Timestamp::from_second(MORNING + 86_400).unwrap();
    let (made, presented) =
        tokens.create("monthly summary", "batch", &["read:release".to_owned()], end, now(), None).await.unwrap();
    let (_, partner) = tokens.create("a partner", "partner", &["read:products".to_owned()], end, now(), Some("A-1")).await.unwrap();
    let auth = Auth::development(now).with_tokens(Tokens::open(address).await.unwrap());
    let mut program = Browser::of(auth, DataClass::Synthetic);
    let mut ask = async |path: &str, token: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        program.ask(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask("/api/v1/boroughs", &presented).await.status(), StatusCode::OK);
    let who: Value = serde_json::from_str(&text(ask("/api/v1/me", &presented).await).await).unwrap();
    assert_eq!((&who["name"], &who["purpose"]), (&json!("monthly summary"), &json!("program: monthly summary")));
    for path in ["/api/v1/success", "/api/v1/challenge/ledger", "/api/v1/challenge/resources"] {
        assert_eq!(ask(path, &presented).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(ask("/api/v1/boroughs", &partner).await.status(), StatusCode::FORBIDDEN, "a scope gives a role nothing");
    for wrong in [&presented[..presented.len() - 1], &presented[3..], &format!("{presented}0"), "hs_", "hs_."] {
        assert_eq!(ask("/api/v1/boroughs", wrong).await.status(), StatusCode::UNAUTHORIZED, "{wrong}");
    }
    CLOCK.set(MORNING + 86_400);
    assert_eq!(ask("/api/v1/boroughs", &presented).await.status(), StatusCode::UNAUTHORIZED, "it is over");
    CLOCK.set(MORNING);
    tokens.revoke(&made.id, now()).await.unwrap();
    assert_eq!(ask("/api/v1/boroughs", &presented).await.status(), StatusCode::UNAUTHORIZED, "it was taken back");
}

/// Raises a challenge: what the page that is to be checked says is confirmed.
async fn confirmed(browser: &mut Browser, question: &[(&str, &str)]) -> Response {
    let check = text(browser.form("/challenge/raise", question).await).await;
    let digest = check.split_once(r#"name="checked" value=""#).unwrap().1.split_once('"').unwrap().0;
    browser.form("/challenge/raise", &[question, &[("step", "confirm"), ("checked", digest)]].concat()).await
}

#[tokio::test]
async fn who_is_signed_in_writes_into_the_record_and_nobody_else_in_his_name() {
    let server = Browser::with_ledger(Auth::development(now)).await;
    let mut mopac = server.signed_in(somebody(Role::Oversight));
    let mut mps = server.signed_in(somebody(Role::Analyst));
    let answer: Value = serde_json::from_str(&text(mopac.get("/api/v1/challenge").await).await).unwrap();
    let places = answer["kinds"][0]["places"].as_array().unwrap();
    let place = places.iter().find(|p| p["is_rest"] == false).unwrap()["id"].as_str().unwrap();
    let page = text(mopac.get(&format!("/challenge/raise?kind=patrol_hours&place={place}")).await).await;
    assert!(!page.contains("name=\"actor\"") && !page.contains("name=\"role\"") && page.contains("Raise a challenge"), "{page}");
    let page = text(mps.get(&format!("/challenge/raise?kind=patrol_hours&place={place}")).await).await;
    assert!(page.contains("raised by MOPAC") && !page.contains("<textarea"), "{page}");

    let question = [("kind", "patrol_hours"), ("place", place), ("question", "Why so few?")];
    let forged = [&question[..], &[("actor", "Somebody Else"), ("role", "mopac")]].concat();
    assert_eq!(mopac.form("/challenge/raise", &forged).await.status(), StatusCode::BAD_REQUEST);
    let raised = confirmed(&mut mopac, &question).await;
    assert_eq!((raised.status(), to(&raised)), (StatusCode::SEE_OTHER, "/challenge/C-2026-0001"));
    let page = text(mopac.get("/challenge/C-2026-0001").await).await;
    assert!(page.contains("Ann Lee [") && page.contains("It is for The Metropolitan Police Service (MPS) to do"), "{page}");
    let wrong = mopac.form("/challenge/C-2026-0001/acknowledge", &[]).await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);

    let post = async |browser: &mut Browser, body: Value, token: &str| {
        let request = Request::post("/api/v1/challenge/ledger/C-2026-0001/acknowledge")
            .header(CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("x-hotspot-token", token);
        browser.ask(request.body(Body::from(body.to_string())).unwrap()).await.status()
    };
    let token = mps.token();
    assert_eq!(post(&mut mps, json!({}), "").await, StatusCode::FORBIDDEN);
    assert_eq!(post(&mut mps, json!({"actor": "A", "role": "mps"}), &token).await, StatusCode::BAD_REQUEST);
    assert_eq!(post(&mut mps, json!({}), &token).await, StatusCode::CREATED);
    let whole: Value = serde_json::from_str(&text(mps.get("/api/v1/challenge/ledger/C-2026-0001").await).await).unwrap();
    let roles: Vec<&str> = whole["history"].as_array().unwrap().iter().map(|e| e["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["mopac", "mps"]);
}

#[tokio::test]
async fn oversight_is_answered_from_what_is_published_and_plays_the_whole_challenge() {
    let server = Browser::with_ledger(Auth::development(now)).await;
    let mut mopac = server.signed_in(somebody(Role::Oversight));
    let mut mps = server.signed_in(somebody(Role::Analyst));
    let read =
        async |browser: &mut Browser, path: &str| -> Value { serde_json::from_str(&text(browser.get(path).await).await).unwrap() };
    let published = read(&mut mopac, "/api/v1/challenge").await;
    let exact = read(&mut mps, "/api/v1/challenge").await;
    assert!(exact["made_from"].is_null());
    let made = &published["made_from"];
    let shown = fixture::protected(DataClass::Synthetic);
    let hotspots = &shown.hotspots.iter().find(|(strand, _)| strand.is_none()).unwrap().1;
    let counted: Vec<_> = hotspots.iter().filter(|h| matches!(h.n, Figure::Count(_))).collect();
    assert_eq!((&made["hotspots"], &made["without_count"]), (&json!(hotspots.len()), &json!(hotspots.len() - counted.len())));
    assert_eq!(published["effects"], json!([]), "months are not told");
    let places = published["kinds"][0]["places"].as_array().unwrap();
    let place = places.iter().find(|p| p["is_rest"] == false).unwrap();
    let n = counted.iter().find(|h| place["id"] == h.id.as_str()).unwrap().n;
    assert_eq!(n, Figure::Count(place["incidents"].as_u64().unwrap() as u32), "its count is the published one");

    assert!(place["incidents_status"].is_null() && place["incidents_supposed"].is_null(), "it is told");
    assert!(published["reconciled"].as_str().unwrap().contains("Published of London"));
    assert!(exact["reconciled"].as_str().unwrap().contains("reported incidents of these months"));
    // Of an area that is not told every figure says that it is supposed, and is no count.
    let areas = read(&mut mopac, "/api/v1/challenge?level=area").await;
    let untold = |code: &Value| {
        shown.counted.unwrap().iter().map(Period::quarter_of).any(|period| {
            let key = Key { place: code.as_str().unwrap().to_owned(), period, strand: None };
            shown.figures.get(&key) == Some(&Figure::Hidden)
        })
    };
    for area in areas["kinds"][0]["places"].as_array().unwrap() {
        let supposed = area["incidents_status"] == "[e]";
        assert_eq!(supposed, !area["incidents_supposed"].is_null());
        assert!(!supposed || area["incidents"].as_u64().unwrap() % 5 == 0, "{area}");
        assert!(supposed || !untold(&area["id"]), "{area}");
    }
    assert!(exact["kinds"][0]["places"].as_array().unwrap().iter().all(|p| p["incidents_status"].is_null()));

    let page = text(mopac.get("/challenge").await).await;
    assert!(
        page.contains("In the table: ") && page.contains("What it is made from.") && page.contains("no count that can be told"),
        "{page}"
    );
    assert!(!page.contains("id=\"sites\"") && !page.contains("#sites"), "places of cells are not for oversight");
    assert!(!text(mps.get("/challenge").await).await.contains("What it is made from."));
    let played = mopac.get("/challenge?kind=patrol_hours&play=yes&budget=200").await;
    assert_eq!(played.status(), StatusCode::OK);
    assert!(text(played).await.contains("would be given out"));
    let pack = mopac.get("/api/v1/challenge/pack").await;
    assert_eq!((pack.status(), pack.headers()["content-type"].to_str().unwrap()), (StatusCode::OK, "application/zip"));

    let id = place["id"].as_str().unwrap();
    assert_eq!(
        to(&confirmed(&mut mopac, &[("kind", "patrol_hours"), ("place", id), ("question", "Why so few?")]).await),
        "/challenge/C-2026-0001"
    );
    let answer = [
        ("text", "Two more a week."),
        ("action", "changed"),
        ("by", "2026-12-01"),
        ("change_resource", "patrol_hours"),
        ("change_amount", "20"),
        ("change_unit", "hours"),
        ("change_from", "2026-12-01"),
    ];
    let steps = [
        (true, "acknowledge", &[][..]),
        (true, "answer", &answer),
        (false, "accept", &[("reason", "That will do.")]),
        (false, "close", &[("reason", "Done as promised.")]),
    ];
    for (by_mps, step, fields) in steps {
        let browser = if by_mps { &mut mps } else { &mut mopac };
        let done = browser.form(&format!("/challenge/C-2026-0001/{step}"), fields).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER, "{step}: {}", text(done).await);
    }
    // Both read the evidence as oversight asked with it.
    for browser in [&mut mopac, &mut mps] {
        let whole = read(browser, "/api/v1/challenge/ledger/C-2026-0001").await;
        assert_eq!(&whole["frozen"]["made_from"], made);
        assert_eq!(whole["frozen"]["place"]["incidents"], place["incidents"]);
    }
    assert_eq!(read(&mut mopac, "/api/v1/challenge/ledger/verify").await["events"], json!(5));
}

#[test]
fn evidence_of_records_is_for_analysts_alone() {
    let server = Browser::of(Auth::development(now), DataClass::Synthetic);
    let read = |role: Option<Role>, evidence: &str| {
        let visitor = Visitor { principal: role.map(|role| Arc::new(somebody(role))), ..server.state.nobody() };
        readable_by(&visitor, evidence.to_owned())
    };
    let (records, published) = (r#"{"place":{"incidents":3}}"#, r#"{"made_from":{"policy":"2026-11"},"place":{"incidents":30}}"#);
    assert_eq!(read(Some(Role::Analyst), records), records);
    assert_eq!(read(None, records), records, "where nobody signs in");
    assert_eq!(read(Some(Role::Oversight), published), published);
    for role in [Role::Oversight, Role::Partner, Role::Admin] {
        assert!(read(Some(role), records).contains("for analysts alone") && !read(Some(role), records).contains("incidents"));
    }
}

#[tokio::test]
async fn without_published_figures_oversight_has_the_record_and_no_figure() {
    let server = Browser::without_published(Auth::development(now)).await;
    let mut mopac = server.signed_in(somebody(Role::Oversight));
    assert_eq!(mopac.get("/api/v1/challenge").await.status(), StatusCode::NOT_FOUND);
    let page = text(mopac.get("/challenge").await).await;
    assert!(page.contains("hotspot protect") && page.contains("id=\"threads\""), "{page}");
    assert!(!page.contains("<th scope=\"col\">Verdict"), "no answer of records");
}

#[tokio::test]
async fn without_a_sign_in_all_is_as_it_was() {
    let mut browser = Browser::of(Auth::open(now), DataClass::Open);
    let token = browser.token();
    assert_eq!(me(&mut browser).await, json!({"sign_in": "none", "name": null, "role": null, "purpose": null, "token": token}));
    let tile = browser.get(&format!("/tiles/{}/count/12/0/0.geojson", fixture::ID)).await;
    assert_eq!(header(&tile, "cache-control"), "public, max-age=31536000, immutable");
    let page = text(browser.get("/sign-in").await).await;
    assert!(page.contains("This server has no sign-in"), "{page}");
    assert_eq!(browser.form("/sign-in", &[("role", "admin")]).await.status(), StatusCode::NOT_FOUND);
    let site = Site::default();
    assert_eq!((site.secure, site.hosts.len()), (false, 0));
}

#[tokio::test]
async fn in_development_another_role_is_tried_for_the_same_purpose_without_another_sign_in() {
    let mut browser = Browser::with_ledger(Auth::development(now)).await;
    browser.form("/sign-in", &[("role", "analyst")]).await;
    browser.form("/purpose", &[("purpose", "safeguarding")]).await;
    assert_eq!(browser.open("/table").await.status(), StatusCode::OK);
    let page = text(browser.open("/method").await).await;
    assert!(page.contains("action=\"/role\"") && page.contains("href=\"/table\""), "{page}");
    let before = browser.cookies.clone();
    let changed = browser.form("/role", &[("role", "oversight")]).await;
    assert_eq!((changed.status(), to(&changed)), (StatusCode::SEE_OTHER, "/purpose"));
    assert_eq!(to(&browser.open("/purpose").await), "/challenge", "the purpose is known");
    let who = me(&mut browser).await;
    assert_eq!((&who["role"], &who["purpose"]), (&json!("oversight"), &json!("safeguarding")));
    for own in ["/table", "/hotspot/all-2026-10-1", "/api/v1/quality"] {
        assert_eq!(browser.open(own).await.status(), StatusCode::FORBIDDEN, "{own}");
    }
    let page = text(browser.open("/quality").await).await;
    assert!(page.contains("What is not shown here") && !page.contains("Where every row went"), "{page}");
    assert!(!page.contains("href=\"/table\"") && page.contains("href=\"/month\""), "{page}");
    assert_eq!(browser.form("/role", &[("role", "queen")]).await.status(), StatusCode::BAD_REQUEST);
    browser.cookies = before;
    assert_eq!(browser.get("/api/v1/me").await.status(), StatusCode::UNAUTHORIZED, "the session of the role before is over");
}

#[tokio::test]
async fn where_nobody_signs_in_another_role_is_tried_and_left_again() {
    let mut browser = Browser::with_ledger(Auth::open(now)).await;
    let page = text(browser.open("/table").await).await;
    assert!(page.contains("There is no sign-in yet") && page.contains("action=\"/role\""), "{page}");
    let tried = browser.form("/role", &[("role", "oversight")]).await;
    assert_eq!((tried.status(), to(&tried)), (StatusCode::SEE_OTHER, "/purpose"));
    assert_eq!(to(&browser.open("/purpose").await), "/challenge", "nobody is asked for what he tries a role");
    assert_eq!(me(&mut browser).await["role"], json!("oversight"));
    let page = text(browser.open("/quality").await).await;
    assert!(page.contains("name=\"next\" value=\"/quality\""), "{page}");
    let stayed = browser.form("/role", &[("role", "oversight"), ("next", "/quality")]).await;
    assert_eq!(to(&stayed), "/purpose?next=%2Fquality", "whoever changes his role stays where he is");
    for elsewhere in ["/table", "//example.org", "https://example.org/", "/nowhere", ""] {
        let gone = browser.form("/role", &[("role", "oversight"), ("next", elsewhere)]).await;
        assert_eq!(to(&gone), "/purpose", "{elsewhere}: not a page of this role");
    }
    for own in ["/", "/table", "/hotspot/all-2026-10-1", "/api/v1/cells", "/api/v1/hotspots"] {
        assert_eq!(browser.open(own).await.status(), StatusCode::FORBIDDEN, "{own}");
    }
    assert_eq!(browser.open("/challenge").await.status(), StatusCode::OK);
    assert_eq!(browser.other().open("/table").await.status(), StatusCode::OK, "only this browser tries it");
    assert_eq!(browser.form("/role", &[("role", "queen")]).await.status(), StatusCode::BAD_REQUEST);
    let back = browser.form("/role", &[("role", "analyst"), ("next", "/challenge")]).await;
    assert_eq!((back.status(), to(&back), browser.cookies.len()), (StatusCode::SEE_OTHER, "/challenge", 0));
    assert_eq!(me(&mut browser).await["role"], json!(null));
    assert_eq!(browser.open("/table").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_chooses_his_role_where_an_issuer_says_who_he_is() {
    let issuer = Issuer::start().await;
    let browser = Browser::of(issuer.auth(LOCAL), DataClass::Synthetic);
    let mut person = browser.signed_in(somebody(Role::Partner));
    assert_eq!(person.form("/role", &[("role", "analyst")]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(me(&mut person).await["role"], json!("partner"));
    let statement = text(browser.other().open("/accessibility").await).await;
    assert!(
        statement.contains("Accessibility statement") && !statement.contains("<nav"),
        "without a sign-in there is nothing to go to"
    );
}
