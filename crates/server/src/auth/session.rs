//! Sessions of people who signed in, and sign-ins under way; in memory, so a restart ends them all.
//!
//! # Design
//! The browser holds a random identifier of 256 bits, the server its SHA-256: whoever reads this memory has no cookie to send. An
//! identifier is made at sign-in and never taken from a request, so nobody can be given one beforehand.

use super::principal::Principal;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds without a request after which a session ends.
const IDLE: i64 = 30 * 60;
/// Seconds after which a session ends whatever happens: a shift.
const WHOLE: i64 = 10 * 60 * 60;
/// Seconds that a sign-in may take.
const UNDER_WAY: i64 = 10 * 60;
/// Sessions, and sign-ins under way, that are held.
const MOST: usize = 10_000;

type Id = [u8; 32];

/// 256 bits from the operating system, as text.
///
/// # Panics
/// When the operating system has no random numbers: nothing may be signed in then.
pub(crate) fn secret() -> String {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).expect("the operating system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn digest(text: &str) -> Id {
    Sha256::digest(text).into()
}

#[derive(Debug)]
struct Session {
    principal: Arc<Principal>,
    /// What the forms of this session carry.
    token: Arc<str>,
    began: i64,
    seen: i64,
}

impl Session {
    const fn over(&self, now: i64) -> bool {
        now - self.seen >= IDLE || now - self.began >= WHOLE
    }
}

/// Sessions that are open.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<Id, Session>>);

impl Sessions {
    /// Opens a session and answers with the identifier that the browser is to hold.
    pub fn open(&self, principal: Principal, now: Timestamp) -> String {
        let now = now.as_second();
        let id = secret();
        let session = Session { principal: Arc::new(principal), token: secret().into(), began: now, seen: now };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| !session.over(now));
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, session)| session.seen).map(|(id, _)| *id)
        {
            all.remove(&oldest);
        }
        all.insert(digest(&id), session);
        id
    }

    /// Who holds this identifier, and what his forms carry; the session is seen.
    pub fn find(&self, id: &str, now: Timestamp) -> Option<(Arc<Principal>, Arc<str>)> {
        let (now, key) = (now.as_second(), digest(id));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = all.get_mut(&key)?;
        if session.over(now) {
            all.remove(&key);
            return None;
        }
        session.seen = session.seen.max(now);
        Some((Arc::clone(&session.principal), Arc::clone(&session.token)))
    }

    /// Writes down for what the session is, once: what was chosen stays.
    pub fn choose(&self, id: &str, purpose: String, reason: Option<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = all.get_mut(&digest(id)).filter(|session| session.principal.purpose.is_none()) {
            session.principal = Arc::new(Principal { purpose: Some(purpose), reason, ..(*session.principal).clone() });
        }
    }

    pub fn close(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(id));
    }
}

/// A sign-in that was sent to the issuer and has not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnderWay {
    pub state: String,
    pub nonce: String,
    /// What proves that the code comes back to whoever asked for it (PKCE).
    pub verifier: String,
    /// Where he wanted to go.
    pub next: String,
    began: i64,
}

/// Sign-ins under way, each bound to a browser.
#[derive(Debug, Default)]
pub(crate) struct SignIns(Mutex<HashMap<Id, UnderWay>>);

impl SignIns {
    /// Begins one; the identifier goes to the browser. None when there are too many.
    pub fn begin(&self, next: String, now: Timestamp) -> Option<(String, UnderWay)> {
        let now = now.as_second();
        let begun = UnderWay { state: secret(), nonce: secret(), verifier: secret(), next, began: now };
        let id = secret();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| now - one.began < UNDER_WAY);
        if all.len() >= MOST {
            return None;
        }
        all.insert(digest(&id), begun.clone());
        Some((id, begun))
    }

    /// Ends one, whatever comes of it: it answers once.
    pub fn end(&self, id: &str, now: Timestamp) -> Option<UnderWay> {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(id))?;
        (now.as_second() - ended.began < UNDER_WAY).then_some(ended)
    }
}

/// The two cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    Session,
    SignIn,
}

