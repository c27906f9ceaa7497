//! The web chat channel.
