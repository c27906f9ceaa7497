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
        Fault::TooLarge(bytes) => format!("{bytes} bytes: como mucho {}", TEXT_BYTES_MAX),
        Fault::Unread(problem) => {
            reader::spanish(problem).unwrap_or_else(|| format!("no se puede leer: {problem}"))
        }
        Fault::TooManyStates => {
            format!("más de {} estados: otro flujo puede seguir con transfer", STATES_MAX)
        }
        Fault::NoLanguages => "indica al menos un idioma, p. ej. [\"es\"]".into(),
        Fault::LanguageTag(tag) => format!("{tag:?} se escribe como es o pt-BR"),
        Fault::IntentKey(key) => format!("{key:?} no es ni go ni un idioma como es"),
        Fault::NoState(name, other) => format!("no hay ningún estado {name:?}{}", near(other)),
        Fault::NoStateInside(name, other) => format!("no contiene ningún estado {name:?}{}", near(other)),
        Fault::NoSubFlow(name, other) => format!("no hay ningún subflujo {name:?}{}", near(other)),
        Fault::NoCalendar(name, other) => format!("no hay ningún calendario {name:?}{}", near(other)),
        Fault::NoCode(name, other) => format!("no hay ningún código {name:?} en [code]{}", near(other)),
        Fault::NoHours(name) => format!("no hay ningún horario llamado {name:?}"),
        Fault::Outside(from, to) => format!("debe estar entre {from} y {to}"),
        Fault::NeverAsked => "una pregunta se hace al menos una vez".into(),
        Fault::NotGranted(system) => {
            format!("añade {system:?} a flow.systems, para que se vea a qué puede llamar el flujo")
        }
        Fault::OwnTimeZone => {
            "un flujo va con el reloj del centro (`time_zone` del despliegue): quítalo".into()
        }
        Fault::TwoThings(first, second) => {
            format!("un estado hace una sola cosa: {first} o {second}, no las dos")
        }
        Fault::GoesOn => "aquí termina: nada viene después".into(),
        Fault::NoElse => "indica con else adónde va cuando no se cumple ningún caso".into(),
        Fault::NoGo => "indica con go adónde sigue, o end = true".into(),
        Fault::NotLearnt => "lo que se puede aprender es name, phone, email y locale".into(),
        Fault::NeverHappens([]) => "esto no ocurre nunca aquí: no puede ocurrir nada".into(),
        Fault::NeverHappens(can) => {
            format!("esto no ocurre nunca aquí: lo que puede ocurrir es {}", any_of(can, "o"))
        }
        Fault::NeverAnswered => {
            "esto no ocurre nunca aquí: lo que puede ocurrir es error o un estado como 404 o 4xx".into()
        }
        Fault::NoOptions => "un menú necesita opciones: [[state.NOMBRE.option]]".into(),
        Fault::TooManyOptions(count) => format!("{count} opciones: como mucho {}", OPTIONS_MAX),
        Fault::OptionNoGo => "indica con go adónde lleva esta opción".into(),
        Fault::SameOption(id) => format!("dos opciones son {id:?}: dale un id a una de ellas"),
        Fault::BadKey => "una tecla es una de 0 a 9, * y #".into(),
        Fault::SameKey(key) => format!("dos opciones tienen la tecla {key}"),
        Fault::TooLong(length, most) => format!("{length} caracteres: como mucho {most}"),
        Fault::CutButton(length) => {
            format!("{length} caracteres: algunos canales cortan el título de un botón a los {}", BUTTON_MAX)
        }
        Fault::EachIncomplete => "each necesita un title para sus opciones y un go".into(),
        Fault::NoShape => "indica con code qué forma de [code] tiene".into(),
        Fault::BadDigits => "min no puede ser mayor que max, y max es al menos 1".into(),
        Fault::BadWait => "debe ser más que nada y como mucho 24h".into(),
        Fault::OnlyQuestions => "solo un menu o un ask tiene esto".into(),
        Fault::NoCaption => {
            "donde no se pueden enviar archivos, por teléfono, se dice el caption: indica uno".into()
        }
        Fault::NoReceiver => "indica la cola o el flujo que sigue".into(),
        Fault::NotInside => "solo un subflujo acaba con done: aquí es end = true".into(),
        Fault::NoSlash => "una ruta empieza por /".into(),
        Fault::TooSlow => "nadie espera más de 5s a que le toque".into(),
        Fault::BodyOfGet => "lo que solo lee no lleva body: method = \"POST\"".into(),
        Fault::NoInto => "indica con into qué variable recibe lo que se encuentra".into(),
        Fault::BadSkill => "una habilidad tiene un nivel de 1 a 10, y ni : ni , en su nombre".into(),
        Fault::NotSaid(locales) => format!("no se dice en {}", locales.join(", ")),
        Fault::UnusedLanguage => "no está entre los idiomas de flow.locales: nadie lo leerá".into(),
        Fault::Empty => "un texto vacío".into(),
        Fault::LinkIsRead => "nadie puede apuntar una dirección que le leen: indica también spoken".into(),
        Fault::Template(problem, template) => {
            format!("la plantilla {template:?} no se puede leer: {problem}")
        }
        Fault::Unset(name, other) => format!("nada da valor a {name:?}{}", near(other)),
        Fault::SameExample(example, other) => format!("{example:?} también es un ejemplo de {other:?}"),
        Fault::FewExamples(count, locale) => {
            format!("{count} ejemplos en {locale}: con menos de {} se adivina", EXAMPLES_MIN)
        }
        Fault::NoPerson => {
            "el menú principal necesita un camino directo a una persona: una opción que lleve a un transfer"
                .into()
        }
        Fault::NotDisclosed(locale, example) => format!(
            "antes de preguntar nada tiene que decir que es una máquina, en {locale}: p. ej. «{example}»"
        ),
        Fault::Unreached => "nada lleva hasta aquí".into(),
        Fault::Endless => {
            "desde aquí da vueltas sin fin: ningún camino lleva a un final o a una persona".into()
        }
        Fault::RunsItself => "se llama a sí mismo, y no volvería nunca".into(),
    }
}

fn near(other: &Near) -> String {
    other.as_ref().map(|other| format!(": ¿querías decir {other:?}?")).unwrap_or_default()
}
