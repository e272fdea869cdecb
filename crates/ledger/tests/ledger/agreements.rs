//! Agreements: what is registered, under which digest, until when, and what was given.

use crate::fresh::{Fresh, everywhere, first_day, sql};
use hotspot_ledger::{Agreements, Error, Handing, Tokens};
use jiff::{SignedDuration, ToSpan as _};

async fn agreements(fresh: &Fresh) -> Agreements {
    Agreements::create_or_open(&fresh.address).await.unwrap()
}

fn handing(agreement: &str) -> Handing {
    Handing {
        agreement: agreement.to_owned(),
        sha256: "0".repeat(64),
        recipient: "Example Borough Council".to_owned(),
        release: "2026-10-0123456789ab".to_owned(),
        products: vec!["areas".to_owned(), "hotspots".to_owned()],
        on: "2026-11-26".parse().unwrap(),
        keep_until: "2027-05-25".parse().unwrap(),
    }
}

#[test]
fn an_agreement_is_known_by_its_text_until_it_is_revoked() {
    everywhere(async |fresh| {
        let agreements = agreements(&fresh).await;
        let now = first_day();
        let made = agreements.register("A-1", "text", now).await.unwrap();
        assert!(made.stands().is_ok() && made.object().starts_with("agreement/A-1/"));
        // The same again is the first; another text is another agreement.
        assert_eq!(agreements.register("A-1", "text", now + 1.hour()).await.unwrap(), made);
        assert_eq!(agreements.register("A-1", "text ", now).await.unwrap_err(), Error::AgreementDiffers);
        assert!(matches!(agreements.register("A 1", "text", now).await.unwrap_err(), Error::Field { .. }));
        assert!(matches!(agreements.revoke("A-1", "a whim", now).await.unwrap_err(), Error::Field { .. }));
        assert_eq!(agreements.revoke("A-2", "ended-early", now).await.unwrap_err(), Error::UnknownAgreement);
        let gone = agreements.revoke("A-1", "terms-broken", now).await.unwrap();
        assert_eq!(gone.stands().unwrap_err(), Error::AgreementRevoked { on: "2026-11-26".parse().unwrap() });
        // The first reason and time stay, and registering it again does not bring it back.
        assert_eq!(agreements.revoke("A-1", "ended-early", now + 1.hour()).await.unwrap(), gone);
        assert_eq!(agreements.register("A-1", "text", now).await.unwrap(), gone);
        assert_eq!(agreements.list().await.unwrap(), [gone]);
        assert_eq!(agreements.find("A-2").await.unwrap(), None);
        agreements.close().await;
    });
}

#[test]
fn a_text_that_was_changed_behind_the_back_of_the_ledger_stands_no_more() {
    everywhere(async |fresh| {
        let agreements = agreements(&fresh).await;
        agreements.register("A-1", "least = 10", first_day()).await.unwrap();
        sql(&fresh.address, "UPDATE agreement SET body = 'least = 1'").await;
        assert_eq!(agreements.find("A-1").await.unwrap().unwrap().stands().unwrap_err(), Error::AgreementAltered);
        agreements.close().await;
    });
}

#[test]
fn what_is_given_has_numbers_without_a_gap_whoever_gives() {
    everywhere(async |fresh| {
        let first = agreements(&fresh).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let address = fresh.address.clone();
                tokio::spawn(async move {
                    let agreements = Agreements::create_or_open(&address).await.unwrap();
                    let number = agreements.begin(&handing("A-1")).await.unwrap();
                    agreements.close().await;
                    number
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.push(task.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=8).collect::<Vec<u64>>());
        first.recorded(3, 77).await.unwrap();
        let all = first.exports().await.unwrap();
        assert_eq!((all.len(), all[2].entry, all[3].entry), (8, Some(77), None));
        assert_eq!(all[2].handing, handing("A-1"));
        first.close().await;
    });
}

#[test]
fn a_token_of_a_partner_names_an_agreement_and_no_other_does() {
    everywhere(async |fresh| {
        let tokens = Tokens::create_or_open(&fresh.address).await.unwrap();
        let (now, read) = (first_day(), ["read:products".to_owned()]);
        let end = now + SignedDuration::from_hours(24);
        let (made, presented) = tokens.create("council", "partner", &read, end, now, Some("A-1")).await.unwrap();
        assert_eq!(made.agreement.as_deref(), Some("A-1"));
        assert_eq!(tokens.check(&presented, now).await.unwrap().unwrap().agreement.as_deref(), Some("A-1"));
        assert_eq!(tokens.list().await.unwrap()[0].agreement.as_deref(), Some("A-1"));
        for (role, agreement) in [("partner", None), ("batch", Some("A-1")), ("partner", Some("A/1"))] {
            assert!(
                matches!(tokens.create("x", role, &read, end, now, agreement).await.unwrap_err(), Error::Field { .. }),
                "{role}"
            );
        }
        let (batch, _) = tokens.create("job", "batch", &read, end, now, None).await.unwrap();
        assert_eq!(batch.agreement, None);
        tokens.close().await;
    });
}
