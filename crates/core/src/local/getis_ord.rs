//! Gi and Gi*.
