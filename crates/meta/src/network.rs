//! What differs between Meta's networks with direct messages, as data.

/// One network as its channel knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The channel's name.
    pub channel: &'static str,
    /// What a webhook of it says in `object`.
    pub object: &'static str,
    /// The scheme of its ids of people. They hold for one page or account only.
    pub scheme: &'static str,
    /// How one text is measured that is too long for a message.
    pub text: TextLimit,
    /// The edge of a comment that public answers are posted to.
    pub answers: &'static str,
    /// The longest public answer, in characters.
    pub answer_max: usize,
    /// What is sent along with a message comes back in its echo.
    pub metadata: bool,
    /// The Graph API's name of the network, where it wants to be told.
    pub platform: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextLimit {
    Characters(usize),
    Bytes(usize),
}
