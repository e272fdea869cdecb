//! Density: how many incidents per square kilometre, smoothed.
