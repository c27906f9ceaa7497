//! What the reader of TOML says most, which it says in English. Names stay as they are.

/// English, Spanish, Portuguese.
type Row = [&'static str; 3];

/// How it begins; the more exact first.
const BEGINS: &[Row] = &[
    ["missing field ", "falta ", "falta "],
    ["unknown field ", "no existe ", "não existe "],
    ["unknown variant ", "no existe ", "não existe "],
    ["duplicate key", "está dos veces", "está duas vezes"],
    ["duplicate field ", "está dos veces: ", "está duas vezes: "],
    ["invalid type: string ", "el tipo no vale: texto ", "o tipo não serve: texto "],
    ["invalid type: integer ", "el tipo no vale: número entero ", "o tipo não serve: número inteiro "],
    ["invalid type: floating point ", "el tipo no vale: número ", "o tipo não serve: número "],
    ["invalid type: boolean ", "el tipo no vale: ", "o tipo não serve: "],
    ["invalid type: map", "el tipo no vale: tabla", "o tipo não serve: tabela"],
    ["invalid type: sequence", "el tipo no vale: lista", "o tipo não serve: lista"],
    ["invalid type: ", "el tipo no vale: ", "o tipo não serve: "],
    ["invalid value: ", "el valor no vale: ", "o valor não serve: "],
    ["invalid length ", "la longitud no vale: ", "o comprimento não serve: "],
];

/// What comes between the names.
const BETWEEN: &[Row] = &[
    [", expected one of ", "; puede ser: ", "; pode ser: "],
    [", expected `", "; puede ser: `", "; pode ser: `"],
    [", expected a string", "; se espera un texto", "; espera-se um texto"],
    [", expected a sequence", "; se espera una lista", "; espera-se uma lista"],
    [", expected a map", "; se espera una tabla", "; espera-se uma tabela"],
    [", expected struct ", "; se espera una tabla ", "; espera-se uma tabela "],
    [", expected a boolean", "; se espera true / false", "; espera-se true / false"],
    [", expected ", "; se espera ", "; espera-se "],
    ["` or `", "` o `", "` ou `"],
];

pub(super) fn spanish(problem: &str) -> Option<String> {
    reworded(problem, |[_, spanish, _]| spanish)
}

pub(super) fn portuguese(problem: &str) -> Option<String> {
    reworded(problem, |[_, _, portuguese]| portuguese)
}

/// `None` for what it seldom says.
fn reworded(problem: &str, own: fn(&Row) -> &'static str) -> Option<String> {
    let begun =
        BEGINS.iter().find_map(|row| Some(format!("{}{}", own(row), problem.strip_prefix(row[0])?)))?;
    Some(BETWEEN.iter().fold(begun, |said, row| said.replace(row[0], own(row))))
}
