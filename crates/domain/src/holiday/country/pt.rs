//! Portugal, Código do Trabalho, art. 234, and its two autonomous regions. Without carnival and the days of
//! towns.

use super::{
    super::rule::{easter, fixed},
    Country,
};

pub(super) const COUNTRY: Country = Country {
    code: "PT",
    name: "Portugal",
    parts: &[("PT-20", "Região Autónoma dos Açores"), ("PT-30", "Região Autónoma da Madeira")],
    rules: &[
        fixed(1, 1, "Ano Novo"),
        easter(-2, "Sexta-feira Santa"),
        easter(0, "Páscoa"),
        fixed(4, 25, "Dia da Liberdade"),
        fixed(5, 1, "Dia do Trabalhador"),
        easter(50, "Dia da Região Autónoma dos Açores").within(&["PT-20"]),
        easter(60, "Corpo de Deus"),
        fixed(6, 10, "Dia de Portugal, de Camões e das Comunidades Portuguesas"),
        fixed(7, 1, "Dia da Região Autónoma da Madeira").within(&["PT-30"]),
        fixed(8, 15, "Assunção de Nossa Senhora"),
        fixed(10, 5, "Implantação da República"),
        fixed(11, 1, "Dia de Todos os Santos"),
        fixed(12, 1, "Restauração da Independência"),
        fixed(12, 8, "Imaculada Conceição"),
        fixed(12, 25, "Natal"),
        fixed(12, 26, "Primeira Oitava").within(&["PT-30"]),
    ],
};
