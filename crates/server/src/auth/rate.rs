//! How often somebody may ask, by person once he is known, else by the address that he comes from; and how much a person may take away.

use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Askers that are remembered; those with nothing on their account are forgotten first.
const MOST: usize = 20_000;

/// Bytes that somebody may take in an hour.
const VOLUME: f64 = 256.0 * 1024.0 * 1024.0;

/// A bucket of requests, or of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// At one time.
    burst: f64,
    /// A second in the long run.
    refill: f64,
}

impl Limit {
    /// A map asks for dozens of tiles each time it is moved.
    pub const ANSWERS: Self = Self { burst: 1000.0, refill: 50.0 };
    /// Bytes of answers: hours of a map that is moved all the time, and a small part of what a store holds. Who wants more takes an export, which is one entry of
    /// the record.
    pub const VOLUME: Self = Self { burst: VOLUME, refill: VOLUME / 3600.0 };
    /// Guessing is slow; a whole office behind one address can still begin its day.
    pub const SIGN_IN: Self = Self { burst: 60.0, refill: 1.0 };
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// By the digest of issuer and subject.
    Known([u8; 32]),
    /// Somebody at an address: an IPv6 network counts as one.
    At(IpAddr),
    /// What somebody takes away, by the same digest.
    Taking([u8; 32]),
    /// Somebody who signs in, from an address.
    SigningIn(IpAddr),
}

impl Asker {
    pub fn at(address: IpAddr) -> Self {
        Self::At(network(address))
    }

    pub fn signing_in(address: IpAddr) -> Self {
        Self::SigningIn(network(address))
    }

    const fn limit(self) -> Limit {
        match self {
            Self::Known(_) | Self::At(_) => Limit::ANSWERS,
            Self::Taking(_) => Limit::VOLUME,
            Self::SigningIn(_) => Limit::SIGN_IN,
        }
    }
}

/// One household has a whole IPv6 network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    fn filled(self, limit: Limit, now: Timestamp) -> f64 {
        let seconds = now.duration_since(self.at).as_secs_f64().max(0.0);
        (self.left + seconds * limit.refill).min(limit.burst)
    }
}

/// What everybody has left.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<HashMap<Asker, Bucket>>);

impl Rate {
    /// Takes one request from the account; else the seconds after which there is one again.
    pub fn take(&self, asker: Asker, now: Timestamp) -> Result<(), u64> {
        let limit = asker.limit();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&asker) {
            all.retain(|asker, bucket| bucket.filled(asker.limit(), now) < asker.limit().burst);
            if all.len() >= MOST {
                return Err(1);
            }
        }
        let bucket = all.entry(asker).or_insert(Bucket { left: limit.burst, at: now });
        let left = bucket.filled(limit, now);
        if left < 1.0 {
            return Err(((1.0 - left) / limit.refill).ceil() as u64);
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }

    /// Takes what was answered from the account of one who was let in; it may go below zero, and fills again.
    pub fn spend(&self, asker: Asker, bytes: u64, now: Timestamp) {
        let limit = asker.limit();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = all.get_mut(&asker) {
            *bucket = Bucket { left: bucket.filled(limit, now) - bytes as f64, at: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_is_told_when_to_come_back_and_nobody_else_is() {
        let rate = Rate::default();
        let start = Timestamp::from_second(1_000).unwrap();
        let [one, other] = ["203.0.113.1", "203.0.113.2"].map(|a| Asker::signing_in(a.parse().unwrap()));
        for _ in 0..60 {
            assert_eq!(rate.take(one, start), Ok(()));
        }
        assert_eq!(rate.take(one, start), Err(1));
        assert_eq!(rate.take(other, start), Ok(()));
        let later = Timestamp::from_second(1_002).unwrap();
        assert_eq!([rate.take(one, later), rate.take(one, later)], [Ok(()), Ok(())]);
        assert_eq!(rate.take(one, later), Err(1));
    }

    #[test]
    fn who_takes_too_much_waits_until_the_hour_has_filled_again() {
        let (rate, start) = (Rate::default(), Timestamp::from_second(0).unwrap());
        let [one, other] = [1, 2].map(|n| Asker::Taking([n; 32]));
        assert_eq!(rate.take(one, start), Ok(()));
        rate.spend(one, VOLUME as u64 / 2, start);
        assert_eq!(rate.take(one, start), Ok(()));
        rate.spend(one, VOLUME as u64, start);
        let wait = rate.take(one, start).unwrap_err();
        assert!((1_790..1_810).contains(&wait), "half a budget over: half an hour, here {wait} s");
        assert_eq!(rate.take(other, start), Ok(()));
        assert_eq!(rate.take(one, Timestamp::from_second(wait as i64).unwrap()), Ok(()));
    }

    #[test]
    fn a_network_counts_as_one_and_memory_is_bounded() {
        let at = |text: &str| Asker::at(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        let (rate, now) = (Rate::default(), Timestamp::from_second(0).unwrap());
        for number in 0..=MOST as u32 {
            let _ = rate.take(Asker::at(IpAddr::V4(number.into())), now);
        }
        assert_eq!(rate.0.lock().unwrap().len(), MOST);
        // A moment later all of them are full again, and forgotten.
        assert_eq!(rate.take(at("203.0.113.9"), Timestamp::from_second(1).unwrap()), Ok(()));
        assert_eq!(rate.0.lock().unwrap().len(), 1);
    }
}
