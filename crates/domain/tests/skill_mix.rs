//! The cheapest mix of skills, against a published one and against all mixes that there are.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use domain::staffing::{
    Unusable,
    mixed::{Counts, Mix, Profile, mix},
};
use std::collections::{BTreeMap, BTreeSet};

fn profile(name: &str, cost: f64, skills: &[&str]) -> Profile {
    let skills = skills.iter().map(|skill| (*skill).to_owned()).collect();
    Profile { name: name.to_owned(), cost, skills, available: None }
}

fn required(skills: &[(&str, u32)]) -> BTreeMap<String, u32> {
    skills.iter().map(|(skill, agents)| ((*skill).to_owned(), *agents)).collect()
}

fn two_skills() -> [Profile; 3] {
    [
        profile("billing", 1.0, &["billing"]),
        profile("technical", 1.0, &["technical"]),
        profile("flexible", 1.5, &["billing", "technical"]),
    ]
}

fn agents(mix: &Mix) -> Vec<u32> {
    mix.agents.iter().map(|chosen| chosen.agents).collect()
}

#[test]
fn the_published_mix() {
    let needed = required(&[("billing", 5), ("technical", 3)]);
    let found = mix(&needed, &two_skills(), Counts::ForEverySkill).unwrap();
    assert_eq!((found.cost, agents(&found)), (6.5, vec![2, 0, 3]));
    // Who does one thing at a time is not worth more for what they could do besides.
    let found = mix(&needed, &two_skills(), Counts::ForOneSkill).unwrap();
    assert_eq!((found.cost, agents(&found)), (8.0, vec![5, 3, 0]));
    let dear = [
        two_skills()[0].clone(),
        two_skills()[1].clone(),
        profile("flexible", 3.0, &["billing", "technical"]),
    ];
    let found = mix(&required(&[("billing", 4), ("technical", 2)]), &dear, Counts::ForEverySkill).unwrap();
    assert_eq!((found.cost, agents(&found)), (6.0, vec![4, 2, 0]));
}

#[test]
fn who_is_not_there_is_replaced() {
    let needed = required(&[("billing", 5), ("technical", 3)]);
    let mut profiles = two_skills();
    profiles[0].available = Some(3);
    profiles[1].available = Some(0);
    let found = mix(&needed, &profiles, Counts::ForOneSkill).unwrap();
    assert_eq!((found.cost, agents(&found)), (10.5, vec![3, 0, 5]));
    assert_eq!(found.agents[2].serving, required(&[("billing", 2), ("technical", 3)]));
    profiles[2].available = Some(4);
    let error = mix(&needed, &profiles, Counts::ForOneSkill).unwrap_err();
    assert_eq!(error.to_string(), "profiles have too few agents available: allow more, or require fewer");
    assert_eq!(agents(&mix(&needed, &profiles, Counts::ForEverySkill).unwrap()), [2, 0, 3]);
}

/// Halves that only whole numbers forbid: three skills, each pair of them in one person.
#[test]
fn nobody_is_cut_in_half() {
    let pairs =
        [profile("ab", 1.0, &["a", "b"]), profile("bc", 1.0, &["b", "c"]), profile("ca", 1.0, &["c", "a"])];
    let found = mix(&required(&[("a", 1), ("b", 1), ("c", 1)]), &pairs, Counts::ForEverySkill).unwrap();
    assert_eq!(found.cost, 2.0);
    let found = mix(&required(&[("a", 101), ("b", 101), ("c", 101)]), &pairs, Counts::ForEverySkill).unwrap();
    assert_eq!(found.cost, 152.0);
}

/// A generator of numbers that are the same each time (G. Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(sides)) as u32
    }
}

const SKILLS: [&str; 4] = ["a", "b", "c", "d"];

