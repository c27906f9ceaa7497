//! Check digits. Each function names who made its rule.

use super::Document;

/// The number as it is kept, if it is one. `compact` has capitals and digits only.
pub(super) fn valid(document: Document, compact: &str) -> Option<String> {
    let bytes = compact.as_bytes();
    let number = match document {
        Document::EsDni => return dni(bytes),
        Document::MxRfc => return rfc(compact).then(|| compact.to_owned()),
        Document::MxCurp => return curp(compact).then(|| compact.to_owned()),
        Document::PeDni => return pe_dni(bytes),
        Document::EsNie => nie(bytes),
        Document::EsCif => cif(bytes),
        Document::ClRut => rut(bytes),
        Document::BrCpf => cpf(bytes),
        Document::BrCnpj => cnpj(bytes),
        Document::ArCuit => cuit(bytes),
        Document::CoNit => nit(bytes),
        Document::PeRuc => ruc(bytes),
        Document::PtNif => pt_nif(bytes),
    };
    number.then(|| compact.to_owned())
}

/// Values of ASCII digits, if they are all digits.
fn digits(bytes: &[u8]) -> Option<Vec<u32>> {
    bytes.iter().map(|byte| char::from(*byte).to_digit(10)).collect()
}

fn weighted(values: &[u32], weights: impl IntoIterator<Item = u32>) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Spain, Ministerio del Interior: the letter stands at the remainder of the number by 23.
fn letter(number: u32) -> Option<u8> {
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(number as usize % 23).copied()
}

/// Up to eight digits.
fn number(bytes: &[u8]) -> Option<u32> {
    Some(
        digits(bytes)
            .filter(|digits| digits.len() <= 8)?
            .into_iter()
            .fold(0, |number, digit| number * 10 + digit),
    )
}

/// Eight digits and a letter; whoever has a zero in front may leave it out.
fn dni(bytes: &[u8]) -> Option<String> {
    let (check, body) = bytes.split_last()?;
    let full = matches!(body.len(), 7 | 8);
    let number = number(body).filter(|_| full)?;
    (letter(number)? == *check).then(|| format!("{number:08}{}", char::from(*check)))
}

/// X, Y or Z stand for 0, 1 and 2.
fn nie(bytes: &[u8]) -> bool {
    let [first, body @ .., check] = bytes else { return false };
    let first = match first {
        b'X' => 0,
        b'Y' => 1,
        b'Z' => 2,
        _ => return false,
    };
    let letter =
        number(body).filter(|_| body.len() == 7).and_then(|number| letter(first * 10_000_000 + number));
    letter == Some(*check)
}

/// Spain, Orden EHA/451/2008: the odd places count twice, digit by digit; the control is a digit or, by kind
/// of entity, a letter. Which kinds have which differs in practice: either is taken. K, L and M, which are
/// persons, have the letter of the DNI.
fn cif(bytes: &[u8]) -> bool {
    let [kind, body @ .., check] = bytes else { return false };
    let Some(values) = digits(body).filter(|values| values.len() == 7) else { return false };
    if b"KLM".contains(kind) {
        return number(body).and_then(letter) == Some(*check);
    }
    let twice = |value: u32| value * 2 / 10 + value * 2 % 10;
    let sum: u32 =
        values.iter().enumerate().map(|(at, value)| if at % 2 == 0 { twice(*value) } else { *value }).sum();
    let control = (10 - sum % 10) % 10;
    let by_digit = u32::from(*check) == u32::from(b'0') + control;
    let by_letter = b"JABCDEFGHI".get(control as usize) == Some(check);
    b"ABCDEFGHJNPQRSUVW".contains(kind) && (by_digit || by_letter)
}

/// Chile, Servicio de Registro Civil: modulo 11, weights 2 to 7 from the right, K for ten.
fn rut(bytes: &[u8]) -> bool {
    let Some((check, body)) = bytes.split_last() else { return false };
    let Some(values) = digits(body).filter(|values| matches!(values.len(), 7 | 8)) else { return false };
    let reversed: Vec<u32> = values.into_iter().rev().collect();
    let rest = 11 - weighted(&reversed, (2..=7).cycle()) % 11;
    let control = match rest {
        11 => b'0',
        10 => b'K',
        rest => b'0' + rest as u8,
    };
    control == *check && reversed.iter().any(|digit| *digit != 0)
}

