//! Which features count, and how much: TF-IDF.

use super::{
    feature::{Feature, Group},
    index::Index,
    svm::Row,
};

/// The features that the examples have, and how rare each is.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    index: Index,
    /// Of how many texts each is part, at most 255: what is in more of them tells as little.
    counts: Vec<u8>,
    /// How many texts there were.
    texts: u32,
    /// What a feature weighs that is part of so many texts.
    rarities: Vec<f32>,
}

const GROUPS: usize = 4;

impl Group {
    /// How much the features of a group weigh together. Tried out on the corpus.
    fn weight(self) -> f32 {
        match self {
            Self::Word => 0.5,
            Self::Pair => 0.7,
            Self::Piece | Self::Idea => 1.2,
        }
    }

    /// What is in fewer texts is left out, as it says nothing of others. Words and ideas stay: what an author
    /// wrote has to be recognised.
    fn least(self) -> u32 {
        match self {
            Self::Word | Self::Idea => 1,
            Self::Pair | Self::Piece => 2,
        }
    }
}

impl Vocabulary {
    pub(super) fn new(features: &[Feature], counts: Vec<u8>, texts: u32) -> Self {
        let rarity = |count: u16| libm::logf((1.0 + texts as f32) / (1.0 + f32::from(count))) + 1.0;
        Self {
            index: Index::of(features),
            counts,
            texts,
            rarities: (0..=u16::from(u8::MAX)).map(rarity).collect(),
        }
    }

    pub(super) fn of(texts: &[Vec<Feature>]) -> Self {
        let mut index = Index::default();
        // For each feature, of how many texts it is part, and of which last.
        let mut seen: Vec<(u32, usize)> = Vec::new();
        for (text, features) in texts.iter().enumerate() {
            for feature in features {
                match seen.get_mut(index.add(*feature) as usize) {
                    Some((_, last)) if *last == text => {}
                    Some((count, last)) => (*count, *last) = (*count + 1, text),
                    None => seen.push((1, text)),
                }
            }
        }
        let counted = index.features().iter().zip(seen).map(|(feature, (count, _))| (*feature, count));
        let kept = counted.filter(|(feature, count)| *count >= feature.group().least());
        let (features, counts): (Vec<_>, Vec<_>) =
            kept.map(|(feature, count)| (feature, u8::try_from(count).unwrap_or(u8::MAX))).unzip();
        Self::new(&features, counts, u32::try_from(texts.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn features(&self) -> &[Feature] {
        self.index.features()
    }

    pub(super) fn counts(&self) -> &[u8] {
        &self.counts
    }

    /// Of how many texts a feature is part, if it is known.
    pub(super) fn count(&self, feature: Feature) -> Option<u8> {
        self.counts.get(self.index.get(feature)? as usize).copied()
    }

    pub(super) fn texts(&self) -> u32 {
        self.texts
    }

    /// Each group gets the length of its weight. What is unknown counts for the length, so that a text of
    /// which little is known scores little.
    pub(super) fn weigh(&self, features: &[Feature]) -> Row {
        let mut row = Row::with_capacity(features.len() + 1);
        let mut squares = [0.0_f32; GROUPS];
        for feature in features {
            let number = self.index.get(*feature);
            let count = number.and_then(|number| self.counts.get(number as usize)).copied().unwrap_or(0);
            let value = self.rarities.get(usize::from(count)).copied().unwrap_or(1.0);
            add(&mut squares, feature.group(), value * value);
            if let Some(number) = number {
                row.push((number, value));
            }
        }
        for (number, value) in &mut row {
            let group = self.features().get(*number as usize).map_or(Group::Word, |feature| feature.group());
            *value *= group.weight() / libm::sqrtf(of(&squares, group));
        }
        // What every text has: the machine's constant.
        row.push((self.features().len() as u32, 1.0));
        row
    }
}

fn add(sums: &mut [f32; GROUPS], group: Group, value: f32) {
    if let Some(sum) = sums.get_mut(group as usize) {
        *sum += value;
    }
}

fn of(sums: &[f32; GROUPS], group: Group) -> f32 {
    sums.get(group as usize).copied().unwrap_or_default()
}
