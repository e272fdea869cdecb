//! Tokens: who may pass, until when, and what is kept of the secret.

use crate::fresh::{Fresh, everywhere, first_day, sql};
use hotspot_ledger::{Error, Rule, TOKEN_DAYS, Tokens};
use jiff::{SignedDuration, ToSpan as _};

fn scopes(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|&scope| scope.to_owned()).collect()
}

async fn tokens(fresh: &Fresh) -> Tokens {
    Tokens::create_or_open(&fresh.address).await.unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[test]
fn a_token_opens_what_it_says_until_it_ends_and_every_other_secret_opens_nothing() {
    everywhere(async |fresh| {
        let tokens = tokens(&fresh).await;
        let now = first_day();
        let wanted = scopes(&["write:resources", "read:products", "read:products"]);
        let (token, presented) = tokens.create("  monthly job ", "batch", &wanted, now + days(30), now, None).await.unwrap();
        assert_eq!((token.name.as_str(), token.scopes.clone()), ("monthly job", scopes(&["read:products", "write:resources"])));
        let (other, other_presented) =
            tokens.create("partner", "partner", &scopes(&["read:products"]), now + days(1), now, Some("A-1")).await.unwrap();

        let found = tokens.check(&presented, now).await.unwrap().unwrap();
        assert_eq!(
            (found.id.as_str(), found.role.as_str(), found.last_used),
            (token.id.as_str(), "batch", Some("2026-11-26".parse().unwrap()))
        );
        assert_eq!(tokens.check(&other_presented, now).await.unwrap().unwrap().id, other.id);
        // The last moment, and the one after it.
        assert!(tokens.check(&presented, token.expires - 1.microsecond()).await.unwrap().is_some());
        assert!(tokens.check(&presented, token.expires).await.unwrap().is_none());

        // Each character of what is presented counts, and so does its form.
        for at in 0..presented.len() {
            let mut wrong = presented.clone().into_bytes();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            assert!(tokens.check(&String::from_utf8(wrong).unwrap(), now).await.unwrap().is_none(), "character {at}");
        }
        let swapped = format!("hs_{}.{}", token.id, other_presented.split_once('.').unwrap().1);
        let shouted = presented.replace("hs_", "HS_");
        for wrong in ["", "hs_", "hs_.", &presented[1..], &format!("{presented} "), &presented.to_uppercase(), &swapped, &shouted] {
            assert!(tokens.check(wrong, now).await.unwrap().is_none(), "{wrong}");
        }
        tokens.close().await;
    });
}

#[test]
fn a_revoked_token_opens_nothing_keeps_its_time_and_the_day_of_use_is_all_that_is_kept() {
    everywhere(async |fresh| {
        let tokens = tokens(&fresh).await;
        let now = first_day();
        let (token, presented) =
            tokens.create("job", "batch", &scopes(&["read:release"]), now + days(60), now, None).await.unwrap();
        assert_eq!(tokens.list().await.unwrap()[0].last_used, None);
        for (hours, day) in [(1, "2026-11-26"), (5, "2026-11-26"), (24, "2026-11-27"), (2, "2026-11-27")] {
            tokens.check(&presented, now + SignedDuration::from_hours(hours)).await.unwrap().unwrap();
            assert_eq!(tokens.list().await.unwrap()[0].last_used, Some(day.parse().unwrap()));
        }
        let gone = now + days(2);
        assert_eq!(tokens.revoke(&token.id, gone).await.unwrap().revoked, Some(gone));
        assert_eq!(tokens.revoke(&token.id, gone + days(1)).await.unwrap().revoked, Some(gone));
        assert!(tokens.check(&presented, now).await.unwrap().is_none());
        assert_eq!(tokens.revoke("0000000000000000", gone).await.unwrap_err(), Error::UnknownToken);
        assert_eq!(tokens.list().await.unwrap().len(), 1);
        // Another server sees the same.
        assert!(Tokens::open(&fresh.address).await.unwrap().check(&presented, now).await.unwrap().is_none());
    });
}

#[test]
fn what_is_no_role_no_scope_no_line_or_lives_too_long_is_refused() {
    everywhere(async |fresh| {
        let tokens = tokens(&fresh).await;
        let now = first_day();
        let read = scopes(&["read:products"]);
        let create = async |name: &str, role: &str, scopes: &[String], lives: SignedDuration| match tokens
            .create(name, role, scopes, now + lives, now, None)
            .await
        {
            Ok(_) => None,
            Err(Error::Field { rule, .. }) => Some(rule),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(create("a", "batch", &read, days(TOKEN_DAYS)).await, None);
        assert_eq!(create("a", "batch", &read, days(TOKEN_DAYS) + SignedDuration::from_secs(1)).await, Some(Rule::Ahead(90)));
        assert_eq!(create("a", "batch", &read, SignedDuration::ZERO).await, Some(Rule::Ahead(90)));
        assert_eq!(create("a", "batch", &read, days(-1)).await, Some(Rule::Ahead(90)));
        assert_eq!(create(" ", "batch", &read, days(1)).await, Some(Rule::Empty));
        assert_eq!(create("a\nb", "batch", &read, days(1)).await, Some(Rule::OneLine));
        assert_eq!(create("a", "batch", &[], days(1)).await, Some(Rule::Empty));
        for role in ["analyst", "admin", "Batch", ""] {
            assert!(matches!(create("a", role, &read, days(1)).await, Some(Rule::OneOf(_))), "{role}");
        }
        for scope in ["read:incidents", "read:products write:resources", ""] {
            assert!(matches!(create("a", "batch", &scopes(&[scope]), days(1)).await, Some(Rule::OneOf(_))), "{scope}");
        }
        assert_eq!(tokens.list().await.unwrap().len(), 1);
    });
}

#[test]
fn the_secret_is_nowhere_in_the_file_and_a_ledger_that_is_not_there_has_no_tokens() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let fresh = Fresh::sqlite();
        assert!(matches!(Tokens::open(&fresh.address).await.unwrap_err(), Error::NoLedger { .. }));
        let tokens = tokens(&fresh).await;
        let now = first_day();
        let (_, presented) = tokens.create("job", "batch", &scopes(&["read:release"]), now + days(1), now, None).await.unwrap();
        let secret = presented.split_once('.').unwrap().1;
        tokens.close().await;
        let file = std::fs::read(&fresh.address).unwrap();
        assert!(!file.windows(16).any(|part| part == &secret.as_bytes()[..16]));
        // A database that somebody wrote to: what is read must be what is written.
        sql(&fresh.address, "UPDATE token SET last_used = 'yesterday'").await;
        let error = Tokens::open(&fresh.address).await.unwrap().list().await.unwrap_err();
        assert!(error.to_string().contains("not of the type that the ledger writes"), "{error}");
        // Tokens and challenges stand side by side.
        fresh.ledger().await.verify(None).await.unwrap();
    });
}

#[test]
fn many_that_check_one_token_at_once_all_pass() {
    everywhere(async |fresh| {
        let now = first_day();
        let (_, presented) =
            tokens(&fresh).await.create("job", "batch", &scopes(&["read:release"]), now + days(1), now, None).await.unwrap();
        let all: Vec<_> = (0..16)
            .map(|_| {
                let (address, presented) = (fresh.address.clone(), presented.clone());
                tokio::spawn(async move {
                    let tokens = Tokens::create_or_open(&address).await.unwrap();
                    assert!(tokens.check(&presented, now).await.unwrap().is_some());
                    tokens.close().await;
                })
            })
            .collect();
        for task in all {
            task.await.unwrap();
        }
    });
}
