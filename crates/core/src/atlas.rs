//! What the binary knows of London.
