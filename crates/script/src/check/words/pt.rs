use super::{any_of, reader};
use crate::check::{
    STATES_MAX,
    fault::{Fault, Near},
    intent::EXAMPLES_MIN,
    state::{BUTTON_MAX, OPTIONS_MAX},
};
use domain::flow::TEXT_BYTES_MAX;

pub(super) fn words(fault: &Fault) -> String {
    match fault {
        Fault::TooLarge(bytes) => format!("{bytes} bytes: no máximo {}", TEXT_BYTES_MAX),
        Fault::Unread(problem) => {
            reader::portuguese(problem).unwrap_or_else(|| format!("não dá para ler: {problem}"))
        }
        Fault::TooManyStates => {
            format!("mais de {} estados: outro fluxo pode continuar com transfer", STATES_MAX)
        }
        Fault::NoLanguages => "indique ao menos um idioma, p. ex. [\"es\"]".into(),
        Fault::LanguageTag(tag) => format!("{tag:?} se escreve como es ou pt-BR"),
        Fault::IntentKey(key) => format!("{key:?} não é go nem um idioma como es"),
        Fault::NoState(name, other) => format!("não há nenhum estado {name:?}{}", near(other)),
        Fault::NoStateInside(name, other) => format!("não contém nenhum estado {name:?}{}", near(other)),
        Fault::NoSubFlow(name, other) => format!("não há nenhum subfluxo {name:?}{}", near(other)),
        Fault::NoCalendar(name, other) => format!("não há nenhum calendário {name:?}{}", near(other)),
        Fault::NoCode(name, other) => format!("não há nenhum código {name:?} em [code]{}", near(other)),
        Fault::NoHours(name) => format!("não há nenhum horário chamado {name:?}"),
        Fault::Outside(from, to) => format!("deve estar entre {from} e {to}"),
        Fault::NeverAsked => "uma pergunta é feita ao menos uma vez".into(),
        Fault::NotGranted(system) => {
            format!("acrescente {system:?} a flow.systems, para que se veja o que o fluxo pode chamar")
        }
        Fault::OwnTimeZone => {
            "um fluxo segue o relógio do centro (`time_zone` da implantação): retire isto".into()
        }
        Fault::TwoThings(first, second) => {
            format!("um estado faz uma coisa só: {first} ou {second}, não as duas")
        }
        Fault::GoesOn => "aqui termina: nada vem depois".into(),
        Fault::NoElse => "indique com else para onde vai quando nenhum caso se cumpre".into(),
        Fault::NoGo => "indique com go para onde continua, ou end = true".into(),
        Fault::NotLearnt => "o que se pode aprender é name, phone, email e locale".into(),
        Fault::NeverHappens([]) => "isto nunca acontece aqui: nada pode acontecer".into(),
        Fault::NeverHappens(can) => {
            format!("isto nunca acontece aqui: o que pode acontecer é {}", any_of(can, "ou"))
        }
        Fault::NeverAnswered => {
            "isto nunca acontece aqui: o que pode acontecer é error ou um estado como 404 ou 4xx".into()
        }
        Fault::NoOptions => "um menu precisa de opções: [[state.NOME.option]]".into(),
        Fault::TooManyOptions(count) => format!("{count} opções: no máximo {}", OPTIONS_MAX),
        Fault::OptionNoGo => "indique com go para onde leva esta opção".into(),
        Fault::SameOption(id) => format!("duas opções são {id:?}: dê um id a uma delas"),
        Fault::BadKey => "uma tecla é uma de 0 a 9, * e #".into(),
        Fault::SameKey(key) => format!("duas opções têm a tecla {key}"),
        Fault::TooLong(length, most) => format!("{length} caracteres: no máximo {most}"),
        Fault::CutButton(length) => {
            format!("{length} caracteres: alguns canais cortam o título de um botão em {}", BUTTON_MAX)
        }
        Fault::EachIncomplete => "each precisa de um title para as opções e de um go".into(),
        Fault::NoShape => "indique com code que forma de [code] tem".into(),
        Fault::BadDigits => "min não pode ser maior que max, e max é ao menos 1".into(),
        Fault::BadWait => "deve ser mais que nada e no máximo 24h".into(),
        Fault::OnlyQuestions => "só um menu ou um ask tem isto".into(),
        Fault::NoCaption => {
            "onde não dá para enviar arquivos, por telefone, diz-se o caption: indique um".into()
        }
        Fault::NoReceiver => "indique a fila ou o fluxo que continua".into(),
        Fault::NotInside => "só um subfluxo acaba com done: aqui é end = true".into(),
        Fault::NoSlash => "um caminho começa com /".into(),
        Fault::TooSlow => "ninguém espera mais de 5s pela sua vez".into(),
        Fault::BodyOfGet => "o que só lê não leva body: method = \"POST\"".into(),
        Fault::NoInto => "indique com into que variável recebe o que se encontra".into(),
        Fault::BadSkill => "uma habilidade tem um nível de 1 a 10, e nem : nem , no nome".into(),
        Fault::NotSaid(locales) => format!("não é dito em {}", locales.join(", ")),
        Fault::UnusedLanguage => "não está entre os idiomas de flow.locales: ninguém vai ler".into(),
        Fault::Empty => "um texto vazio".into(),
        Fault::LinkIsRead => "ninguém consegue anotar um endereço que é lido: indique também spoken".into(),
        Fault::Template(problem, template) => format!("não dá para ler o modelo {template:?}: {problem}"),
        Fault::Unset(name, other) => format!("nada dá valor a {name:?}{}", near(other)),
        Fault::SameExample(example, other) => format!("{example:?} também é um exemplo de {other:?}"),
        Fault::FewExamples(count, locale) => {
            format!("{count} exemplos em {locale}: com menos de {} é um palpite", EXAMPLES_MIN)
        }
        Fault::NoPerson => {
            "o menu principal precisa de um caminho direto até uma pessoa: uma opção que leve a um transfer"
                .into()
        }
        Fault::NotDisclosed(locale, example) => format!(
            "antes de perguntar qualquer coisa precisa dizer que é uma máquina, em {locale}: p. ex. «{example}»"
        ),
        Fault::Unreached => "nada leva até aqui".into(),
        Fault::Endless => "daqui dá voltas sem fim: nenhum caminho leva a um final ou a uma pessoa".into(),
        Fault::RunsItself => "chama a si mesmo, e nunca voltaria".into(),
    }
}

fn near(other: &Near) -> String {
    other.as_ref().map(|other| format!(": você quis dizer {other:?}?")).unwrap_or_default()
}
