//! Connections counted by address, so that one address cannot take them all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Open connections by address.
#[derive(Debug, Default)]
pub(super) struct Peers(Mutex<HashMap<IpAddr, usize>>);

/// A connection that is counted until it is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    peers: Arc<Peers>,
    of: IpAddr,
}

impl Peers {
    /// Counts a connection, unless its address has as many as it may.
    pub fn admit(self: &Arc<Self>, address: IpAddr, most: fn(IpAddr) -> usize) -> Option<Visit> {
        let of = household(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(of).or_default();
        if *count >= most(of) {
            return None;
        }
        *count += 1;
        Some(Visit { peers: Arc::clone(self), of })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut open = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.of);
            }
        }
    }
}

/// What one subscriber has: an IPv4 address, or the first half of an IPv6 address.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_count_and_a_closed_connection_makes_room() {
        let peers = Arc::new(Peers::default());
        let admit = |address: &str| peers.admit(address.parse().unwrap(), |_| 2);
        let first = admit("192.0.2.1").unwrap();
        let _second = admit("::ffff:192.0.2.1").unwrap();
        assert!(admit("192.0.2.1").is_none());
        let _other = admit("192.0.2.2").unwrap();
        drop(first);
        assert!(admit("192.0.2.1").is_some());
        let (_a, _b) = (admit("2001:db8:1:2::1").unwrap(), admit("2001:db8:1:2:ffff::1").unwrap());
        assert!(admit("2001:db8:1:2::3").is_none() && admit("2001:db8:1:3::3").is_some());
    }

    #[test]
    fn addresses_that_left_are_forgotten() {
        let peers = Arc::new(Peers::default());
        drop(peers.admit("192.0.2.1".parse().unwrap(), |_| 1));
        assert!(peers.0.lock().unwrap().is_empty());
    }
}
