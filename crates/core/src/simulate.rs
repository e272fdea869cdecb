//! A synthetic London with known truth.
