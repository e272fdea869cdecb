//! The pages of resources and need, what if, and challenges: as people read and send them.

use super::challenge::{hotspot, served};
use super::{body, header};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;

async fn text(response: Response) -> String {
    String::from_utf8(body(response).await).unwrap()
}

/// The names of the places, in the order of the table.
fn places(page: &str) -> Vec<&str> {
    let table = page.split_once("id=\"places-table\"").unwrap().1.split_once("</table>").unwrap().0;
    table.split("<tr data-place=\"").skip(1).map(|row| row.split_once('"').unwrap().0).collect()
}

#[tokio::test]
async fn the_table_of_places_is_sorted_by_its_address_and_says_so() {
    let served = served().await;
    let page = served.page("/challenge").await;
    assert_eq!(page.matches(r#" aria-sort="ascending"><a class="on" href="/challenge?"#).count(), 1);
    let rising = served.page("/challenge?sort=need&order=ascending").await;
    let falling = served.page("/challenge?sort=need").await;
    let (mut up, down) = (places(&rising), places(&falling));
    assert!(up.len() > 1 && up != down);
    up.reverse();
    assert_eq!(up, down);
    assert!(falling.contains(r#" aria-sort="descending"#));
    for wrong in [
        "sort=luck",
        "order=up",
        "selected=nowhere",
        "play=no",
        "borough=zz",
        "borough=E09000007",
        "state=lost",
        "within=Atlantis",
        "row=0",
    ] {
        let response = served.get(&format!("/challenge?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
        assert!(text(response).await.contains("allowed:"), "{wrong}");
    }
    assert!(served.page("/challenge?borough=Camden").await.contains("No challenge is like that"));
}

#[tokio::test]
async fn places_are_marked_by_the_address_in_the_table_and_in_the_charts() {
    let served = served().await;
    let place = hotspot(&served).await;
    let page = served.page(&format!("/challenge?selected={place}")).await;
    assert_eq!(page.matches(r#"aria-label="Mark "#).count(), places(&page).len());
    assert_eq!(page.matches(" checked>").count(), 1);
    assert!(page.contains("1 marked.") && page.contains(&format!(r#".hc [data-place="{place}"]"#)));
    assert!(
        page.contains(&format!(r#"<circle data-place="{place}""#)) || page.contains(&format!(r#"<polygon data-place="{place}""#))
    );
    // The order of the table keeps what is marked.
    assert!(page.contains(&format!("order=descending&amp;selected={place}")));
}

#[tokio::test]
async fn what_is_not_sensible_is_refused_with_its_bound() {
    let served = served().await;
    for (wish, field, said) in [
        ("budget=1e99", "budget", "from 10 to 1,000"),
        ("budget=9", "budget", "a tenth of what is given out now"),
        ("step=101", "step", "no more than all that is given out, 100"),
        ("change=1e9", "change", "1 to 1,000 per cent"),
    ] {
        let response = served.get(&format!("/challenge?kind=patrol_hours&{wish}")).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wish}");
        let page = text(response).await;
        assert!(page.contains(&format!("<a href=\"#{field}\">")) && page.contains(said), "{wish}");
    }
    let played = served.page("/challenge?kind=patrol_hours&budget=200").await;
    for way in ["As it is now", "By need, within what you set", "By need alone, without a limit", "no forecast"] {
        assert!(played.contains(way), "{way}");
    }
}

#[tokio::test]
async fn an_error_is_a_page_for_people_and_a_problem_for_programs() {
    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
    let served = served().await;
    let ask = async |method: &str, path: &str, accept: &str| {
        let request = Request::builder().method(method).uri(path).header("accept", accept).header("x-request-id", "seen-7");
        served.ask(request.body(Body::empty()).unwrap()).await
    };
    for (method, path, status) in [
        ("GET", "/nowhere", StatusCode::NOT_FOUND),
        ("GET", "/challenge?sort=luck", StatusCode::BAD_REQUEST),
        ("GET", "/challenge/C-2026-0009", StatusCode::NOT_FOUND),
        ("DELETE", "/challenge", StatusCode::METHOD_NOT_ALLOWED),
        ("POST", "/challenge/raise", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let page = ask(method, path, BROWSER).await;
        assert_eq!(page.status(), status, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!((header(&page, "cache-control"), header(&page, "vary")), ("no-store", "accept"), "{path}");
        let page = text(page).await;
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(page.contains("seen-7") && page.contains("href=\"/\"") && !page.contains("luck"), "{path}");
        for program in ["*/*", "application/json"] {
            let problem = ask(method, path, program).await;
            assert_eq!((problem.status(), header(&problem, "content-type")), (status, "application/problem+json"), "{path}");
        }
    }
}

#[tokio::test]
async fn the_pages_play_a_challenge_and_send_back_what_is_wrong() {
    let served = served().await;
    let place = hotspot(&served).await;
    let page = served.page("/challenge").await;
    for said in ["no sign-in yet", "not all incidents", "Places by shortfall", "No challenge has been raised", "SYNTHETIC"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("<script>"), "the policy of the page forbids a script in it");
    let played = served.page("/challenge?play=yes&change=10&kind=patrol_hours&budget=&floor=").await;
    assert!(played.contains("would be given out") && played.contains("gains 10 % at most"));
    // Without the button all the same, and with nothing but empty fields not.
    assert!(served.page("/challenge?change=10&kind=patrol_hours").await.contains("gains 10 % at most"));
    assert!(!served.page("/challenge?budget=&floor=&set_place=&kind=patrol_hours").await.contains("would be given out"));
    assert_eq!(served.get("/challenge?floor=200").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let response = served.get("/challenge?play=yes&floor=200").await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(String::from_utf8(body(response).await).unwrap().contains(r##"<a href="#floor">"##));

    let evidence = served.page(&format!("/challenge/raise?kind=patrol_hours&place={place}")).await;
    assert!(evidence.contains("Under other settings") && evidence.contains("name=\"token\""));
    let asked = [("kind", "patrol_hours"), ("place", place.as_str()), ("role", "mopac"), ("key", "form-1")];
    let empty = served.form("/challenge/raise", &asked).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let empty = String::from_utf8(body(empty).await).unwrap();
    assert!(
        empty.contains("There is a problem") && empty.contains(r##"href="#question""##) && empty.contains(r##"href="#actor""##)
    );
    assert!(empty.contains("Error: ") && empty.contains(r#"value="form-1""#));
    let whole = [asked.as_slice(), &[("actor", "B. Asker"), ("question", "Why <b>so</b> few?")]].concat();
    let checked = served.form("/challenge/raise", &whole).await;
    assert_eq!(checked.status(), StatusCode::OK);
    let checked = text(checked).await;
    for said in [
        "Check before it is put on record",
        "Why &lt;b&gt;so",
        "B. Asker, for MOPAC",
        "Acknowledge within",
        "Nothing has been written yet",
    ] {
        assert!(checked.contains(said), "{said}");
    }
    assert!(served.page("/challenge").await.contains("No challenge has been raised"), "nothing is written before it is confirmed");
    // What was seen is what is confirmed: another digest is looked at again.
    let other = [whole.as_slice(), &[("step", "confirm"), ("checked", "0")]].concat();
    assert!(text(served.form("/challenge/raise", &other).await).await.contains("Check before it is put on record"));
    let changed = text(served.form("/challenge/raise", &[whole.as_slice(), &[("step", "change")]].concat()).await).await;
    assert!(changed.contains("<textarea") && changed.contains("Why &lt;b&gt;so"), "back with what was written");
    let digest = checked.split_once(r#"name="checked" value=""#).unwrap().1.split_once('"').unwrap().0;
    let confirmed = [whole.as_slice(), &[("step", "confirm"), ("checked", digest)]].concat();
    let raised = served.form("/challenge/raise", &confirmed).await;
    assert_eq!((raised.status(), header(&raised, "location")), (StatusCode::SEE_OTHER, "/challenge/C-2026-0001"));
    let thread = served.page("/challenge/C-2026-0001").await;
    assert!(thread.contains("Why &lt;b&gt;so") && !thread.contains("<b>so"), "what people write is text");
    assert!(thread.contains(digest), "the evidence on record is that which was checked");
    assert!(thread.contains("acknowledge, by the MPS until 6 December 2026"), "{thread}");
    let step = "/challenge/C-2026-0001";
    let wrong = served.form(&format!("{step}/acknowledge"), &[("actor", "B"), ("role", "mopac")]).await;
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    assert!(String::from_utf8(body(wrong).await).unwrap().contains("acknowledged by the MPS, not by MOPAC"));
    let early = served.form(&format!("{step}/close"), &[("actor", "B"), ("role", "mopac"), ("reason", "x")]).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    let done = served.form(&format!("{step}/acknowledge"), &[("actor", "A"), ("role", "mps")]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    let half = served.form(&format!("{step}/answer"), &[("actor", "A"), ("role", "mps"), ("text", "Kept text")]).await;
    assert_eq!(half.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let half = String::from_utf8(body(half).await).unwrap();
    assert!(half.contains("Kept text") && half.contains(r##"href="#answer-action""##) && half.contains(r##"href="#answer-by""##));
}
