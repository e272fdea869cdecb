//! Recovery of planted truth.
