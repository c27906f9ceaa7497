//! What a supervisor sees of a flow: which versions are live, how it does, where its conversations are.

pub mod rehearsal;
pub mod source;

use api::flow::{FlowFigures, FlowNow, FlowPlaceFigures, FlowShare};
use std::collections::BTreeMap;

/// `v3`; `v3 90 % · v4 10 %` where several are live.
pub fn live(shares: &[FlowShare]) -> String {
    match shares {
        [only] => format!("v{}", only.version),
        several => {
            let several = several.iter().map(|share| format!("v{} {} %", share.version, share.percent));
            several.collect::<Vec<_>>().join(" · ")
        }
    }
}

/// The version that most new conversations get, the newest of those that get equally many.
pub fn foremost(shares: &[FlowShare]) -> Option<u32> {
    shares.iter().max_by_key(|share| (share.percent, share.version)).map(|share| share.version)
}

/// What was typed for each version as shares, or how much it is instead of 100.
pub fn shares(typed: &BTreeMap<u32, u32>) -> Result<Vec<FlowShare>, u32> {
    let total = typed.values().fold(0_u32, |total, percent| total.saturating_add(*percent));
    let share = |(version, percent): (&u32, &u32)| {
        let percent = u8::try_from(*percent).ok().filter(|percent| 0 < *percent)?;
        Some(FlowShare { version: *version, percent })
    };
    if total == 100 { Ok(typed.iter().filter_map(share).collect()) } else { Err(total) }
}

/// A place of a flow in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub now: u64,
    pub figures: FlowPlaceFigures,
}

/// What the diagram counts at each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Now,
    Visits,
    Abandoned,
}

impl Count {
    pub const ALL: [Count; 3] = [Count::Now, Count::Visits, Count::Abandoned];

    pub fn name(self) -> &'static str {
        match self {
            Count::Now => "now",
            Count::Visits => "visits",
            Count::Abandoned => "abandoned",
        }
    }

    pub fn of(self, place: &Place) -> u64 {
        match self {
            Count::Now => place.now,
            Count::Visits => place.figures.visits,
            Count::Abandoned => place.figures.last.abandoned,
        }
    }
}

/// Every place that somebody came through or is at, in the order of their names.
pub fn places(version: u32, now: &FlowNow, figures: &FlowFigures) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::<String, Place>::new();
    for figures in &figures.places {
        places.entry(figures.place.clone()).or_default().figures = figures.clone();
    }
    for at in now.places.iter().filter(|at| at.version == version) {
        places.entry(at.place.clone()).or_default().now += at.conversations;
    }
    places
}

/// What stands at each place of the diagram. Where there is nothing to count stands nothing.
pub fn counts(places: &BTreeMap<String, Place>, count: Count) -> BTreeMap<String, u64> {
    let counted = places.iter().map(|(name, place)| (name.clone(), count.of(place)));
    counted.filter(|(_, count)| *count != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::flow::{FlowCounts, FlowPlaceNow};

    fn share(version: u32, percent: u8) -> FlowShare {
        FlowShare { version, percent }
    }

    #[test]
    fn what_is_live() {
        for (shares, text, first) in [
            (&[][..], "", None),
            (&[share(3, 100)], "v3", Some(3)),
            (&[share(3, 90), share(4, 10)], "v3 90 % · v4 10 %", Some(3)),
            (&[share(3, 50), share(4, 50)], "v3 50 % · v4 50 %", Some(4)),
        ] {
            assert_eq!((live(shares), foremost(shares)), (text.to_owned(), first));
        }
    }

    #[test]
    fn shares_are_a_hundred_percent_together() {
        for (typed, expected) in [
            (&[][..], Err(0)),
            (&[(1, 100)], Ok(vec![share(1, 100)])),
            (&[(1, 0), (2, 100)], Ok(vec![share(2, 100)])),
            (&[(1, 30), (2, 70)], Ok(vec![share(1, 30), share(2, 70)])),
            (&[(1, 30), (2, 60)], Err(90)),
            (&[(1, 100), (2, 1)], Err(101)),
            (&[(1, u32::MAX), (2, 101)], Err(u32::MAX)),
        ] {
            assert_eq!(shares(&typed.iter().copied().collect()), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_place_is_counted_now_and_over_the_day() {
        let at = |version, place: &str, conversations| FlowPlaceNow {
            version,
            place: place.into(),
            conversations,
        };
        let now =
            FlowNow { conversations: 9, places: vec![at(1, "menu", 4), at(2, "menu", 3), at(2, "order", 2)] };
        let last = FlowCounts { entered: 5, abandoned: 5, ..FlowCounts::default() };
        let menu = FlowPlaceFigures { place: "menu".into(), passages: 12, visits: 8, last };
        let figures = FlowFigures {
            from_ms: 0,
            until_ms: 1,
            total: FlowCounts::default(),
            versions: vec![],
            places: vec![menu],
        };
        let places = places(2, &now, &figures);
        for (count, expected) in [
            (Count::Now, &[("menu", 3), ("order", 2)][..]),
            (Count::Visits, &[("menu", 8)]),
            (Count::Abandoned, &[("menu", 5)]),
        ] {
            let counted = counts(&places, count);
            let counted: Vec<_> = counted.iter().map(|(place, count)| (place.as_str(), *count)).collect();
            assert_eq!(counted, expected, "{count:?}");
        }
    }
}
