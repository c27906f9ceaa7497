//! What is wrong with a channel, in words: what it is, and what to do about it.
//!
//! A code that is not known here, of a channel that somebody added, is told in the server's English.

use crate::language::Language;
use api::health::{ChannelFinding, ChannelHealth, FindingSeverity};

/// What it is and what to do, each in Spanish, English and Portuguese. `{name}` is a parameter.
struct Words {
    code: &'static str,
    what: [&'static str; 3],
    todo: [&'static str; 3],
}

#[rustfmt::skip]
const WORDS: &[Words] = &[
    Words {
        code: "refused",
        what: ["El proveedor rechaza la cuenta: {reason}", "The provider refuses the account: {reason}", "O provedor recusa a conta: {reason}"],
        todo: ["Crea un token nuevo en el proveedor y guárdalo en la cuenta. Si el token es bueno, mira allí si la cuenta está bloqueada o tiene pagos pendientes.", "Make a new token at the provider and save it in the account. If the token is good, see there whether the account is locked or unpaid.", "Crie um novo token no provedor e salve-o na conta. Se o token é bom, veja lá se a conta está bloqueada ou tem pagamentos pendentes."],
    },
    Words {
        code: "token_expires",
        what: ["El token de acceso caduca en {days} días", "The access token ends in {days} days", "O token de acesso expira em {days} dias"],
        todo: ["Crea un token nuevo en el proveedor, mejor uno que no caduque, y guárdalo en la cuenta.", "Make a new token at the provider, better one that does not end, and save it in the account.", "Crie um novo token no provedor, de preferência um que não expire, e salve-o na conta."],
    },
    Words {
        code: "not_renewed",
        what: ["No se pudo renovar el token de acceso: {reason}", "The access token could not be renewed: {reason}", "Não foi possível renovar o token de acesso: {reason}"],
        todo: ["Se sigue intentando. Si no cambia, entra de nuevo en el proveedor con la cuenta y guarda aquí el token nuevo.", "It is tried again. If nothing changes, log in at the provider again and save the new token here.", "Continua-se tentando. Se não mudar, entre de novo no provedor com a conta e salve aqui o novo token."],
    },
    Words {
        code: "permission_missing",
        what: ["Al token le faltan permisos: {permissions}", "The token lacks permissions: {permissions}", "Faltam permissões ao token: {permissions}"],
        todo: ["Da esos permisos a la aplicación en el proveedor, crea un token nuevo y guárdalo en la cuenta.", "Give the app these permissions at the provider, make a new token and save it in the account.", "Dê essas permissões ao aplicativo no provedor, crie um novo token e salve-o na conta."],
    },
    Words {
        code: "not_subscribed",
        what: ["La cuenta no está suscrita: no llega nada de los clientes", "The account is not subscribed: nothing of customers comes", "A conta não está inscrita: não chega nada dos clientes"],
        todo: ["Suscribe la cuenta a la aplicación en el proveedor. Autorizar no basta.", "Subscribe the account to the app at the provider. To authorise is not enough.", "Inscreva a conta no aplicativo no provedor. Autorizar não basta."],
    },
    Words {
        code: "events_missing",
        what: ["Faltan avisos: {events}", "Events are missing: {events}", "Faltam avisos: {events}"],
        todo: ["Añade esos campos a la suscripción o al webhook en el proveedor.", "Add these fields to the subscription or the webhook at the provider.", "Adicione esses campos à inscrição ou ao webhook no provedor."],
    },
    Words {
        code: "webhook_foreign",
        what: ["Otro sistema recibe los mensajes: {host}", "Another system gets the messages: {host}", "Outro sistema recebe as mensagens: {host}"],
        todo: ["Desconéctalo allí, o usa otro bot o número, y vuelve a poner en el proveedor la dirección del webhook de esta cuenta.", "Disconnect it there, or use another bot or number, and set this account's webhook address at the provider again.", "Desconecte-o lá, ou use outro bot ou número, e volte a pôr no provedor o endereço do webhook desta conta."],
    },
    Words {
        code: "webhook_missing",
        what: ["No hay webhook: no llega nada de los clientes", "There is no webhook: nothing of customers comes", "Não há webhook: não chega nada dos clientes"],
        todo: ["Pon en el proveedor la dirección del webhook de esta cuenta.", "Set this account's webhook address at the provider.", "Ponha no provedor o endereço do webhook desta conta."],
    },
    Words {
        code: "webhook_invalid",
        what: ["El proveedor ha desactivado el webhook", "The provider has switched the webhook off", "O provedor desativou o webhook"],
        todo: ["Comprueba que el secreto de la cuenta es el de la aplicación y valida de nuevo el webhook en el proveedor.", "Check that the account's secret is the app's, and validate the webhook at the provider again.", "Verifique se o segredo da conta é o do aplicativo e valide de novo o webhook no provedor."],
    },
    Words {
        code: "webhook_failing",
        what: ["El proveedor no pudo entregar aquí: {reason}", "The provider could not deliver here: {reason}", "O provedor não conseguiu entregar aqui: {reason}"],
        todo: ["Mira si la dirección pública responde desde fuera y si su certificado es válido.", "See whether the public address answers from outside and its certificate is valid.", "Veja se o endereço público responde de fora e se o certificado é válido."],
    },
    Words {
        code: "webhook_backlog",
        what: ["{count} avisos esperan en el proveedor", "{count} events wait at the provider", "{count} avisos esperam no provedor"],
        todo: ["Si no baja en unos minutos, mira si la dirección pública responde.", "If it does not go down in a few minutes, see whether the public address answers.", "Se não baixar em alguns minutos, veja se o endereço público responde."],
    },
    Words {
        code: "signature_refused",
        what: ["Se rechazaron {count} avisos con firma incorrecta", "{count} webhooks with a wrong signature were refused", "Foram recusados {count} avisos com assinatura incorreta"],
        todo: ["Compara el secreto de la cuenta con el del proveedor, y la dirección pública con la que el proveedor llama. Si además llegan mensajes, alguien ajeno está probando.", "Compare the account's secret with the provider's, and the public address with the one that it calls. If messages come as well, a stranger is trying.", "Compare o segredo da conta com o do provedor, e o endereço público com o que o provedor chama. Se também chegam mensagens, alguém de fora está tentando."],
    },
    Words {
        code: "silent",
        what: ["Nada desde hace {hours} horas; lo normal son {usual} avisos en ese tiempo", "Nothing for {hours} hours; usually {usual} events come in that time", "Nada há {hours} horas; o normal são {usual} avisos nesse tempo"],
        todo: ["Escribe tú a esa cuenta para probar. Si no llega, mira el webhook y la suscripción en el proveedor.", "Write to that account yourself to try. If it does not come, look at the webhook and the subscription at the provider.", "Escreva você para essa conta para testar. Se não chegar, veja o webhook e a inscrição no provedor."],
    },
    Words {
        code: "provider_silent",
        what: ["El proveedor no responde: {reason}", "The provider does not answer: {reason}", "O provedor não responde: {reason}"],
        todo: ["Mira la página de estado del proveedor y si el servidor puede salir a internet. Se sigue intentando.", "See the provider's status page, and whether the server reaches the internet. It is tried again.", "Veja a página de status do provedor e se o servidor alcança a internet. Continua-se tentando."],
    },
    Words {
        code: "unclear",
        what: ["El proveedor no aclara cómo está la cuenta ({status})", "The provider does not tell how the account is ({status})", "O provedor não diz como está a conta ({status})"],
        todo: ["Comprueba los identificadores de la cuenta y qué puede consultar su token.", "Check the account's ids, and what its token may ask.", "Verifique os identificadores da conta e o que o token pode consultar."],
    },
    Words {
        code: "quality_low",
        what: ["La calidad del número es {quality}: muchas personas lo bloquean o denuncian", "The number's quality is {quality}: many people block or report it", "A qualidade do número é {quality}: muitas pessoas o bloqueiam ou denunciam"],
        todo: ["Envía menos plantillas y solo a quien las pidió. Si no mejora, el proveedor baja el límite de envíos.", "Send fewer templates, and only to those who asked for them. If it gets no better, the provider lowers the limit.", "Envie menos modelos e só a quem pediu. Se não melhorar, o provedor baixa o limite de envios."],
    },
    Words {
        code: "restricted",
        what: ["El número está {status} en el proveedor", "The number is {status} at the provider", "O número está {status} no provedor"],
        todo: ["Mira el motivo en la página del número en el proveedor y pide allí la revisión.", "See the reason on the number's page at the provider, and ask for a review there.", "Veja o motivo na página do número no provedor e peça a revisão lá."],
    },
    Words {
        code: "name_refused",
        what: ["El nombre visible está {status}", "The displayed name is {status}", "O nome visível está {status}"],
        todo: ["Pide otro nombre en el proveedor que cumpla sus normas.", "Ask the provider for another name that keeps to its rules.", "Peça outro nome no provedor que cumpra as regras."],
    },
    Words {
        code: "balance_empty",
        what: ["No queda saldo ({balance}): no sale ningún mensaje", "Nothing is left of the balance ({balance}): no message goes out", "Não há saldo ({balance}): nenhuma mensagem sai"],
        todo: ["Recarga el saldo en el proveedor o activa la recarga automática.", "Top up at the provider, or switch automatic top-up on.", "Recarregue o saldo no provedor ou ative a recarga automática."],
    },
    Words {
        code: "sender_unverified",
        what: ["El proveedor no tiene verificado {sender}", "{sender} is not verified at the provider", "O provedor não tem {sender} verificado"],
        todo: ["Completa la verificación del dominio o del remitente en el proveedor (registros DNS).", "Finish verifying the domain or the sender at the provider (DNS records).", "Conclua a verificação do domínio ou do remetente no provedor (registros DNS)."],
    },
];

fn place(language: Language) -> usize {
    match language {
        Language::Spanish => 0,
        Language::English => 1,
        Language::Portuguese => 2,
    }
}

fn words(finding: &ChannelFinding) -> Option<&'static Words> {
    WORDS.iter().find(|words| words.code == finding.code)
}

/// What is wrong.
pub fn what(language: Language, finding: &ChannelFinding) -> String {
    let Some(words) = words(finding) else { return finding.text.clone() };
    let text =
        finding.parameters.iter().fold(words.what[place(language)].to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
    // What nobody told is left out.
    let mut told = String::new();
    for piece in text.split('{') {
        told.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    told.trim_end_matches([' ', ':']).to_owned()
}

/// What to do about it; nothing where only the server's own words are known.
pub fn todo(language: Language, finding: &ChannelFinding) -> Option<&'static str> {
    Some(words(finding)?.todo[place(language)])
}

/// The accounts that need somebody now.
pub fn alarming(channels: &[ChannelHealth]) -> Vec<&ChannelHealth> {
    let is_alarm = |finding: &ChannelFinding| finding.severity == FindingSeverity::Alarm;
    channels.iter().filter(|channel| channel.findings.iter().any(is_alarm)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn finding(code: &str, parameters: &[(&str, &str)]) -> ChannelFinding {
        ChannelFinding {
            code: code.to_owned(),
            severity: FindingSeverity::Alarm,
            since_ms: 0,
            until_ms: None,
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            text: "in English".to_owned(),
        }
    }

    #[test]
    fn each_language_says_the_same() {
        for Words { code, what, todo } in WORDS {
            let places = |text: &str| {
                let mut names: Vec<_> =
                    text.split('{').skip(1).filter_map(|piece| piece.split_once('}')).collect();
                names.sort_unstable();
                names.into_iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
            };
            assert!(what.iter().all(|text| places(text) == places(what[0]) && !text.is_empty()), "{code}");
            assert!(todo.iter().all(|text| text.ends_with('.') && !text.contains('{')), "{code}");
            assert!(what[0] != what[1] && what[1] != what[2], "{code}");
        }
    }

    #[test]
    fn what_is_told() {
        let refused = finding("refused", &[("reason", "190")]);
        assert_eq!(what(Language::English, &refused), "The provider refuses the account: 190");
        assert_eq!(what(Language::Spanish, &finding("refused", &[])), "El proveedor rechaza la cuenta");
        let braces = finding("webhook_foreign", &[("host", "{host}")]);
        assert_eq!(what(Language::English, &braces), "Another system gets the messages", "and no more");
        let unknown = finding("of_a_third_party", &[]);
        assert_eq!(
            (what(Language::Spanish, &unknown).as_str(), todo(Language::Spanish, &unknown)),
            ("in English", None)
        );
    }

    /// What channels and rules find, as it stands in their sources.
    #[test]
    fn every_code_has_words() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut codes = BTreeSet::new();
        for folder in ["components", "crates/domain/src", "crates/meta/src", "crates/channel/src"] {
            read(&root.join(folder), &mut codes);
        }
        assert!(codes.contains("webhook_foreign") && codes.contains("silent"), "{codes:?}");
        for code in codes {
            assert!(WORDS.iter().any(|words| words.code == code), "{code} has no words");
        }
    }

    fn read(path: &Path, codes: &mut BTreeSet<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("readable") {
                read(&entry.expect("readable").path(), codes);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(path).expect("text");
            for call in ["Finding::alarm(", "Finding::warning("] {
                let quoted =
                    source.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                codes.extend(quoted.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }
}
