//! A place between the pieces of a text, from where the scanners read on.

use super::words;
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};
use std::ops::Range;

#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token], at: usize) -> Self {
        Self { tokens, at }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn peek_after(&self, more: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + more)
    }

    pub(super) fn before(&self) -> Option<&'a Token> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Whether the next piece is one of these.
    pub(super) fn sees(&self, words: &[&str]) -> bool {
        self.peek().is_some_and(|token| token.is_any(words))
    }

    /// Passes the next piece if it is one of these.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        self.at += usize::from(seen);
        seen
    }

    /// Passes the next piece if it is this mark and stands close to what is before it.
    pub(super) fn take_close(&mut self, mark: &str) -> bool {
        let seen = self.peek().is_some_and(|token| token.is(mark) && !token.spaced);
        self.at += usize::from(seen);
        seen
    }

    /// Passes the words of a phrase, if they all follow.
    pub(super) fn phrase(&mut self, phrase: &str) -> bool {
        let words = phrase.split(' ');
        let mut at = self.at;
        for word in words {
            if !self.tokens.get(at).is_some_and(|token| token.is(word)) {
                return false;
            }
            at += 1;
        }
        self.at = at;
        true
    }

    /// Passes the first of these phrases that follows. The longer ones come first.
    pub(super) fn phrases(&mut self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.phrase(phrase))
    }

    /// The value of the first entry whose phrase follows.
    pub(super) fn lookup<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        table.iter().find_map(|(phrase, value)| self.phrase(phrase).then_some(*value))
    }

    /// Digits on their own: `17`, with how many there are.
    pub(super) fn digits(&mut self) -> Option<(u32, usize)> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Digits && token.folded.len() <= 9)?;
        let value = token.folded.parse().ok()?;
        self.at += 1;
        Some((value, token.folded.len()))
    }

    /// A whole number in digits or in words.
    pub(super) fn whole(&mut self, language: Language) -> Option<u32> {
        if let Some((value, _)) = self.digits() {
            return Some(value);
        }
        let (value, end) = words::number(self.tokens, self.at, language)?;
        self.at = end;
        u32::try_from(value).ok()
    }

    /// Whether a new word begins here: nothing stands close before it but an opening mark, or a mark that
    /// parts two words (`hoy,mañana`).
    pub(super) fn is_beginning(&self) -> bool {
        let Some(before) = self.before().filter(|_| self.peek().is_some_and(|token| !token.spaced)) else {
            return true;
        };
        if !before.is_any(&[".", ",", "-", "/", ":", "'", "’"]) {
            return before.kind == TokenKind::Mark;
        }
        let is_word = |token: Option<&Token>| token.is_none_or(|token| token.kind == TokenKind::Word);
        let far = self.at.checked_sub(2).and_then(|at| self.tokens.get(at));
        is_word(self.peek()) && is_word(far) && !before.is_any(&[".", "'", "’"])
    }

    /// Whether a word or number ends here: no letter or digit stands close behind.
    pub(super) fn is_finished(&self) -> bool {
        self.peek().is_none_or(|token| token.spaced || token.kind == TokenKind::Mark)
    }

    /// The bytes of the text from the piece `start` to here.
    pub(super) fn range_from(&self, start: usize) -> Range<usize> {
        let from = self.tokens.get(start).map_or(0, |token| token.range.start);
        let to = self.before().map_or(from, |token| token.range.end);
        from..to.max(from)
    }
}
