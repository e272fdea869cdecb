//! Hotspot detection.
