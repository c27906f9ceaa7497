//! Numbers of documents and tax payers, by their check digits.
//!
//! `12.345.678-z`, `12345678 Z` and `uno dos tres … zeta` are one document. Where a number of so many digits
//! could be anything, something else has to speak for it: its name (`mi RUT es …`), its hyphen, or that nothing
//! else was said.

mod check;

use super::{Found, Value, spoken};
use crate::{
    locale::Locale,
    text::{Token, TokenKind},
};
use serde::{Deserialize, Serialize};

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// Spain: a citizen.
    EsDni,
    /// Spain: a foreigner.
    EsNie,
    /// Spain: who pays taxes and is neither: companies, and persons by K, L and M.
    EsCif,
    /// Chile: persons and companies.
    ClRut,
    /// Brazil: a person.
    BrCpf,
    /// Brazil: a company; since July 2026 with letters.
    BrCnpj,
    /// Argentina: CUIT and CUIL.
    ArCuit,
    /// Colombia: with its check digit.
    CoNit,
    /// Mexico: persons and companies that pay taxes.
    MxRfc,
    /// Mexico: a person.
    MxCurp,
    /// Peru: a person. Its check digit is seldom written.
    PeDni,
    /// Peru: who pays taxes.
    PeRuc,
    /// Portugal: persons and companies.
    PtNif,
}

use Document::*;

pub(crate) const ALL: &[Document] =
    &[EsDni, EsNie, EsCif, ClRut, BrCpf, BrCnpj, ArCuit, CoNit, MxRfc, MxCurp, PeDni, PeRuc, PtNif];

/// Those of the locale's country; in English, of all whose numbers have letters or a second check digit.
pub(super) fn of(locale: Locale) -> &'static [Document] {
    match locale {
        Locale::EsEs => &[EsDni, EsNie, EsCif],
        Locale::EsMx => &[MxCurp, MxRfc],
        Locale::EsAr => &[ArCuit],
        Locale::EsCo => &[CoNit],
        Locale::EsCl => &[ClRut],
        Locale::EsPe => &[PeRuc, PeDni],
        Locale::PtBr => &[BrCpf, BrCnpj],
        Locale::PtPt => &[PtNif],
        Locale::En => &[EsDni, EsNie, EsCif, MxCurp, MxRfc, BrCpf],
    }
}

pub(super) fn find(tokens: &[Token], text: &str, documents: &[Document], locale: Locale) -> Vec<Found> {
    let found = written(tokens, text, documents);
    if !found.is_empty() {
        return found;
    }
    spoken::transcribed(tokens, locale.language()).map_or(found, |said| written(&said, text, documents))
}

pub(crate) fn written(tokens: &[Token], text: &str, documents: &[Document]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match longest(tokens, at, text, documents) {
            Some((value, end)) => {
                let range = tokens.get(at..end).unwrap_or_default();
                let start = range.first().map_or(0, |token| token.range.start);
                let stop = range.last().map_or(start, |token| token.range.end);
                found.push(Found { range: start..stop, value });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// So many pieces make the longest: `12.ABC.345/01DE-35`.
const PIECES_MAX: usize = 12;

fn longest(tokens: &[Token], at: usize, text: &str, documents: &[Document]) -> Option<(Value, usize)> {
    let first = tokens.get(at).filter(|token| is_part(token))?;
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    if !first.spaced
        && before.is_some_and(|before| is_part(before) || before.is_any(&["-", ".", "/", "@", "_", "+", ","]))
    {
        return None;
    }
    let mut candidate = Candidate { compact: String::new(), marked: false, named: false };
    candidate.named = is_named(tokens, at)
        || tokens.iter().all(|token| !is_part(token) || token.range.start >= first.range.start);
    let mut best = None;
    for end in at..(at + PIECES_MAX).min(tokens.len()) {
        let Some(token) = tokens.get(end) else { break };
        if is_part(token) || token.is("&") {
            candidate.compact.push_str(&written_as(token, text));
        } else if token.is_any(&["-", ".", "/", "–"]) {
            candidate.marked = true;
            continue;
        } else {
            break;
        }
        let next = tokens.get(end + 1);
        let ends = next.is_none_or(|next| next.spaced || !is_part(next) && !is_joint(tokens, end + 1));
        let alone = candidate.named && (at > 0 || tokens.iter().skip(end + 1).all(|token| !is_part(token)));
        if ends {
            let accepted = documents.iter().find_map(|document| accept(*document, &candidate, alone));
            best = accepted.map(|value| (value, end + 1)).or(best);
        }
    }
    best
}

/// A mark with more of the same number behind it: `1.234`.
fn is_joint(tokens: &[Token], at: usize) -> bool {
    let mark = tokens.get(at).is_some_and(|token| token.is_any(&["-", ".", "/", "@", ",", ":"]));
    mark && tokens.get(at + 1).is_some_and(|token| !token.spaced && is_part(token))
}

fn is_part(token: &Token) -> bool {
    token.kind != TokenKind::Mark
}

/// Capitals; digits as they were said, Ñ as it was written.
fn written_as(token: &Token, text: &str) -> String {
    let original = text.get(token.range.clone()).unwrap_or_default();
    if token.kind == TokenKind::Word
        && original.chars().count() == token.folded.len()
        && original.contains(['ñ', 'Ñ'])
    {
        return original.to_uppercase();
    }
    token.folded.to_uppercase()
}

struct Candidate {
    compact: String,
    /// It is written with hyphens, points or slashes.
    marked: bool,
    /// Its name stands before it, or nothing does.
    named: bool,
}

/// Words that name a document, and nothing else.
pub(crate) const NAMES: &[&str] = &[
    "dni",
    "nie",
    "nif",
    "cif",
    "rut",
    "run",
    "cpf",
    "cnpj",
    "cuit",
    "cuil",
    "nit",
    "rfc",
    "curp",
    "ruc",
    "documento",
    "cedula",
    "identificacion",
    "identidad",
    "contribuinte",
    "contribuyente",
    "identidade",
];

/// Words before a number that say what it is only if it has the check digit of one: `tax id`.
const HINTS: &[&str] = &["tax", "id"];

fn is_named(tokens: &[Token], at: usize) -> bool {
    let before = tokens.get(at.saturating_sub(4)..at).unwrap_or_default();
    before.iter().any(|token| token.is_any(NAMES) || token.is_any(HINTS))
}

fn accept(document: Document, candidate: &Candidate, alone: bool) -> Option<Value> {
    let number = check::valid(document, &candidate.compact)?;
    let sure = match document {
        // A letter or two check digits speak for themselves.
        EsDni | EsNie | EsCif | MxRfc | MxCurp | BrCpf | BrCnpj | ArCuit | PeRuc => true,
        ClRut => candidate.marked || number.ends_with('K') || alone,
        CoNit => candidate.marked || alone,
        PeDni => candidate.marked && candidate.compact.len() == 9 || alone,
        PtNif => alone,
    };
    sure.then_some(Value::Document { document, number })
}

#[cfg(test)]
mod tests;