/// Brazil, Receita Federal: modulo 11; what would be ten or eleven is zero.
fn brazil(values: &[u32], weights: impl IntoIterator<Item = u32>) -> u32 {
    match weighted(values, weights) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

/// Eleven digits, of which the last two check.
fn cpf(bytes: &[u8]) -> bool {
    let Some(values) = digits(bytes).filter(|values| values.len() == 11) else { return false };
    let [body @ .., first, second] = values.as_slice() else { return false };
    let different = values.iter().any(|digit| Some(digit) != values.first());
    let with_first: Vec<u32> = body.iter().chain([first]).copied().collect();
    different && brazil(body, (2..=10).rev()) == *first && brazil(&with_first, (2..=11).rev()) == *second
}

/// Twelve digits or letters and two digits that check; a letter is worth its code in ASCII less 48 (Instrução
/// Normativa RFB 2.229 of 2024).
fn cnpj(bytes: &[u8]) -> bool {
    let (Some(body), Some(check)) = (bytes.get(..12), bytes.get(12..).and_then(digits)) else { return false };
    let [first, second] = check.as_slice() else { return false };
    if !body.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return false;
    }
    let values: Vec<u32> = body.iter().map(|byte| u32::from(*byte) - 48).collect();
    let with_first: Vec<u32> = values.iter().chain([first]).copied().collect();
    let weights = |first: u32| (2..=first).rev().chain((2..=9).rev());
    let different = values.iter().any(|value| Some(value) != values.first());
    different && brazil(&values, weights(5)) == *first && brazil(&with_first, weights(6)) == *second
}

/// Argentina, AFIP: modulo 11; ten is nine. The prefix says who it is.
fn cuit(bytes: &[u8]) -> bool {
    let Some(values) = digits(bytes).filter(|values| values.len() == 11) else { return false };
    let prefixes: [&[u8]; 12] =
        [b"20", b"23", b"24", b"25", b"26", b"27", b"30", b"33", b"34", b"50", b"51", b"55"];
    let control = match 11 - weighted(&values, TAX_WEIGHTS) % 11 {
        11 => 0,
        10 => 9,
        rest => rest,
    };
    prefixes.iter().any(|prefix| bytes.starts_with(prefix)) && values.last() == Some(&control)
}

/// Argentina and Peru weigh alike.
const TAX_WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// Peru, SUNAT: modulo 11, and its last digit. The prefix says who it is.
fn ruc(bytes: &[u8]) -> bool {
    let Some(values) = digits(bytes).filter(|values| values.len() == 11) else { return false };
    let prefixes: [&[u8]; 5] = [b"10", b"15", b"16", b"17", b"20"];
    let control = (11 - weighted(&values, TAX_WEIGHTS) % 11) % 10;
    prefixes.iter().any(|prefix| bytes.starts_with(prefix)) && values.last() == Some(&control)
}

/// Peru, RENIEC: eight digits; the ninth sign checks, as a digit or as a letter, where it is written.
fn pe_dni(bytes: &[u8]) -> Option<String> {
    let body = bytes.get(..8)?;
    let values = digits(body)?;
    let rest = weighted(&values, [3, 2, 7, 6, 5, 4, 3, 2]) as usize % 11;
    let right = match bytes.get(8..)? {
        [] => true,
        [check] => b"65432110987".get(rest) == Some(check) || b"KJIHGFEDCBA".get(rest) == Some(check),
        _ => false,
    };
    let number = String::from_utf8(body.to_vec()).ok()?;
    (right && values.iter().any(|digit| *digit != 0)).then_some(number)
}

/// Colombia, DIAN (Orden Administrativa 4 of 1989): modulo 11 with prime numbers as weights from the right.
fn nit(bytes: &[u8]) -> bool {
    let Some(values) = digits(bytes).filter(|values| (9..=11).contains(&values.len())) else { return false };
    let Some((check, body)) = values.split_last() else { return false };
    let reversed: Vec<u32> = body.iter().rev().copied().collect();
    let primes = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let rest = weighted(&reversed, primes) % 11;
    let control = if rest < 2 { rest } else { 11 - rest };
    *check == control && body.first() != Some(&0)
}