fn instance(dice: &mut Dice) -> (BTreeMap<String, u32>, Vec<Profile>) {
    let skills = 2 + dice.throw(3) as usize;
    let needed = SKILLS[..skills].iter().map(|skill| ((*skill).to_owned(), dice.throw(5))).collect();
    let profiles = (0..2 + dice.throw(4)).map(|name| {
        let has: BTreeSet<String> =
            SKILLS.iter().filter(|_| dice.throw(2) == 0).map(|s| (*s).to_owned()).collect();
        let available = (dice.throw(3) == 0).then(|| dice.throw(4));
        Profile { name: name.to_string(), cost: f64::from(dice.throw(40)) / 8.0, skills: has, available }
    });
    (needed, profiles.collect())
}

/// The least cost of all mixes that are enough, found by trying each.
fn cheapest_of_all(needed: &BTreeMap<String, u32>, profiles: &[Profile], counts: Counts) -> Option<f64> {
    fn try_all(
        needed: &BTreeMap<String, u32>,
        profiles: &[Profile],
        counts: Counts,
        chosen: &mut Vec<u32>,
    ) -> Option<f64> {
        let Some(next) = profiles.get(chosen.len()) else {
            let cost =
                chosen.iter().zip(profiles).map(|(agents, profile)| f64::from(*agents) * profile.cost).sum();
            return is_enough(needed, profiles, counts, chosen).then_some(cost);
        };
        let of_use =
            needed.iter().filter(|(skill, _)| next.skills.contains(*skill)).map(|(_, agents)| *agents);
        let most = match counts {
            Counts::ForEverySkill => of_use.max().unwrap_or(0),
            Counts::ForOneSkill => of_use.sum(),
        };
        let tries = (0..=most.min(next.available.unwrap_or(most))).filter_map(|agents| {
            chosen.push(agents);
            let cost = try_all(needed, profiles, counts, chosen);
            chosen.pop();
            cost
        });
        tries.min_by(f64::total_cmp)
    }
    try_all(needed, profiles, counts, &mut vec![])
}

/// For one skill at a time: whichever skills are looked at, there are as many who have one of them (D. Gale, 1957).
fn is_enough(needed: &BTreeMap<String, u32>, profiles: &[Profile], counts: Counts, chosen: &[u32]) -> bool {
    let sets: Vec<Vec<(&String, &u32)>> = match counts {
        Counts::ForEverySkill => needed.iter().map(|skill| vec![skill]).collect(),
        Counts::ForOneSkill => (0..1_u32 << needed.len())
            .map(|set| {
                needed
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| set >> at & 1 == 1)
                    .map(|(_, skill)| skill)
                    .collect()
            })
            .collect(),
    };
    sets.iter().all(|set| {
        let has_one = |profile: &Profile| set.iter().any(|(skill, _)| profile.skills.contains(*skill));
        let there: u32 =
            profiles.iter().zip(chosen).filter(|(profile, _)| has_one(profile)).map(|(_, n)| n).sum();
        set.iter().map(|(_, agents)| *agents).sum::<u32>() <= there
    })
}

#[test]
fn no_mix_is_cheaper() {
    let mut dice = Dice(20_260_722);
    let (mut found, mut impossible) = (0, 0);
    for _ in 0..600 {
        let (needed, profiles) = instance(&mut dice);
        for counts in [Counts::ForEverySkill, Counts::ForOneSkill] {
            let least = cheapest_of_all(&needed, &profiles, counts);
            let mixed = mix(&needed, &profiles, counts);
            let what = format!("{needed:?} {profiles:?} {counts:?}: {mixed:?}");
            let Some(least) = least else {
                assert!(mixed.is_err(), "{what}");
                impossible += 1;
                continue;
            };
            let mixed = mixed.expect(&what);
            assert_eq!(mixed.cost, least, "{what}");
            assert!(is_enough(&needed, &profiles, counts, &agents(&mixed)), "{what}");
            let cost: f64 = agents(&mixed).iter().zip(&profiles).map(|(n, of)| f64::from(*n) * of.cost).sum();
            assert_eq!(cost, least, "{what}");
            assert!(
                agents(&mixed).iter().zip(&profiles).all(|(n, of)| of.available.is_none_or(|max| *n <= max)),
                "{what}"
            );
            found += 1;
        }
    }
    assert!(400 < found && 100 < impossible, "{found} {impossible}: the instances say little");
}

