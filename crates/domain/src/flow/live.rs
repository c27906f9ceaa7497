//! Which versions of a flow new conversations get, and which of them one gets.

use super::Refusal;
use crate::id::{FlowId, InteractionId};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeMap};

/// So many of a hundred new conversations get this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub version: u32,
    pub percent: u8,
}

/// The shares of versions: none, or together 100 percent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Share>", into = "Vec<Share>")]
pub struct Live(BTreeMap<u32, u8>);

impl From<Vec<Share>> for Live {
    fn from(shares: Vec<Share>) -> Self {
        Live(shares.into_iter().map(|share| (share.version, share.percent)).collect())
    }
}

impl From<Live> for Vec<Share> {
    fn from(live: Live) -> Self {
        live.shares().collect()
    }
}

impl Live {
    /// One version for everybody.
    pub fn only(version: u32, latest: u32) -> Result<Live, Refusal> {
        Live::of(&[Share { version, percent: 100 }], latest)
    }

    /// These shares, of versions up to `latest`.
    pub fn of(shares: &[Share], latest: u32) -> Result<Live, Refusal> {
        let mut live = Live::default();
        for &Share { version, percent } in shares {
            if !(1..=latest).contains(&version) {
                return Err(Refusal::UnknownVersion(version));
            }
            if !(1..=100).contains(&percent) || live.0.insert(version, percent).is_some() {
                return Err(Refusal::BadShare);
            }
        }
        match live.sum() {
            100 => Ok(live),
            sum => Err(Refusal::NotAHundred(sum)),
        }
    }

    /// With so many percent for the new `version`; the others share the rest as they shared the whole.
    pub fn with(&self, version: u32, percent: u8) -> Result<Live, Refusal> {
        match percent {
            100 => Ok(Live(BTreeMap::from([(version, 100)]))),
            1..100 if self.is_empty() => Err(Refusal::NothingLive),
            1..100 => {
                let mut live = self.within(100 - percent);
                live.0.insert(version, percent);
                Ok(live)
            }
            _ => Err(Refusal::BadPercent),
        }
    }

    /// The same shares of `percent`: rounded down, and what is left goes to those that lost most by it, of
    /// equals to the newest.
    fn within(&self, percent: u8) -> Live {
        let scaled = |share: u8| u16::from(share) * u16::from(percent);
        let mut live: BTreeMap<u32, u16> =
            self.0.iter().map(|(version, share)| (*version, scaled(*share) / 100)).collect();
        let left = u16::from(percent) - live.values().sum::<u16>();
        let mut lost: Vec<_> =
            self.0.iter().map(|(version, share)| (scaled(*share) % 100, *version)).collect();
        lost.sort_by_key(|lost| Reverse(*lost));
        for (_, version) in lost.into_iter().take(left.into()) {
            *live.entry(version).or_default() += 1;
        }
        let share = |(version, share)| Some((version, u8::try_from(share).ok().filter(|share| *share > 0)?));
        Live(live.into_iter().filter_map(share).collect())
    }

