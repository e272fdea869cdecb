//! An ordinary week: an analyst, MOPAC, a partner, a monthly job, an administrator, a token that is over, a role that asks for what is not its own, and an
//! agreement that is revoked. What the record of looks says afterwards is what happened, and nobody can change it.

use crate::agreements::Given;
use crate::program::{Serving, json, succeed};
use hotspot_ledger::Tokens;
use serde_json::Value;

/// Somebody at a browser.
struct Person<'a> {
    server: &'a Serving,
    cookie: String,
    token: String,
}

fn field(page: &str, name: &str) -> String {
    let at = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    at.split('"').next().unwrap_or_default().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl<'a> Person<'a> {
    /// Signs in and says for what.
    fn come(server: &'a Serving, role: &str, purpose: &str) -> Self {
        let mut person = Self { server, cookie: String::new(), token: String::new() };
        person.token = field(&person.page("/sign-in"), "token");
        let (status, head) = person.form("/sign-in", &[("role", role), ("next", "/")]);
        assert_eq!(status, 303, "{head}");
        let set = head.lines().find(|l| l.to_lowercase().starts_with("set-cookie:")).unwrap();
        set.split_once(':').unwrap().1.trim().split(';').next().unwrap().clone_into(&mut person.cookie);
        person.token = field(&person.page("/purpose"), "token");
        assert_eq!(person.form("/purpose", &[("purpose", purpose), ("next", "/")]).0, 303);
        person
    }

    fn ask(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.server.send("GET", path, &[("Cookie", &self.cookie)], "");
        (status, String::from_utf8(body).unwrap())
    }

    fn page(&self, path: &str) -> String {
        let (status, page) = self.ask(path);
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let (status, head, _) = self.send_form(path, fields);
        (status, head)
    }

    fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let fields = fields.iter().copied().chain([("token", self.token.as_str())]);
        let sent = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [("Cookie", self.cookie.as_str()), kind, ("Sec-Fetch-Site", "same-origin")];
        let (status, head, body) = self.server.send("POST", path, &headers, &sent);
        (status, head, String::from_utf8(body).unwrap())
    }
}

/// A token that was made here, in the clear, with the secret that opens it.
fn token(given: &Given, more: &[&str]) -> String {
    let of = ["token", "create", "--ledger", &given.ledger, "--scope", "read:products", "--expires", "30"];
    succeed([&of[..], more].concat()).trim().to_owned()
}

/// One that ended yesterday.
fn token_that_is_over(given: &Given) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tokens = Tokens::open(&given.ledger).await.unwrap();
        let at: jiff::Timestamp = "2026-01-01T08:00:00Z".parse().unwrap();
        let until = "2026-02-01T08:00:00Z".parse().unwrap();
        let (_, secret) = tokens.create("last year's job", "batch", &["read:products".to_owned()], until, at, None).await.unwrap();
        tokens.close().await;
        secret
    })
}

fn with_token(server: &Serving, path: &str, token: &str) -> u16 {
    server.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], "").0
}

