//! `centralita up`: serve the application.