    /// The version that a conversation gets; the same each time that it is asked, as long as the shares are.
    /// `None`: nothing is live.
    ///
    /// The newest version has the first points, so whoever gets it at 10 percent gets it at 50, too.
    pub fn chosen(&self, flow: &FlowId, interaction: &InteractionId) -> Option<u32> {
        let mut left = point(flow, interaction);
        let share = self.0.iter().rev().find(|(_, percent)| match left.checked_sub(u64::from(**percent)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        share.map(|(version, _)| *version)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The percentage of `version`, 0 where it is not live.
    pub fn percent(&self, version: u32) -> u8 {
        self.0.get(&version).copied().unwrap_or_default()
    }

    /// From the oldest version on.
    pub fn shares(&self) -> impl Iterator<Item = Share> {
        self.0.iter().map(|(version, percent)| Share { version: *version, percent: *percent })
    }

    fn sum(&self) -> u32 {
        self.0.values().map(|percent| u32::from(*percent)).sum()
    }
}

/// Where a conversation stands among 100, in each flow at another place.
fn point(flow: &FlowId, interaction: &InteractionId) -> u64 {
    let both = flow.as_str().bytes().chain([0]).chain(interaction.as_str().bytes());
    fnv_1a(both) % 100
}

/// The 64-bit hash of Fowler, Noll and Vo. <http://www.isthe.com/chongo/tech/comp/fnv/>
fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(shares: &[(u32, u8)]) -> Live {
        Live(shares.iter().copied().collect())
    }

    #[test]
    fn shares_are_a_hundred_of_versions_that_exist() {
        for (shares, expected) in [
            (&[(1, 100)][..], Ok(())),
            (&[(1, 30), (3, 70)], Ok(())),
            (&[], Err(Refusal::NotAHundred(0))),
            (&[(1, 30), (2, 60)], Err(Refusal::NotAHundred(90))),
            (&[(1, 100), (2, 100)], Err(Refusal::NotAHundred(200))),
            (&[(4, 100)], Err(Refusal::UnknownVersion(4))),
            (&[(0, 100)], Err(Refusal::UnknownVersion(0))),
            (&[(1, 0), (2, 100)], Err(Refusal::BadShare)),
            (&[(1, 101)], Err(Refusal::BadShare)),
            (&[(1, 50), (1, 50)], Err(Refusal::BadShare)),
        ] {
            let shares: Vec<Share> =
                shares.iter().map(|&(version, percent)| Share { version, percent }).collect();
            assert_eq!(Live::of(&shares, 3).map(drop), expected, "{shares:?}");
        }
    }

    #[test]
    fn a_new_version_takes_its_share_from_all_others() {
        for (before, percent, expected) in [
            (&[][..], 100, Ok(&[(9, 100)][..])),
            (&[], 10, Err(Refusal::NothingLive)),
            (&[(1, 100)], 100, Ok(&[(9, 100)])),
            (&[(1, 100)], 10, Ok(&[(1, 90), (9, 10)])),
            (&[(1, 90), (2, 10)], 10, Ok(&[(1, 81), (2, 9), (9, 10)])),
            (&[(1, 50), (2, 50)], 1, Ok(&[(1, 49), (2, 50), (9, 1)])),
            (&[(1, 33), (2, 33), (3, 34)], 50, Ok(&[(1, 16), (2, 17), (3, 17), (9, 50)])),
            // What has less than a half of a percent gets nothing any more.
            (&[(1, 99), (2, 1)], 99, Ok(&[(1, 1), (9, 99)])),
            (&[(1, 100)], 0, Err(Refusal::BadPercent)),
            (&[(1, 100)], 101, Err(Refusal::BadPercent)),
        ] {
            assert_eq!(live(before).with(9, percent), expected.map(live), "{before:?} and {percent}");
        }
    }

    #[test]
    fn shares_are_a_hundred_whatever_is_published() {
        for first in 1..100 {
            for percent in 1..=100 {
                let live = live(&[(1, first), (2, 100 - first)]).with(3, percent).unwrap();
                assert_eq!(live.sum(), 100, "{first} and {percent}");
                assert!(live.shares().all(|share| share.percent > 0), "{live:?}");
                let third = live.with(4, 33).unwrap();
                assert_eq!((third.sum(), third.percent(4)), (100, 33));
            }
        }
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // Of its authors' test vectors.
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(fnv_1a(text.bytes()), hash, "{text}");
        }
        assert_ne!(point(&"foob".into(), &"ar".into()), point(&"foo".into(), &"bar".into()));
    }

    /// Ids as the shell makes them: a time, and random digits (here of an LCG), of 10,000 conversations of an
    /// hour.
    fn ids() -> impl Iterator<Item = InteractionId> {
        let mut dice = 42_u64;
        (0..10_000_u64).map(move |number| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = 1_800_000_000_000 + number * 360;
            let id = format!(
                "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
                at >> 16,
                at & 0xffff,
                dice >> 52,
                dice >> 40 & 0xfff,
                dice >> 8 & 0xffff_ffff_ffff
            );
            InteractionId(id)
        })
    }

    fn count(live: &Live, flow: &str, version: u32) -> usize {
        ids().filter(|id| live.chosen(&flow.into(), id) == Some(version)).count()
    }

    #[test]
    fn ten_percent_of_conversations_are_a_tenth_and_always_the_same() {
        let (tenth, half) = (live(&[(1, 90), (2, 10)]), live(&[(1, 50), (2, 50)]));
        // Four standard deviations, which are 30 and 50 conversations.
        for flow in ["main", "night", "a"] {
            assert!((880..=1120).contains(&count(&tenth, flow, 2)), "{flow}: {}", count(&tenth, flow, 2));
            assert!((4800..=5200).contains(&count(&half, flow, 2)), "{flow}: {}", count(&half, flow, 2));
        }
        let (main, night) = ("main".into(), "night".into());
        let mut both = 0;
        for id in ids() {
            let chosen = tenth.chosen(&main, &id);
            assert_eq!(tenth.chosen(&main, &id), chosen);
            if chosen == Some(2) {
                assert_eq!(half.chosen(&main, &id), Some(2), "who has the new version keeps it as it grows");
                both += usize::from(tenth.chosen(&night, &id) == Some(2));
            }
        }
        assert!((50..=150).contains(&both), "another flow has another tenth: {both}");
    }

    #[test]
    fn ids_that_are_counted_are_spread_as_well() {
        let tenth = live(&[(1, 90), (2, 10)]);
        let second =
            |number: u32| tenth.chosen(&"main".into(), &InteractionId(format!("i{number}"))) == Some(2);
        let count = (0..10_000).filter(|number| second(*number)).count();
        assert!((880..=1120).contains(&count), "{count}");
    }

    #[test]
    fn everybody_gets_what_is_live_and_nobody_what_is_not() {
        let thirds = live(&[(2, 33), (5, 33), (7, 34)]);
        assert_eq!([2, 5, 7].map(|version| count(&thirds, "main", version)).iter().sum::<usize>(), 10_000);
        assert_eq!(count(&live(&[(3, 100)]), "main", 3), 10_000);
        assert_eq!(Live::default().chosen(&"main".into(), &"i1".into()), None);
    }

    #[test]
    fn it_is_stored_as_a_list() {
        let json = r#"[{"version":1,"percent":90},{"version":4,"percent":10}]"#;
        let read: Live = serde_json::from_str(json).unwrap();
        assert_eq!(read, live(&[(1, 90), (4, 10)]));
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
