use super::*;
use crate::text::tokens;

/// Numbers of each kind, made by its rule with another implementation (python-stdnum 2.2); none is anybody's.
const VALID: &[(Document, &[&str])] = &[
    (EsDni, &["94836694N", "49047437Y", "97927675T", "12345678Z", "00000001R"]),
    (EsNie, &["X5389826Y", "Z4687310F", "Y8041234B", "X0390820G"]),
    (EsCif, &["N91241182", "Q82025131", "C2317128C", "J93187383", "D7662995E", "B86528833", "A58818501"]),
    (ClRut, &["230159513", "026107881", "576239998", "331346187"]),
    (BrCpf, &["35135031804", "17814609739", "92228944130", "11144477735"]),
    (BrCnpj, &["95694549473038", "85518512641585", "12ABC34501DE35"]),
    (ArCuit, &["30820560104", "30511065131", "33806227671", "27774181208"]),
    (CoNit, &["8937945577", "1016889938", "6574200425", "9527032480"]),
    (MxRfc, &["SIDC440202533", "MBLE610703A43", "GODE561231GR8", "XFN5406143C1", "MAB9307148T4"]),
    (MxCurp, &["BOXW310820HNERXN09"]),
    (PeDni, &["06752303B", "687007340", "45233788F", "50488895I", "101174102"]),
    (PeRuc, &["20980124950", "20192487901", "10769924502"]),
    (PtNif, &["705355390", "397115067", "757705278"]),
];

#[test]
fn check_digits() {
    for (document, numbers) in VALID {
        for number in *numbers {
            assert!(check::valid(*document, number).is_some(), "{document:?} {number}");
            // The last sign checks the others: no other one is right, but for kinds that have it in two alphabets.
            let body = &number[..number.len() - 1];
            let last = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars();
            let right =
                last.filter(|last| check::valid(*document, &format!("{body}{last}")).is_some()).count();
            let expected = if matches!(document, EsCif | PeDni) { 2 } else { 1 };
            assert!(right <= expected, "{document:?} {number}: {right}");
            assert_eq!(
                check::valid(*document, body).filter(|_| !matches!(document, PeDni | EsDni | ClRut | CoNit)),
                None
            );
        }
    }
}

#[test]
fn what_cannot_be() {
    for (document, number) in [
        (BrCpf, "11111111111"),
        (BrCnpj, "00000000000000"),
        (ArCuit, "99820560104"),
        (PeRuc, "99980124950"),
        (MxRfc, "SIDC441302533"),
        // 1941 and 2041 have no 29 February.
        (MxRfc, "LRRW4102292L0"),
        (MxCurp, "BOXW310820HXXRXN09"),
        (PtNif, "405355390"),
        (EsDni, "123456789Z"),
        (EsNie, "W5389826Y"),
        (PeDni, "00000000"),
    ] {
        assert_eq!(check::valid(document, number), None, "{document:?} {number}");
    }
}

#[test]
fn in_texts() {
    for (locale, text, expected) in [
        (Locale::EsEs, "mi dni es 12345678Z", "EsDni 12345678Z"),
        (Locale::EsEs, "12.345.678-z", "EsDni 12345678Z"),
        (Locale::EsEs, "12345678 Z, gracias", "EsDni 12345678Z"),
        (Locale::EsEs, "1R", ""),
        (Locale::EsEs, "0000001R", "EsDni 00000001R"),
        (Locale::EsEs, "NIE x-5389826-y", "EsNie X5389826Y"),
        (Locale::EsEs, "la empresa A58818501", "EsCif A58818501"),
        (Locale::EsEs, "12345678A", ""),
        (Locale::EsEs, "112345678Z", ""),
        (Locale::EsEs, "AB12345678Z", ""),
        (Locale::EsEs, "uno dos tres cuatro cinco seis siete ocho zeta", "EsDni 12345678Z"),
        (
            Locale::EsEs,
            "doce millones trescientos cuarenta y cinco mil seiscientos setenta y ocho zeta",
            "EsDni 12345678Z",
        ),
        (Locale::EsCl, "mi rut es 23015951-3", "ClRut 230159513"),
        (Locale::EsCl, "23.015.951-3", "ClRut 230159513"),
        (Locale::EsCl, "rut 230159513", "ClRut 230159513"),
        (Locale::EsCl, "230159513", "ClRut 230159513"),
        (Locale::EsCl, "llámame al 230159513", ""),
        (Locale::PtBr, "cpf 111.444.777-35", "BrCpf 11144477735"),
        (Locale::PtBr, "11144477735", "BrCpf 11144477735"),
        (Locale::PtBr, "o CNPJ é 12.ABC.345/01DE-35", "BrCnpj 12ABC34501DE35"),
        (Locale::PtBr, "111.444.777-36", ""),
        (Locale::EsAr, "cuit 30-82056010-4", "ArCuit 30820560104"),
        (Locale::EsCo, "NIT 893794557-7", "CoNit 8937945577"),
        (Locale::EsCo, "llame al 8937945577", ""),
        (Locale::EsMx, "RFC GODE561231GR8", "MxRfc GODE561231GR8"),
        (Locale::EsMx, "gode 561231 gr8", "MxRfc GODE561231GR8"),
        (Locale::EsMx, "curp boxw310820hnerxn09", "MxCurp BOXW310820HNERXN09"),
        (Locale::EsPe, "mi dni es 10117410", "PeDni 10117410"),
        (Locale::EsPe, "10117410-2", "PeDni 10117410"),
        (Locale::EsPe, "pedido 10117410", ""),
        (Locale::EsPe, "ruc 20980124950", "PeRuc 20980124950"),
        (Locale::PtPt, "o meu contribuinte é 705 355 390", "PtNif 705355390"),
        (Locale::PtPt, "ligue 705355390", ""),
        (Locale::EsEs, "", ""),
    ] {
        let found = find(&tokens(text), text, of(locale), locale);
        let documents = found.iter().map(|found| match &found.value {
            Value::Document { document, number } => format!("{document:?} {number}"),
            other => panic!("{other:?}"),
        });
        assert_eq!(documents.collect::<Vec<_>>().join(" "), expected, "{locale} {text}");
    }
}