/// Portugal, Decreto-Lei 14/2013: modulo 11, weights 9 to 2. The first digits say who it is.
fn pt_nif(bytes: &[u8]) -> bool {
    let Some(values) = digits(bytes).filter(|values| values.len() == 9) else { return false };
    let known = matches!(bytes, [b'1' | b'2' | b'3' | b'5' | b'6' | b'8', ..])
        || [b"45", b"70", b"71", b"72", b"74", b"75", b"77", b"78", b"79", b"90", b"91", b"98", b"99"]
            .iter()
            .any(|prefix| bytes.starts_with(*prefix));
    let rest = weighted(&values, (2..=9).rev()) % 11;
    let control = if rest < 2 { 0 } else { 11 - rest };
    known && values.last() == Some(&control)
}

/// Mexico, SAT (Anexo 3 on the RFC's verifying digit): modulo 11 over places of this alphabet. Three letters
/// for a company, four for a person, a date, and three signs of which the last checks.
fn rfc(compact: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
    let signs: Vec<char> = compact.chars().collect();
    let Some(letters) = signs.len().checked_sub(9).filter(|letters| matches!(letters, 3 | 4)) else {
        return false;
    };
    let (name, rest) = signs.split_at(letters);
    let (birth, key) = rest.split_at(6);
    let is_name = name.iter().all(|sign| sign.is_ascii_uppercase() || matches!(sign, '&' | 'Ñ'));
    if !is_name || !is_date(birth) || !is_key(key) {
        return false;
    }
    let place = |sign: &char| ALPHABET.chars().position(|known| known == *sign).unwrap_or(0) as u32;
    let padded: Vec<u32> = (signs.len()..13).map(|_| place(&' ')).chain(signs.iter().map(place)).collect();
    let sum = weighted(&padded, (2..=13).rev());
    let control = (11 - sum % 11) % 11;
    padded.last() == Some(&control)
}

/// What tells namesakes apart is never zero, and its first sign goes to V; the check digit is a digit or A.
fn is_key(key: &[char]) -> bool {
    matches!(key, ['1'..='9' | 'A'..='V', '1'..='9' | 'A'..='Z', '0'..='9' | 'A'])
}

/// Mexico, RENAPO (Instructivo normativo para la asignación de la CURP): modulo 10 over places of this
/// alphabet.
fn curp(compact: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let signs: Vec<char> = compact.chars().collect();
    if signs.len() != 18 || !signs.iter().all(|sign| ALPHABET.contains(*sign)) {
        return false;
    }
    let (name, rest) = signs.split_at(4);
    let (birth, rest) = rest.split_at(6);
    let (sex, rest) = rest.split_at(1);
    let (state, rest) = rest.split_at(2);
    let (consonants, rest) = rest.split_at(3);
    let state: String = state.iter().collect();
    let shaped = name.iter().chain(consonants).all(|sign| sign.is_alphabetic())
        && is_date(birth)
        && matches!(sex, ['H' | 'M' | 'X'])
        && STATES.contains(&state.as_str())
        && rest.last().is_some_and(char::is_ascii_digit);
    let values: Vec<u32> = signs
        .iter()
        .filter_map(|sign| Some(ALPHABET.chars().position(|known| known == *sign)? as u32))
        .collect();
    let control = (10 - weighted(&values, (2..=18).rev()) % 10) % 10;
    shaped && values.last() == Some(&control)
}

/// Two digits of a year, a month and a day that can be.
fn is_date(signs: &[char]) -> bool {
    let digits: Option<Vec<u32>> = signs.iter().map(|sign| sign.to_digit(10)).collect();
    let Some([x, y, m, n, d, e]) = digits.as_deref() else { return false };
    // Which century it was is not said, and makes no difference but for 1900.
    let leap = (x * 10 + y) % 4 == 0;
    let last = match m * 10 + n {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&(d * 10 + e))
}

const STATES: [&str; 33] = [
    "AS", "BC", "BS", "CC", "CH", "CL", "CM", "CS", "DF", "DG", "GR", "GT", "HG", "JC", "MC", "MN", "MS",
    "NE", "NL", "NT", "OC", "PL", "QR", "QT", "SL", "SP", "SR", "TC", "TL", "TS", "VZ", "YN", "ZS",
];