impl Cookie {
    /// `__Host-`: of this host and path alone, and only over TLS; over plain HTTP on this machine a browser would not keep it.
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-hotspot",
            (Self::Session, false) => "hotspot",
            (Self::SignIn, true) => "__Host-hotspot-sign-in",
            (Self::SignIn, false) => "hotspot-sign-in",
        }
    }

    /// The value that the browser sends; none when it sends several, or one that was not made here.
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
        let mut own = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(n, _)| *n == name).map(|(_, value)| value);
        let value = own.next()?;
        let made_here = value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (made_here && own.next().is_none()).then_some(value)
    }

    /// Gives it to the browser until it closes, or takes it away.
    pub fn set(self, value: Option<&str>, secure: bool) -> HeaderValue {
        let (name, attributes) = (self.name(secure), if secure { "; Secure" } else { "" });
        let text = match value {
            Some(value) => format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{attributes}"),
            None => format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{attributes}"),
        };
        HeaderValue::try_from(text).expect("letters, digits and signs are a header value")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotspot_core::disclosure::Role;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn ann() -> Principal {
        Principal::new("https://issuer", "1", Some("Ann"), Role::Analyst)
    }

    #[test]
    fn a_session_ends_when_nothing_is_asked_and_after_a_shift() {
        let sessions = Sessions::default();
        let id = sessions.open(ann(), at(0));
        assert!(sessions.find(&id, at(IDLE - 1)).is_some());
        assert!(sessions.find(&id, at(2 * IDLE - 2)).is_some(), "each request begins the half hour anew");
        assert!(sessions.find(&id, at(3 * IDLE - 2)).is_none());
        assert!(sessions.find(&id, at(0)).is_none(), "what has ended stays ended");
        let id = sessions.open(ann(), at(0));
        let mut now = 0;
        while now + IDLE - 1 < WHOLE {
            now += IDLE - 1;
            assert!(sessions.find(&id, at(now)).is_some(), "{now}");
        }
        assert!(sessions.find(&id, at(WHOLE)).is_none());
    }

    #[test]
    fn a_purpose_is_chosen_once_and_a_closed_session_is_gone() {
        let sessions = Sessions::default();
        let id = sessions.open(ann(), at(0));
        for purpose in ["safeguarding", "curiosity"] {
            sessions.choose(&id, purpose.to_owned(), None);
            assert_eq!(sessions.find(&id, at(1)).unwrap().0.purpose.as_deref(), Some("safeguarding"));
        }
        sessions.close(&id);
        assert!(sessions.find(&id, at(1)).is_none());
    }

    #[test]
    fn identifiers_are_never_twice_and_memory_is_bounded() {
        let sessions = Sessions::default();
        let first = sessions.open(ann(), at(0));
        let mut seen = std::collections::HashSet::from([first.clone()]);
        for _ in 0..MOST {
            assert!(seen.insert(sessions.open(ann(), at(1))));
        }
        assert_eq!(sessions.0.lock().unwrap().len(), MOST);
        assert!(sessions.find(&first, at(1)).is_none(), "the one seen longest ago made room");
    }

    #[test]
    fn a_sign_in_answers_once_and_not_late() {
        let under_way = SignIns::default();
        let (id, begun) = under_way.begin("/".to_owned(), at(0)).unwrap();
        assert_eq!(under_way.end(&id, at(1)), Some(begun));
        assert_eq!(under_way.end(&id, at(1)), None);
        let (id, _) = under_way.begin("/".to_owned(), at(0)).unwrap();
        assert_eq!(under_way.end(&id, at(UNDER_WAY)), None);
    }

    #[test]
    fn a_cookie_is_read_as_it_was_set_and_never_two() {
        let value = secret();
        for secure in [true, false] {
            let set = Cookie::Session.set(Some(&value), secure);
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let with = |text: String| {
                let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&text).unwrap())]);
                Cookie::Session.read(&headers, secure).map(str::to_owned)
            };
            assert_eq!(with(format!("a=b; {pair}")), Some(value.clone()));
            assert_eq!(with(format!("{pair}; {pair}")), None);
            assert_eq!(with(pair.replace(&value, "short")), None);
            assert_eq!(set.to_str().unwrap().contains("Secure"), secure);
            assert_eq!(set.to_str().unwrap().starts_with("__Host-"), secure);
        }
    }
}