/// What a business of many languages and products asks.
#[test]
fn many_skills_are_mixed() {
    let mut dice = Dice(7);
    for _ in 0..40 {
        let names: Vec<String> = (0..10).map(|skill| format!("skill {skill}")).collect();
        let needed = names.iter().map(|name| (name.clone(), 1 + dice.throw(300))).collect();
        let mut profiles: Vec<Profile> = names.iter().map(|name| profile(name, 1.0, &[name])).collect();
        for _ in 0..30 {
            let skills = names.iter().filter(|_| dice.throw(3) == 0).cloned().collect::<BTreeSet<_>>();
            let hundredths = 100 + dice.throw(60) + 20 * skills.len() as u32;
            let available = (dice.throw(2) == 0).then(|| dice.throw(50));
            profiles.push(Profile {
                name: String::new(),
                cost: f64::from(hundredths) / 100.0,
                skills,
                available,
            });
        }
        for counts in [Counts::ForEverySkill, Counts::ForOneSkill] {
            let mixed = mix(&needed, &profiles, counts).unwrap();
            assert!(is_enough(&needed, &profiles, counts, &agents(&mixed)), "{mixed:?}");
        }
    }
}

/// Fifty skills, each with ten of fifty people who cost almost the same: nobody finds the best of these in time.
#[test]
fn what_takes_too_long_ends() {
    let mut dice = Dice(9);
    let cost = |dice: &mut Dice| 1.0 + f64::from(dice.throw(300)) / 1e4;
    let mut profiles: Vec<Profile> = (0..50).map(|_| profile("", cost(&mut dice), &[])).collect();
    let skills: Vec<String> = (0..50).map(|skill| format!("skill {skill}")).collect();
    for skill in &skills {
        for _ in 0..10 {
            profiles[dice.throw(50) as usize].skills.insert(skill.clone());
        }
    }
    let needed = skills.into_iter().map(|skill| (skill, 40)).collect();
    let error = mix(&needed, &profiles, Counts::ForEverySkill).unwrap_err();
    assert_eq!(
        error.to_string(),
        "profiles make too many mixes to compare: give fewer of them, or of the skills"
    );
    assert!(mix(&needed, &profiles, Counts::ForOneSkill).is_ok());
}

#[test]
fn what_cannot_be_mixed_is_named_with_what_to_do() {
    let check = |needed: &[(&str, u32)], profiles: &[Profile], field, why: &str| {
        let error = mix(&required(needed), profiles, Counts::ForEverySkill).unwrap_err();
        assert_eq!(error, Unusable { field, why: why.to_owned() });
    };
    let b = |cost| [profile("b", cost, &["b"])];
    check(&[("c", 1)], &b(1.0), "required", "has \"c\", which no profile has: add one that does");
    check(&[("b", 50_001)], &b(1.0), "required", "has 50001 agents for \"b\": write 50000 or fewer");
    for (cost, shown) in [(-1.0, "-1"), (f64::NAN, "NaN"), (1e9, "1000000000"), (0.00001, "0.00001")] {
        let why = format!("has {shown} as the cost of \"b\": write 0 to 100000000 with up to four decimals");
        check(&[("b", 1)], &b(cost), "profiles", &why);
    }
    check(&[("b", 1)], &vec![profile("b", 1.0, &["b"]); 51], "profiles", "are more than 50: divide them");
    // Nothing is needed, and nobody has to have it.
    let found = mix(&required(&[("c", 0)]), &b(99_999_999.999_9), Counts::ForEverySkill).unwrap();
    assert_eq!((found.cost, agents(&found)), (0.0, vec![0]));
    let found = mix(&required(&[("b", 3)]), &b(99_999_999.999_9), Counts::ForEverySkill).unwrap();
    assert_eq!(found.cost, 299_999_999.999_7);
}
