//! One file for each country. The laws that are named there are where its rules come from.

use super::rule::Rule;

/// A country with its holidays.
pub(super) struct Country {
    /// ISO 3166-1.
    pub(super) code: &'static str,
    /// In its own language.
    pub(super) name: &'static str,
    /// Those with holidays of their own: codes of ISO 3166-2, and names.
    pub(super) parts: &'static [(&'static str, &'static str)],
    pub(super) rules: &'static [Rule],
}

macro_rules! countries {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// By code.
        pub(super) static COUNTRIES: &[Country] = &[$($module::COUNTRY),*];
    };
}

countries! { ar bo br cl co cr cu r#do ec es gt hn mx ni pa pe pr pt py sv uy ve }
