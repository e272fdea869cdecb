//! Time: trends, emerging patterns, near repeats, control charts, delays.
