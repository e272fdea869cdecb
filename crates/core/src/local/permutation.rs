//! Exact conditional inference.