#[test]
fn a_week_is_on_record_as_it_was() {
    let given = Given::new();
    let text = |name: &str| given.at(name).to_str().unwrap().to_owned();
    given.register(&given.agreement("a.toml", &[]));
    let job = token(&given, &["--name", "monthly job", "--role", "batch"]);
    let council = token(&given, &["--name", "council", "--role", "partner", "--agreement", "A-2026-01"]);
    let over = token_that_is_over(&given);
    succeed(["audit", "key", "--out", &text("audit.key")]);
    let resources = "kind,place_type,place,period_start,period_end,amount,unit,status,source,note\n\
                     officers,all,,2025-01-01,2025-12-31,300,fte,delivered,made up,\n\
                     officers,area,E09000033,2025-01-01,2025-12-31,10,fte,delivered,made up,\n";
    std::fs::write(given.at("resources.csv"), resources).unwrap();
    let (key, checkpoints, resources) = (text("audit.key"), text("checkpoints.jsonl"), text("resources.csv"));
    let options = [
        "--auth",
        "dev",
        "--ledger",
        &given.ledger,
        "--protected",
        &given.protected,
        "--resources",
        &resources,
        "--audit-key",
        &key,
        "--checkpoints",
        &checkpoints,
    ];
    let server = Serving::with(&given.at("releases"), &options);

    // Monday: the analyst looks where hotspots are, and at one strand.
    let analyst = Person::come(&server, "analyst", "deployment and tasking");
    let list = json(&analyst.ask("/api/v1/hotspots").1);
    assert!(list["features"].as_array().is_some_and(|all| !all.is_empty()), "{list}");
    analyst.page("/api/v1/boroughs?strand=race");
    // Tuesday: MOPAC may not see cells, sees what is published, and asks.
    let mopac = Person::come(&server, "oversight", "oversight of allocation");
    let (status, refused) = mopac.ask("/api/v1/cells");
    assert_eq!(status, 403, "{refused}");
    assert!(mopac.page("/challenge?level=borough").contains("What it is made from."));
    let question =
        [("level", "borough"), ("kind", "officers"), ("place", "E09000033"), ("question", "Why ten officers in Westminster?")];
    // The page shows what will be on record, with the digest of its evidence; nothing is written before he confirms it.
    let (status, _, check) = mopac.send_form("/challenge/raise", &question);
    assert_eq!(status, 200, "{check}");
    let hidden = check.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"")?;
        (!matches!(name, "token")).then_some((name, rest.split_once('"')?.0))
    });
    let confirmed: Vec<(&str, &str)> = hidden.chain([("step", "confirm")]).collect();
    let (status, head) = mopac.form("/challenge/raise", &confirmed);
    assert_eq!(status, 303, "{head}");
    let thread = head.lines().find_map(|l| l.to_lowercase().starts_with("location:").then(|| l[9..].trim().to_owned())).unwrap();
    // Wednesday: the MPS acknowledges and answers; on Thursday MOPAC accepts and closes.
    let steps = [
        (&analyst, "acknowledge", &[][..]),
        (&analyst, "answer", &[("text", "Two more."), ("action", "Move two officers"), ("by", "2099-01-01")]),
        (&mopac, "accept", &[("reason", "That will do.")]),
        (&mopac, "close", &[("reason", "Done as promised.")]),
    ];
    for (who, step, fields) in steps {
        assert_eq!(who.form(&format!("{thread}/{step}"), fields).0, 303, "{step}");
    }
    // The job of the month, and one whose token is over.
    assert_eq!(with_token(&server, "/api/v1/protected/figures", &job), 200);
    assert_eq!(with_token(&server, "/api/v1/cells", &job), 403);
    assert_eq!(with_token(&server, "/api/v1/protected/figures", &over), 401);
    // Friday: the partner takes what the agreement gives; then it is revoked.
    assert_eq!(with_token(&server, "/api/v1/partner", &council), 200);
    assert_eq!(given.export("A-2026-01", "friday").0, Some(0));
    succeed(["agreement", "revoke", "A-2026-01", "--ledger", &given.ledger]);
    assert_eq!(with_token(&server, "/api/v1/partner", &council), 403);
    assert_ne!(given.export("A-2026-01", "again").0, Some(0));
    assert!(!given.at("again").exists());
    // Whoever runs the service sees no figure.
    let admin = Person::come(&server, "admin", "quality and audit");
    for path in ["/api/v1/hotspots", "/api/v1/protected/figures", "/challenge"] {
        assert_eq!(admin.ask(path).0, 403, "{path}");
    }
    drop(server);

    let verify = ["audit", "verify", "--ledger", &given.ledger];
    let public = text("audit.key.pub");
    let signed = std::fs::metadata(&checkpoints).is_ok_and(|m| m.len() > 0);
    let with = if signed { vec!["--checkpoints", &checkpoints, "--public-key", &public] } else { Vec::new() };
    let said = succeed([&verify[..], &with].concat());
    assert!(said.contains("the log is whole"), "{said}");
    let log = given.audit();
    let of = |entry: &Value| {
        ["role", "action", "object", "outcome"].map(|name| entry[name].as_str().unwrap_or_default().to_owned()).join(" ")
    };
    let story: Vec<String> = log.iter().map(of).collect();
    // In this order, whatever else stands between.
    let newest = |path: &str| format!("newest{path}");
    let mut wanted = vec![
        format!("analyst look {} done", newest("/api/v1/hotspots")),
        format!("analyst look {} done", newest("/api/v1/boroughs")),
        format!("oversight refused {} refused", newest("/api/v1/cells")),
        format!("oversight look {} done", newest("/challenge")),
        format!("oversight change {} done", newest("/challenge/raise")),
    ];
    for (role, step) in [("analyst", "acknowledge"), ("analyst", "answer"), ("oversight", "accept"), ("oversight", "close")] {
        wanted.push(format!("{role} change {} done", newest(&format!("{thread}/{step}"))));
    }
    wanted.extend([
        format!("batch look {} done", newest("/api/v1/protected/figures")),
        format!("batch refused {} refused", newest("/api/v1/cells")),
        format!("partner look {} done", newest("/api/v1/partner/A-2026-01")),
        format!("partner refused {} refused", newest("/api/v1/partner/A-2026-01")),
        "admin export agreement/A-2026-01/export refused".to_owned(),
        format!("admin refused {} refused", newest("/api/v1/hotspots")),
        format!("admin refused {} refused", newest("/api/v1/protected/figures")),
        format!("admin refused {} refused", newest("/challenge")),
    ]);
    let mut rest = story.iter();
    for entry in &wanted {
        assert!(rest.any(|of| of == entry), "{entry} is not in its place in\n{}", story.join("\n"));
    }
    let exports = log.iter().filter(|e| e["action"] == "export" && e["outcome"] == "done").count();
    assert_eq!(exports, 1, "{}", story.join("\n"));
    assert!(
        log.iter().any(|e| e["purpose"] == "oversight of allocation")
            && log.iter().any(|e| e["purpose"] == "deployment and tasking")
    );
    // No place, question or secret is in it.
    let all = log.iter().map(ToString::to_string).collect::<String>();
    for secret in ["Why ten officers", job.split('.').next_back().unwrap(), council.split('.').next_back().unwrap()] {
        assert!(!all.contains(secret));
    }
}
